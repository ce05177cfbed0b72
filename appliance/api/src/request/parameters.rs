//! A Parameters resource as the body of an operation (<https://hl7.org/fhir/R4/parameters.html>).

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::RequestError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    resource_type: String,
    #[serde(default)]
    parameter: Vec<Parameter>,
}

#[derive(Deserialize)]
struct Parameter {
    name: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The plain values, each by its name, as they would stand in a query.
///
/// # Errors
/// [`RequestError::BadBody`] if it is no Parameters, or one has no plain value.
pub(crate) fn plain(text: &str) -> Result<Vec<(String, String)>, RequestError> {
    let bad = |reason: String| RequestError::BadBody { reason };
    let raw: Raw = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
    if raw.resource_type != "Parameters" {
        return Err(bad(format!("it is a {}, not Parameters", raw.resource_type)));
    }
    let one = |Parameter { name, rest }: Parameter| {
        let mut values = rest.into_iter().filter(|(member, _)| member.starts_with("value"));
        match (values.next(), values.next()) {
            (Some((_, Value::String(text))), None) => Ok((name, text)),
            (Some((_, value @ (Value::Number(_) | Value::Bool(_)))), None) => Ok((name, value.to_string())),
            _ => Err(bad(format!("the parameter \"{name}\" has no plain value"))),
        }
    };
    raw.parameter.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_are_read_and_others_refused() {
        let of = |parameter: &str| {
            plain(&format!(r#"{{"resourceType":"Parameters","parameter":[{parameter}]}}"#)).ok()
        };
        let pairs = of(r#"{"name":"start","valueDate":"2026"},{"name":"_count","valueInteger":3}"#).unwrap();
        assert_eq!(pairs, [("start".into(), "2026".into()), ("_count".into(), "3".into())]);
        for bad in [r#"{"name":"a"}"#, r#"{"name":"a","valueCoding":{}}"#, r#"{"valueDate":"2026"}"#, "1"] {
            assert_eq!(of(bad), None, "{bad}");
        }
        assert_eq!(plain(r#"{"resourceType":"Parameters"}"#), Ok(vec![]));
        assert!(plain(r#"{"resourceType":"Patient"}"#).is_err());
    }
}
