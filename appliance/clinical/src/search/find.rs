//! Rows by which people are found that no parameter of R4 asks for: single words of their names, the ends of their
//! telephone numbers, and any beginning or end of their numbers. They stand in the same table as the others, so that they
//! change in the same transaction and are made again with them.
//!
//! | Number | Value |
//! |---|---|
//! | [`WORD`] | a word of a name in its normal form; of a name in a script without spaces, every end of it |
//! | [`PHONE_END`] | the digits of a telephone number, the last one first |
//! | [`NUMBER`] | letters and digits of an identifier |
//! | [`NUMBER_END`] | the same, the last one first |

use holdfast_core::rules::IndexRow;
use holdfast_core::state::EntityState;

use super::path::each_node;
use super::text::{normalise, words};
use crate::tree::Node;

/// Words of a patient's names.
pub const WORD: u32 = 103_700;
/// Digits of telephone numbers, from the end.
pub const PHONE_END: u32 = 103_701;
/// Identifiers.
pub const NUMBER: u32 = 103_702;
/// Identifiers, from the end.
pub const NUMBER_END: u32 = 103_703;

/// All of these numbers.
const ALL: [u32; 4] = [WORD, PHONE_END, NUMBER, NUMBER_END];
/// The elements they are read off, each with the numbers that it feeds.
const ELEMENTS: [&str; 3] = ["name", "telecom", "identifier"];
/// The longest name without spaces of which every end is indexed, in characters: four is usual.
const MAX_UNSPACED: usize = 12;
/// A telephone number has at least so many digits (short codes of wards are no use to find people).
const MIN_PHONE_DIGITS: usize = 4;

/// Whether rows under this number are made here. They are prompt: people look for people.
pub fn has_param(number: u32) -> bool {
    ALL.contains(&number)
}

/// Whether rows are read off this element of the type.
pub(super) fn is_read(kind: &str, element: &str) -> bool {
    kind == "Patient" && ELEMENTS.contains(&element)
}

/// The rows of a patient, read off every sibling of these elements.
pub(super) fn push(state: &EntityState, is_wanted: &dyn Fn(&str) -> bool, rows: &mut Vec<IndexRow>) {
    if state.entity.kind != "Patient" {
        return;
    }
    if is_wanted("name") {
        each_node(state, "name", &mut |name| push_name(name, rows));
    }
    if is_wanted("telecom") {
        each_node(state, "telecom", &mut |telecom| push_phone(telecom, rows));
    }
    if is_wanted("identifier") {
        each_node(state, "identifier", &mut |identifier| push_number(identifier, rows));
    }
}

fn push_name(name: &Node<'_>, rows: &mut Vec<IndexRow>) {
    let mut whole = String::new();
    for part in ["family", "given", "text"] {
        name.walk(&[part], &mut |leaf| {
            let Some(text) = leaf.as_text() else { return };
            let normal = normalise(text);
            rows.extend(words(&normal).filter(|word| !word.is_empty()).map(|word| row(WORD, word)));
            if part != "text" {
                whole.push_str(text);
            }
        });
    }
    let texts = name.member("text").and_then(Node::as_text).into_iter().chain([whole.as_str()]);
    for text in texts {
        push_ends(text, rows);
    }
}

/// Of a name in a script that sets no spaces, family and given name together: every end, so that any part of it is the
/// beginning of a row.
fn push_ends(text: &str, rows: &mut Vec<IndexRow>) {
    let joined: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if joined.is_empty() || !joined.chars().all(is_unspaced) || joined.chars().count() > MAX_UNSPACED {
        return;
    }
    for (at, _) in joined.char_indices() {
        rows.push(row(WORD, &normalise(&joined[at..]).replace(' ', "")));
    }
}

/// Han, kana, hangul and the marks between them.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn push_phone(telecom: &Node<'_>, rows: &mut Vec<IndexRow>) {
    let text = |name: &str| telecom.member(name).and_then(Node::as_text);
    if !matches!(text("system"), None | Some("phone" | "sms" | "fax" | "pager")) {
        return;
    }
    let digits: String = text("value").unwrap_or_default().chars().filter_map(digit).rev().collect();
    if digits.len() >= MIN_PHONE_DIGITS {
        rows.push(row(PHONE_END, &digits));
    }
}

fn push_number(identifier: &Node<'_>, rows: &mut Vec<IndexRow>) {
    let value = plain(identifier.member("value").and_then(Node::as_text).unwrap_or_default());
    if !value.is_empty() {
        rows.push(row(NUMBER_END, &reversed(&value)));
        rows.push(IndexRow { param: NUMBER, value });
    }
}

fn row(param: u32, value: &str) -> IndexRow {
    IndexRow { param, value: value.to_owned() }
}

/// Letters and digits alone, in their normal form.
pub fn plain(text: &str) -> String {
    let digits: String = text.chars().map(|c| digit(c).unwrap_or(c)).collect();
    normalise(&digits).replace(' ', "")
}

/// The text from its end.
pub fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

/// The ASCII digit that a digit of any of the scripts stands for that our users write numbers in: European, fullwidth,
/// Arabic, Persian, Devanagari, Bengali.
pub fn digit(c: char) -> Option<char> {
    const ZEROS: [char; 6] = ['0', '\u{ff10}', '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}'];
    let value =
        ZEROS.iter().find_map(|zero| (c as u32).checked_sub(*zero as u32).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::state;

    fn rows(json: &str) -> Vec<String> {
        let mut out = Vec::new();
        push(&state(json), &|_| true, &mut out);
        let mut shown: Vec<String> =
            out.into_iter().map(|row| format!("{} {}", row.param % 10, row.value)).collect();
        shown.sort();
        shown.dedup();
        shown
    }

    #[test]
    fn numbers_are_those_of_patients() {
        let place =
            crate::types::RESOURCE_TYPES.iter().position(|kind| *kind == "Patient").unwrap() as u32 + 1;
        assert!(
            ALL.iter().all(|number| number / 1000 == place && super::super::table::slot(*number).is_none())
        );
    }

    #[test]
    fn people_are_found_by_words_and_by_the_ends_of_their_numbers() {
        assert_eq!(
            rows(
                r#"{"resourceType":"Patient","id":"p","name":[{"family":"García-Ñúñez","given":["José María"]}],
                    "telecom":[{"system":"phone","value":"+1 (555) 010-2233"},{"system":"email","value":"a1234@b"},{"value":"12"}],
                    "identifier":[{"value":"NORTH-A7-00427"},{"system":"x"}]}"#
            ),
            ["0 garcia", "0 jose", "0 maria", "0 nunez", "1 33220105551", "2 northa700427", "3 724007ahtron"]
        );
        assert!(rows(r#"{"resourceType":"Observation","id":"o","identifier":[{"value":"7"}]}"#).is_empty());
    }

    #[test]
    fn names_without_spaces_are_found_by_any_part() {
        let rows = rows(r#"{"resourceType":"Patient","id":"p","name":[{"family":"田中","given":["太郎"]}]}"#);
        assert_eq!(rows, ["0 中太郎", "0 太郎", "0 田中", "0 田中太郎", "0 郎"]);
    }

    #[test]
    fn digits_of_any_script_count() {
        assert_eq!(plain("٠١٢-۳۴ ５६৭x"), "0123456 7x".replace(' ', ""));
        assert_eq!((digit('a'), digit('٩'), digit('9')), (None, Some('9'), Some('9')));
    }
}
