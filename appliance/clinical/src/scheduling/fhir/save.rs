//! A record with some of its elements exchanged.

use holdfast_core::json::{elements as items, members, push_string};
use serde_json::{Map, Value};

/// The record's text with these elements in place of its own, `null`: without them. Every other element stays byte for byte, and of a
/// list that is exchanged every item that is in both, so that saving it changes nothing else: `6.30` of somebody else's extension stays
/// `6.30`. O(n), and of a list its items times its items.
///
/// # Errors
/// What is wrong with the text, if it is no JSON object.
pub fn saved(text: &str, elements: &Map<String, Value>) -> Result<String, String> {
    let old = members(text)?;
    let mut out = String::with_capacity(text.len() + 256);
    let mut push = |name: &str, value: &str| {
        out.push(if out.is_empty() { '{' } else { ',' });
        push_string(&mut out, name);
        out.push(':');
        out.push_str(value);
    };
    for (name, value) in old.iter().filter(|(name, _)| !elements.contains_key(name)) {
        push(name, value);
    }
    for (name, value) in elements.iter().filter(|(_, value)| !value.is_null()) {
        let was = old.iter().find(|(one, _)| one == name).map(|(_, was)| was.as_str());
        push(name, &as_it_was(value, was));
    }
    out.push_str(if out.is_empty() { "{}" } else { "}" });
    Ok(out)
}

/// The value's text, with the items of a list written as they were.
fn as_it_was(value: &Value, was: Option<&str>) -> String {
    let (Value::Array(new), Some(was)) = (value, was.and_then(items)) else { return value.to_string() };
    let read: Vec<(Option<Value>, String)> =
        was.into_iter().map(|text| (serde_json::from_str(&text).ok(), text)).collect();
    let text_of = |item: &Value| {
        let found = read.iter().find(|(value, _)| value.as_ref() == Some(item));
        found.map_or_else(|| item.to_string(), |(_, text)| text.clone())
    };
    format!("[{}]", new.iter().map(text_of).collect::<Vec<_>>().join(","))
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
        let expected = r#"{"resourceType":"X","length":{"value":6.30},"new":[1],"status":"arrived"}"#;
        assert_eq!(saved(text, &elements).as_deref(), Ok(expected));
        assert_eq!(saved("{}", &Map::new()).as_deref(), Ok("{}"));
        assert!(saved("[]", &elements).is_err());
    }

    #[test]
    fn an_item_that_stays_in_a_list_keeps_its_bytes() {
        let text = r#"{"extension":[{"url":"a","valueDecimal":6.30},{"url":"b","valueCode":"x"}]}"#;
        let record: Value = serde_json::from_str(text).unwrap();
        let list = crate::scheduling::fhir::extension::exchanged(&record, "b", Some(json!({ "url": "c" })));
        let elements = Map::from_iter([("extension".to_owned(), list.into())]);
        let expected = r#"{"extension":[{"url":"a","valueDecimal":6.30},{"url":"c"}]}"#;
        assert_eq!(saved(text, &elements).as_deref(), Ok(expected));
    }
}
