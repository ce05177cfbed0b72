//! What a value of each primitive type may look like (<https://hl7.org/fhir/R4/datatypes.html#primitive>).

use super::date::{is_date, is_date_time, is_instant, is_time};
use super::xhtml;
use crate::structure::Primitive;
use crate::tree::Node;
use crate::types::is_id;

/// The most characters of a string (R4: 1 MB).
const STRING_CHARS: usize = 1_048_576;

/// What is wrong with a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// Another JSON type.
    Shape(&'static str),
    /// The right JSON type, and no value of the FHIR type.
    Value(&'static str),
    /// Longer than the type may be.
    TooLong(&'static str),
}

/// Whether the node is a value of the type. O(n), and nothing of the value goes into the message: it may be a
/// person's.
pub(super) fn check(primitive: Primitive, node: &Node<'_>) -> Result<(), Fault> {
    match (primitive, node) {
        (Primitive::Boolean, Node::Bool(_)) => Ok(()),
        (Primitive::Boolean, _) => Err(Fault::Shape("it is a boolean: send true or false, without quotes")),
        (Primitive::Integer | Primitive::UnsignedInt | Primitive::PositiveInt, Node::Number(digits)) => {
            integer(primitive, digits)
        }
        (Primitive::Decimal, Node::Number(_)) => Ok(()),
        (Primitive::Integer | Primitive::UnsignedInt | Primitive::PositiveInt, _) => {
            Err(Fault::Shape("it is a whole number: send it as a JSON number, without quotes"))
        }
        (Primitive::Decimal, _) => {
            Err(Fault::Shape("it is a decimal: send it as a JSON number, without quotes"))
        }
        (_, Node::String(text)) => string(primitive, &text.value),
        _ => Err(Fault::Shape("it is a string in JSON: put it in quotes")),
    }
}

fn integer(primitive: Primitive, digits: &str) -> Result<(), Fault> {
    let is_whole = digits != "-0" && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let least = match primitive {
        Primitive::PositiveInt => 1,
        Primitive::UnsignedInt => 0,
        _ => i32::MIN,
    };
    match digits.parse::<i32>() {
        Ok(number) if is_whole && number >= least => Ok(()),
        _ => Err(Fault::Value(match primitive {
            Primitive::PositiveInt => "it is not a whole number from 1 to 2147483647",
            Primitive::UnsignedInt => "it is not a whole number from 0 to 2147483647",
            _ => "it is not a whole number from -2147483648 to 2147483647, written without point or exponent",
        })),
    }
}

fn string(primitive: Primitive, text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::Value("the string is empty; leave it out"));
    }
    if text.contains('\0') {
        return Err(Fault::Value("the string holds U+0000, which FHIR forbids; take it out"));
    }
    let (is_lawful, otherwise) = match primitive {
        Primitive::Code => (is_code(text), "it is not a code: no space at its ends, and no two in a row"),
        Primitive::Id => (is_id(text), "the id is not lawful: use 1 to 64 of A-Z, a-z, 0-9, - and ."),
        Primitive::Uri | Primitive::Url | Primitive::Canonical => {
            (!text.contains(|c: char| c.is_ascii_whitespace()), "it is not a URI: take the white space out")
        }
        Primitive::Oid => (is_oid(text), "it is not an OID: write urn:oid: and numbers with points between"),
        Primitive::Uuid => (is_uuid(text), "it is not a UUID: write urn:uuid: and the UUID in lower case"),
        Primitive::Base64Binary => {
            (is_base64(text), "it is not base64: use A-Z, a-z, 0-9, + and / in fours, with = at the end")
        }
        Primitive::Date => (is_date(text), "it is not a date: write YYYY, YYYY-MM or YYYY-MM-DD, a real day"),
        Primitive::DateTime => (
            is_date_time(text),
            "it is not a dateTime: write a date, or YYYY-MM-DDThh:mm:ss with Z or +hh:mm behind it",
        ),
        Primitive::Instant => {
            (is_instant(text), "it is not an instant: write YYYY-MM-DDThh:mm:ss with Z or +hh:mm behind it")
        }
        Primitive::Time => (is_time(text), "it is not a time: write hh:mm:ss, without a zone"),
        Primitive::Xhtml => return xhtml::check(text).map_err(Fault::Value),
        // Numbers and booleans were told apart above.
        _ => return free_text(text),
    };
    if is_lawful { Ok(()) } else { Err(Fault::Value(otherwise)) }
}

/// A string or markdown.
fn free_text(text: &str) -> Result<(), Fault> {
    if text.len() > STRING_CHARS && text.chars().count() > STRING_CHARS {
        return Err(Fault::TooLong("the string is longer than 1048576 characters; use an Attachment"));
    }
    if text.bytes().any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) {
        return Err(Fault::Value("the string holds a control character, which FHIR forbids; take it out"));
    }
    Ok(())
}

