//! A record with some of its elements exchanged.

use holdfast_core::json::{members, push_string};
use serde_json::{Map, Value};

/// The record's text with these elements in place of its own, `null`: without them. Every other element stays byte for byte, so that
/// saving it changes nothing else.
///
/// # Errors
/// What is wrong with the text, if it is no JSON object.
pub fn saved(text: &str, elements: &Map<String, Value>) -> Result<String, String> {
    let kept = members(text)?.into_iter().filter(|(name, _)| !elements.contains_key(name));
    let new = elements.iter().filter(|(_, value)| !value.is_null());
    let all = kept.chain(new.map(|(name, value)| (name.clone(), value.to_string())));
    let mut out = String::with_capacity(text.len() + 256);
    for (name, value) in all {
        out.push(if out.is_empty() { '{' } else { ',' });
        push_string(&mut out, &name);
        out.push(':');
        out.push_str(&value);
    }
    out.push_str(if out.is_empty() { "{}" } else { "}" });
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_exchanged_keeps_its_bytes() {
        let elements = Map::from_iter([
            ("status".to_owned(), json!("arrived")),
            ("comment".to_owned(), Value::Null),
            ("new".to_owned(), json!([1])),
        ]);
        let text = r#"{"resourceType":"X","status":"booked","length":{"value":6.30},"comment":"x"}"#;
        assert_eq!(
            saved(text, &elements).as_deref(),
            Ok(r#"{"resourceType":"X","length":{"value":6.30},"new":[1],"status":"arrived"}"#)
        );
        assert_eq!(saved("{}", &Map::new()).as_deref(), Ok("{}"));
        assert!(saved("[]", &elements).is_err());
    }
}
