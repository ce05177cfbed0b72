//! Byte-faithful JSON: taking a top-level object apart and removing insignificant white space, with
//! every number and string kept exactly as written.

use std::collections::HashSet;

use serde_json::value::RawValue;

/// Up to so many keys are compared one by one; of more, a set is kept.
const FEW: usize = 64;

/// The members of an object in the order written, values as raw text without insignificant white space.
///
/// # Errors
/// A sentence that says what is wrong: not an object, a repeated key, bad JSON.
pub fn members(text: &str) -> Result<Vec<(String, String)>, String> {
    let raw: Members = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(raw.0)
}

struct Members(Vec<(String, String)>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut out: Vec<(String, String)> = Vec::with_capacity(16);
                let mut seen: HashSet<String> = HashSet::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    if out.len() == FEW {
                        seen.extend(out.iter().map(|(key, _)| key.clone()));
                    }
                    let is_repeated = if out.len() < FEW {
                        out.iter().any(|(seen, _)| *seen == key)
                    } else {
                        !seen.insert(key.clone())
                    };
                    if is_repeated {
                        return Err(serde::de::Error::custom(format_args!(
                            "the key \"{key}\" appears twice"
                        )));
                    }
                    out.push((key, compact(value.get())));
                }
                Ok(Members(out))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// The elements of an array, compact. `None` if the text is not an array.
pub fn elements(text: &str) -> Option<Vec<String>> {
    let raw: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    Some(raw.into_iter().map(|value| compact(value.get())).collect())
}

/// The same JSON without white space between tokens. The text must be valid JSON.
pub fn compact(text: &str) -> String {
    if !text.bytes().any(|b| matches!(b, b' ' | b'\n' | b'\r' | b'\t')) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut start = 0;
    let (mut in_string, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
        } else if byte == b'"' {
            in_string = true;
        } else if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            out.push_str(&text[start..at]);
            start = at + 1;
        }
    }
    out.push_str(&text[start..]);
    out
}

/// Whether there is no white space between tokens. The text need not be valid JSON.
pub fn is_compact(text: &str) -> bool {
    let is_space = |byte: u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
    if !text.bytes().any(is_space) {
        return true;
    }
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if !in_string && is_space(byte) => return false,
            _ => {}
        }
    }
    true
}

/// Appends a JSON string literal.
pub fn push_string(out: &mut String, text: &str) {
    let quoted = serde_json::to_string(text).expect("a string always serialises");
    out.push_str(&quoted);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_strings_stay_as_written() {
        let text = "{ \"a\" : 1.50 , \"b\":[ 1E+2, \"x \\\" y\" ],\n\"c\":{\"d\" :0.10}}";
        let members = members(text).unwrap();
        assert_eq!(members[0], ("a".into(), "1.50".into()));
        assert_eq!(members[1], ("b".into(), "[1E+2,\"x \\\" y\"]".into()));
        assert_eq!(members[2], ("c".into(), "{\"d\":0.10}".into()));
    }

    #[test]
    fn compact_text_is_told_from_other() {
        for text in ["1", r#""a b""#, r#"{"a":"x \" y\\","b":[1,2]}"#] {
            assert!(is_compact(text) && compact(text) == text, "{text}");
        }
        for text in [" 1", "1 ", r#"{"a": 1}"#, r#"["a\\" ,1]"#, "[\n]"] {
            assert!(!is_compact(text), "{text}");
        }
    }

    #[test]
    fn repeated_key_is_refused() {
        assert!(members(r#"{"a":1,"a":2}"#).unwrap_err().contains("twice"));
    }
}