/// `[^\s]+(\s[^\s]+)*`
fn is_code(text: &str) -> bool {
    let mut after_space = true;
    for char in text.chars() {
        let is_space = char.is_ascii_whitespace();
        if is_space && after_space {
            return false;
        }
        after_space = is_space;
    }
    !after_space
}

/// `urn:oid:[0-2](\.(0|[1-9][0-9]*))+`
pub(super) fn is_oid(text: &str) -> bool {
    let Some(numbers) = text.strip_prefix("urn:oid:") else { return false };
    let mut parts = numbers.split('.');
    let is_root = matches!(parts.next(), Some("0" | "1" | "2"));
    let is_number = |part: &str| {
        part == "0"
            || (!part.is_empty() && !part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut more = parts.peekable();
    is_root && more.peek().is_some() && more.all(is_number)
}

/// `urn:uuid:` and a UUID in lower case.
fn is_uuid(text: &str) -> bool {
    is_any_uuid(text) && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// `urn:uuid:` and a UUID in either case, which RFC 9562 lets a reader take.
pub(super) fn is_any_uuid(text: &str) -> bool {
    let Some(uuid) = text.strip_prefix("urn:uuid:") else { return false };
    uuid.len() == 36
        && uuid.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Fours of the alphabet, padded, white space between them.
fn is_base64(text: &str) -> bool {
    let (mut chars, mut padding) = (0_usize, 0_usize);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => chars += 1,
            _ => return false,
        }
    }
    chars > 0 && padding <= 2 && (chars + padding).is_multiple_of(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_follow_their_type() {
        use Primitive::*;
        for (primitive, lawful, unlawful) in [
            (Boolean, &["true", "false"][..], &["\"true\"", "1", "{}"][..]),
            (
                Integer,
                &["0", "-1", "2147483647", "-2147483648"],
                &["-0", "1.0", "1e2", "2147483648", "\"1\"", "true"],
            ),
            (UnsignedInt, &["0", "1"], &["-1", "1.5", "99999999999999999999"]),
            (PositiveInt, &["1"], &["0", "-1"]),
            (Decimal, &["0", "-0.00", "1e-3", "6.30"], &["\"1\"", "false"]),
            (
                String,
                &["\"a\"", "\" a\\n\\tb \"", "\"Ünïcode 漢\""],
                &["\"\"", "\"\\u0000\"", "\"\\u0007\"", "5"],
            ),
            (Markdown, &["\"# a\\r\\n\""], &["\"\""]),
            (Code, &["\"a\"", "\"a b\""], &["\" a\"", "\"a \"", "\"a  b\"", "\"\"", "7"]),
            (Id, &["\"a-1.B\""], &["\"a_b\"", "\"\""]),
            (Uri, &["\"urn:x\"", "\"#a\"", "\"http://é\""], &["\"a b\"", "\"a\\n\""]),
            (Url, &["\"http://x\""], &["\" http://x\""]),
            (Canonical, &["\"http://x|1\""], &["\"http://x |1\""]),
            (
                Oid,
                &["\"urn:oid:1.2.840.0\""],
                &["\"1.2.3\"", "\"urn:oid:3.1\"", "\"urn:oid:1\"", "\"urn:oid:1.01\"", "\"urn:oid:1.\""],
            ),
            (
                Uuid,
                &["\"urn:uuid:c757873d-ec9a-4326-a141-556f43239520\""],
                &[
                    "\"c757873d-ec9a-4326-a141-556f43239520\"",
                    "\"urn:uuid:C757873D-ec9a-4326-a141-556f43239520\"",
                    "\"urn:uuid:c757873d\"",
                ],
            ),
            (
                Base64Binary,
                &["\"YQ==\"", "\"YWJj\"", "\"YWJj\\nYQ==\""],
                &["\"YQ\"", "\"Y===\"", "\"Y=Q=\"", "\"=\"", "\"-_aa\"", "\"ä===\""],
            ),
            (Date, &["\"2024-02-29\""], &["\"2023-02-29\"", "\"yesterday\"", "2024"]),
            (DateTime, &["\"2024-02-29T10:00:00Z\""], &["\"2024-02-29T10:00\""]),
            (Instant, &["\"2024-02-29T10:00:00Z\""], &["\"2024-02-29\""]),
            (Time, &["\"10:00:00\""], &["\"10:00\""]),
            (Xhtml, &["\"<div>a</div>\""], &["\"a\""]),
        ] {
            for (texts, expected) in [(lawful, true), (unlawful, false)] {
                for text in texts {
                    let node = Node::parse(text).unwrap();
                    assert_eq!(check(primitive, &node).is_ok(), expected, "{primitive:?} {text}");
                }
            }
        }
    }

    #[test]
    fn long_strings_are_counted_in_characters() {
        let text = "é".repeat(STRING_CHARS);
        assert_eq!(free_text(&text), Ok(()));
        assert!(matches!(free_text(&(text + "é")), Err(Fault::TooLong(_))));
    }
}
