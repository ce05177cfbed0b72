//! Content lines: unfolded and taken apart, written and folded (RFC 5545, section 3.1).

use super::error::{IcalError, Problem};
use super::{MAX_LINE_BYTES, MAX_PARAMETERS};

/// The most octets of a line that is written, without its end.
const FOLD: usize = 75;

/// One content line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    /// In the file, from 1.
    pub(super) number: usize,
    /// In capitals.
    pub(super) name: String,
    /// Their names in capitals.
    parameters: Vec<(String, String)>,
    /// As written.
    pub(super) value: String,
}

impl Line {
    /// The first value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }
}

/// The lines of a calendar. Line ends may be LF alone, and empty lines are passed over, as everybody does.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Result<Line, IcalError>> + '_ {
    let mut physical =
        (1..).zip(text.split('\n')).map(|(n, line)| (n, line.strip_suffix('\r').unwrap_or(line))).peekable();
    std::iter::from_fn(move || {
        let (number, first) = physical.find(|(_, line)| !line.is_empty())?;
        let mut whole = first.to_owned();
        while let Some((_, next)) = physical.next_if(|(_, next)| next.starts_with([' ', '\t'])) {
            whole.push_str(&next[1..]);
            if whole.len() > MAX_LINE_BYTES {
                break;
            }
        }
        if whole.len() > MAX_LINE_BYTES {
            return Some(Err(Problem::LineTooLong.at(number)));
        }
        Some(parse(&whole, number).map_err(|problem| problem.at(number)))
    })
}

fn parse(text: &str, number: usize) -> Result<Line, Problem> {
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return Err(Problem::Malformed("the line has a control character"));
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (name, mut rest) = text.split_at(text.find(|c| !is_name(c)).unwrap_or(text.len()));
    if name.is_empty() {
        return Err(Problem::Malformed("the line does not begin with a property's name"));
    }
    let mut parameters = Vec::new();
    while let Some(after) = rest.strip_prefix(';') {
        let equals = after.find(|c| !is_name(c)).unwrap_or(after.len());
        let (name, after) = after.split_at(equals);
        let after = after.strip_prefix('=').ok_or(Problem::Malformed("a parameter has no \"=\""))?;
        let (value, after) = parameter_values(after)?;
        if parameters.len() == MAX_PARAMETERS {
            return Err(Problem::TooManyParameters);
        }
        parameters.push((name.to_ascii_uppercase(), value));
        rest = after;
    }
    let value = rest.strip_prefix(':').ok_or(Problem::Malformed("the line has no \":\" after its name"))?;
    Ok(Line { number, name: name.to_ascii_uppercase(), parameters, value: value.to_owned() })
}

/// The first of a parameter's values, and what follows the last.
fn parameter_values(mut rest: &str) -> Result<(String, &str), Problem> {
    let mut first = None;
    loop {
        let value;
        if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"').ok_or(Problem::Malformed("a quoted parameter does not end"))?;
            (value, rest) = (&quoted[..end], &quoted[end + 1..]);
        } else {
            let end = rest.find([',', ';', ':', '"']).unwrap_or(rest.len());
            (value, rest) = rest.split_at(end);
        }
        first.get_or_insert_with(|| value.to_owned());
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None => return Ok((first.unwrap_or_default(), rest)),
        }
    }
}

/// TEXT as it was meant (section 3.3.11).
pub(super) fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n' | 'N')) => out.push('\n'),
            ('\\', Some(other)) => out.push(other),
            (c, _) => out.push(c),
        }
    }
    out
}

/// Text as TEXT. Line ends become `\n`, other control characters are left out: no text makes a line of its own.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' | '\r' => out.push_str("\\n"),
            '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Writes a content line, folded so that no line has more than 75 octets and no character is cut.
pub(super) fn push(out: &mut String, line: &str) {
    let mut room = FOLD;
    for c in line.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = FOLD - 1;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(text: &str) -> Result<Line, Problem> {
        let mut all = lines(text);
        let line = all.next().unwrap().map_err(|error| error.problem);
        assert!(all.next().is_none(), "{text:?}");
        line
    }

    #[test]
    fn lines_are_taken_apart() {
        for (text, name, zone, value) in [
            ("summary:a:b;c", "SUMMARY", None, "a:b;c"),
            (
                "DTSTART;TZID=Europe/Berlin:20260101T090000\r\n",
                "DTSTART",
                Some("Europe/Berlin"),
                "20260101T090000",
            ),
            ("DTSTART;X-A=\"p;q:r\",s;tzid=\"Odd, Zone\":1", "DTSTART", Some("Odd, Zone"), "1"),
            ("SUMM\r\n ARY:a\n\tb", "SUMMARY", None, "ab"),
            ("X:", "X", None, ""),
        ] {
            let line = one(text).unwrap();
            assert_eq!(
                (line.name.as_str(), line.parameter("TZID"), line.value.as_str()),
                (name, zone, value)
            );
        }
    }

    #[test]
    fn what_is_no_line_is_told() {
        for text in [":x", "SUMMARY", "A;B:c", "A;B=\"c:d", "ä:b", "A:b\u{7}", "A B:c", " folded:first"] {
            assert!(matches!(one(text), Err(Problem::Malformed(_))), "{text:?}");
        }
        let many = format!("A{}:x", ";P=1".repeat(MAX_PARAMETERS + 1));
        assert_eq!(one(&many), Err(Problem::TooManyParameters));
        let long = format!("A:{}", "x".repeat(MAX_LINE_BYTES));
        assert_eq!(one(&long), Err(Problem::LineTooLong));
    }

    proptest! {
        #[test]
        fn text_comes_back_folded_or_not(text in "[ -~äß漢🩺\n\t\\\\;,]{0,200}") {
            let mut out = String::new();
            push(&mut out, &format!("SUMMARY:{}", escape(&text)));
            prop_assert!(out.split("\r\n").all(|line| line.len() <= FOLD), "{}", out);
            prop_assert_eq!(unescape(&one(&out).unwrap().value), text);
        }

        #[test]
        fn no_text_makes_a_line_of_its_own(text in "\\PC*|[\\x00-\\x1f\u{85}\u{2028}a:]{0,40}") {
            let mut out = String::new();
            push(&mut out, &format!("SUMMARY:{}", escape(&text)));
            prop_assert_eq!(one(&out).map(|line| line.name), Ok("SUMMARY".to_owned()));
        }
    }
}
