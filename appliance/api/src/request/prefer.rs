//! `Prefer` (RFC 7240): what the client would like; what is not known is passed over.

use http::{HeaderMap, HeaderName};

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// What comes back of a save (<https://hl7.org/fhir/R4/http.html#ops>).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Return {
    /// The resource as it is now.
    Representation,
    /// Headers alone.
    Minimal,
    /// An OperationOutcome that says what was done.
    Outcome,
}

/// The preferences of one request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Prefer {
    /// `return=…`.
    pub(crate) returns: Option<Return>,
    /// `handling=strict` or `lenient`: whether parameters that are not known are refused.
    pub(crate) is_strict: Option<bool>,
}

impl Prefer {
    /// The header and no other.
    pub(crate) fn alone(headers: &HeaderMap) -> HeaderMap {
        headers.get_all(PREFER).iter().map(|value| (PREFER, value.clone())).collect()
    }

    /// Reads the header; of repeated preferences the first counts (RFC 7240 §2).
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut prefer = Self::default();
        let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
        for one in values.flat_map(|value| value.split([',', ';'])) {
            let (name, value) = one.split_once('=').unwrap_or((one, ""));
            let value = value.trim().trim_matches('"');
            if name.trim().eq_ignore_ascii_case("return") {
                prefer.returns = prefer.returns.or(returns(value));
            } else if name.trim().eq_ignore_ascii_case("handling") {
                prefer.is_strict = prefer.is_strict.or(handling(value));
            }
        }
        prefer
    }
}

fn returns(value: &str) -> Option<Return> {
    match value.to_ascii_lowercase().as_str() {
        "representation" => Some(Return::Representation),
        "minimal" => Some(Return::Minimal),
        "operationoutcome" => Some(Return::Outcome),
        _ => None,
    }
}

fn handling(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "strict" => Some(true),
        "lenient" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_read_and_others_passed_over() {
        for (value, returns, is_strict) in [
            ("return=minimal", Some(Return::Minimal), None),
            (
                "respond-async, return=\"representation\"; x, handling=lenient",
                Some(Return::Representation),
                Some(false),
            ),
            ("Return=OperationOutcome,handling=strict", Some(Return::Outcome), Some(true)),
            ("return=all, return=minimal", Some(Return::Minimal), None),
            ("", None, None),
        ] {
            let headers = HeaderMap::from_iter([(PREFER, value.parse().unwrap())]);
            assert_eq!(Prefer::of(&headers), Prefer { returns, is_strict }, "{value}");
        }
    }
}
