//! ICD-10-CM as CMS publishes it: in fixed columns, without the dots.
//!
//! Order file: number (1–5), code (7–13), whether it is a code to be used and not a heading (15), short description (17–76),
//! long description (from 78). Codes file: code (1–7), description (from 9).

use super::Wrong;
use crate::codes::Entry;

#[derive(Default, Debug)]
pub(super) struct Codes {
    entries: Vec<Entry>,
}

impl Codes {
    pub(super) fn line(&mut self, line: &str) -> Result<(), Wrong> {
        if line.trim().is_empty() {
            return Ok(());
        }
        let is_order = line.len() > 15
            && line.bytes().take(5).all(|byte| byte.is_ascii_digit())
            && line.as_bytes()[5] == b' ';
        let (code, display) = if is_order { ordered(line)? } else { listed(line)? };
        let Some(display) = display else { return Ok(()) };
        if !is_code(code) {
            return Err(format!("has \"{code}\" where a code like E119 should be"));
        }
        self.entries.push(Entry {
            code: dotted(code),
            display: display.trim().to_owned(),
            also: String::new(),
        });
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<Entry> {
        self.entries
    }
}

/// Code and long description; none of a heading.
fn ordered(line: &str) -> Result<(&str, Option<&str>), Wrong> {
    let columns =
        || -> Option<(&str, &str, &str)> { Some((line.get(6..13)?, line.get(14..15)?, line.get(77..)?)) };
    let (code, usable, long) =
        columns().ok_or("is too short for the order file's columns (a long description from column 78)")?;
    match usable {
        "1" => Ok((code.trim(), Some(long))),
        "0" => Ok((code.trim(), None)),
        other => Err(format!("has \"{other}\" in column 15, where 0 or 1 should be")),
    }
}

fn listed(line: &str) -> Result<(&str, Option<&str>), Wrong> {
    let (code, rest) = line.split_once(' ').ok_or("has no description after the code")?;
    let rest = rest.trim();
    if rest.is_empty() {
        return Err("has no description after the code".to_owned());
    }
    Ok((code, Some(rest)))
}

/// A letter, a digit, and one to five more.
fn is_code(code: &str) -> bool {
    let bytes = code.as_bytes();
    (3..=7).contains(&bytes.len())
        && bytes[0].is_ascii_uppercase()
        && bytes[1].is_ascii_digit()
        && bytes.iter().all(u8::is_ascii_alphanumeric)
}

fn dotted(code: &str) -> String {
    match code.split_at(3) {
        (category, "") => category.to_owned(),
        (category, rest) => format!("{category}.{rest}"),
    }
}
