//! Scopes of a token, which narrow what its roles allow: `user/Observation.rs`, `patient/*.read`.
//!
//! Source: SMART App Launch 2.2, "Scopes for requesting FHIR resources"
//! (<https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html>): `(patient|user|system)/(Type|*).cruds`, and of
//! version 1 `.read`, `.write` and `.*`. Search parameters in scopes (`?category=…`) are not offered: such a scope is refused,
//! never widened.

use holdfast_clinical::types::is_resource_type;
use holdfast_core::sight::{Grants, May};

/// Letters in the order in which they have to stand.
const LETTERS: [(char, May); 5] =
    [('c', May::CREATE), ('r', May::READ), ('u', May::UPDATE), ('d', May::DELETE), ('s', May::SEARCH)];

/// One scope, as written and as meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scope {
    text: String,
    /// `None`: every type.
    kind: Option<String>,
    may: May,
    is_patients: bool,
}

/// A scope that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "cannot use the scope {text:?}: {reason}; write it as user/Observation.rs, system/*.cruds or patient/*.read"
)]
pub struct ScopeError {
    text: String,
    reason: &'static str,
}

impl Scope {
    /// Reads a scope.
    ///
    /// # Errors
    /// [`ScopeError`] that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let bad = |reason| ScopeError { text: text.to_owned(), reason };
        let (context, rest) = text.split_once('/').ok_or_else(|| bad("it names no resource type"))?;
        let (kind, letters) = rest.split_once('.').ok_or_else(|| bad("it names no interactions"))?;
        if !matches!(context, "patient" | "user" | "system") {
            return Err(bad("it begins with none of patient/, user/ and system/"));
        }
        if kind != "*" && !is_resource_type(kind) {
            return Err(bad("R4 has no such resource type"));
        }
        let may = interactions(letters).ok_or_else(|| {
            bad("its interactions are not some of c, r, u, d, s in that order, or read, write or *")
        })?;
        let kind = (kind != "*").then(|| kind.to_owned());
        Ok(Self { text: text.to_owned(), kind, may, is_patients: context == "patient" })
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it makes sense for a token only that is bound to one patient.
    pub fn is_patients(&self) -> bool {
        self.is_patients
    }
}

fn interactions(letters: &str) -> Option<May> {
    match letters {
        "read" => return Some(May::LOOK),
        "write" => return Some(May::WRITE),
        "*" => return Some(May::ALL),
        _ => {}
    }
    let mut rest = letters.chars().peekable();
    let mut may = May::NOTHING;
    for (letter, one) in LETTERS {
        if rest.next_if_eq(&letter).is_some() {
            may = may | one;
        }
    }
    (may != May::NOTHING && rest.peek().is_none()).then_some(may)
}

/// What scopes grant together; without any, whatever the roles do.
pub(super) fn grants(scopes: &[Scope]) -> Grants {
    if scopes.is_empty() {
        return Grants::every(May::ALL);
    }
    scopes.iter().fold(Grants::default(), |all, scope| {
        all.or(&match &scope.kind {
            None => Grants::every(scope.may),
            Some(kind) => Grants::default().with(kind, scope.may),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read() {
        for (text, kind, may) in [
            ("user/Observation.rs", Some("Observation"), May::LOOK),
            ("system/*.cruds", None, May::ALL),
            ("patient/*.read", None, May::LOOK),
            ("user/Patient.write", Some("Patient"), May::WRITE),
            ("user/Patient.*", Some("Patient"), May::ALL),
            ("user/Patient.u", Some("Patient"), May::UPDATE),
        ] {
            let scope = Scope::parse(text).unwrap();
            assert_eq!((scope.kind.as_deref(), scope.may, scope.as_str()), (kind, may, text));
        }
        for text in [
            "openid",
            "user/Observation",
            "user/Observations.rs",
            "user/Observation.sr",
            "user/Observation.",
            "user/Observation.rx",
            "user/Observation.rs?category=vital-signs",
            "launch/patient.rs",
        ] {
            let error = Scope::parse(text).unwrap_err().to_string();
            assert!(error.contains(text) && error.contains("write it as"), "{error}");
        }
    }

    #[test]
    fn scopes_add_up_and_narrow_what_roles_allow() {
        let read = |list: &[&str]| list.iter().map(|text| Scope::parse(text).unwrap()).collect::<Vec<_>>();
        let both = grants(&read(&["user/*.rs", "user/Patient.u"]));
        assert_eq!((both.of("Patient"), both.of("Slot")), (May::LOOK | May::UPDATE, May::LOOK));
        assert_eq!(grants(&[]), Grants::every(May::ALL));
    }
}
