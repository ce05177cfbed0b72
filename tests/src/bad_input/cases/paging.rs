//! Cursors that were given to somebody else, for something else, or never.

use super::super::case::Case;
use super::Place;

const KIND: &str = "bad cursor";

/// Never given out.
const MADE_UP: &[&str] = &[
    "",
    "1",
    "x",
    "====",
    "AQ",
    "AQAAAAAAAAAAAAAAAAAAAAAA",
    "%00",
    "../..",
    "null",
    "[]",
    "-1",
    "eyJubyI6MX0",
];

pub(super) fn cases(place: &Place) -> Vec<Case> {
    let mut bad: Vec<(String, String)> = Vec::new();
    let here = "/fhir/Patient?_count=2";
    for text in MADE_UP {
        for list in [
            here,
            "/fhir/Patient?_count=2&_sort=_id",
            "/fhir/Patient/_history?_count=2",
            "/fhir/_history?_count=2",
        ] {
            bad.push((list.to_owned(), super::encoded(text).replace("%2500", "%00")));
        }
    }
    let cursor = &place.cursor;
    bad.extend([
        (here.to_owned(), place.cursor_of_other.clone()),
        (here.to_owned(), place.cursor_sorted.clone()),
        (here.to_owned(), place.cursor_of_history.clone()),
        ("/fhir/Patient?name=x&_count=2".to_owned(), cursor.clone()),
        ("/fhir/Observation?_count=2".to_owned(), cursor.clone()),
        ("/fhir/Patient?_count=2&_sort=-_id".to_owned(), place.cursor_sorted.clone()),
        ("/fhir/Patient?_count=2&_sort=_id".to_owned(), cursor.clone()),
        ("/fhir/Patient?_count=2&_tag=x".to_owned(), cursor.clone()),
        ("/fhir/Observation/_history?_count=2".to_owned(), place.cursor_of_history.clone()),
        ("/fhir/Patient/seed/_history?_count=2".to_owned(), place.cursor_of_history.clone()),
        ("/fhir/_history?_count=2".to_owned(), place.cursor_of_history.clone()),
        (here.to_owned(), format!("{cursor}{cursor}")),
        (here.to_owned(), format!("{cursor}A")),
        (here.to_owned(), "A".repeat(10_000)),
    ]);
    for length in [1, 8, cursor.len() / 2, cursor.len().saturating_sub(1)] {
        bad.push((here.to_owned(), cursor.chars().take(length).collect()));
    }
    for at in 0..cursor.len() {
        bad.push((here.to_owned(), tampered(cursor, at)));
    }
    let refused = |(list, cursor): (String, String)| {
        Case::get(KIND, &format!("{list}&_cursor={cursor}")).refused_with(&[400], &["cursor"])
    };
    bad.into_iter().map(refused).collect()
}

/// Another letter at one place.
fn tampered(cursor: &str, at: usize) -> String {
    let other = |c: char| if c == 'A' { 'Q' } else { 'A' };
    cursor.chars().enumerate().map(|(i, c)| if i == at { other(c) } else { c }).collect()
}
