//! The top-level elements of a resource, in their order and with their bytes untouched.

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

struct Ordered(Vec<(String, String)>);

impl<'de> serde::Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements;
        impl<'de> Visitor<'de> for Elements {
            type Value = Ordered;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a FHIR resource (a JSON object)")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut elements = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    elements.push((name, value.get().to_owned()));
                }
                Ok(Ordered(elements))
            }
        }
        deserializer.deserialize_map(Elements)
    }
}

/// Every top-level element: its name and the bytes of its JSON, in order.
///
/// # Errors
/// The text is no JSON object.
pub fn elements(resource_json: &str) -> serde_json::Result<Vec<(String, String)>> {
    serde_json::from_str::<Ordered>(resource_json).map(|ordered| ordered.0)
}

/// The bytes of one element; `None` when it is absent or the text is no JSON object.
#[must_use]
pub fn element(resource_json: &str, name: &str) -> Option<String> {
    elements(resource_json).ok()?.into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
}

/// The resource with one element replaced where it stands, or added at the end; all else keeps its bytes (but for
/// white space between elements, which goes).
///
/// # Errors
/// The text is no JSON object.
pub fn with_element(resource_json: &str, name: &str, value: &str) -> serde_json::Result<String> {
    let mut all = elements(resource_json)?;
    match all.iter_mut().find(|(found, _)| found == name) {
        Some((_, present)) => value.clone_into(present),
        None => all.push((name.to_owned(), value.to_owned())),
    }
    let parts: Vec<String> = all
        .iter()
        .map(|(name, value)| Ok(format!("{}:{value}", serde_json::to_string(name)?)))
        .collect::<serde_json::Result<_>>()?;
    Ok(format!("{{{}}}", parts.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_order_survive() {
        let before = r#"{"z":1.50,"a":"\u00e9","c":[{"b" : 1}]}"#;
        assert_eq!(with_element(before, "a", "7").unwrap(), r#"{"z":1.50,"a":7,"c":[{"b" : 1}]}"#);
        assert_eq!(with_element("{}", "a", "7").unwrap(), r#"{"a":7}"#);
        assert_eq!(element(before, "z").unwrap(), "1.50");
        assert_eq!(element(before, "no"), None);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["", "[]", "{", "3"] {
            assert!(elements(text).is_err(), "{text}");
        }
    }
}
