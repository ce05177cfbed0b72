//! What is typed to find a patient: whatever it is, it is read into few clauses; and who is typed as the record has it is found.

use holdfast_clinical::FhirRules;
use holdfast_clinical::identity::dates;
use holdfast_clinical::identity::person::Person;
use holdfast_clinical::identity::query::{MAX_CHARS, Typed, beginning};
use holdfast_clinical::search::index;
use holdfast_clinical::search::text::{MAX_WORDS, normalise};
use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Dot, Entity, Lane};
use holdfast_core::op::{Change, Op};
use holdfast_core::rules::{IndexRow, Rules};
use holdfast_core::search::Clause;
use holdfast_core::state::EntityState;
use serde_json::{Value, json};

use crate::source::Source;

const TODAY: &str = "2026-11-27";
/// Ways to read one text: as dates of two orders in two centuries, a number and a telephone number.
const MOST_DATES: usize = 16;

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    match source.byte() % 4 {
        0 => anything(&String::from_utf8_lossy(source.rest())),
        1 => name(&String::from_utf8_lossy(source.rest())),
        2 => birth_date(&mut source),
        _ => number(&String::from_utf8_lossy(source.rest())),
    }
}

fn anything(text: &str) {
    let typed = Typed::read(text);
    assert_eq!(Typed::read(&text.chars().take(MAX_CHARS).collect::<String>()), typed);
    assert!(typed.words.iter().all(|word| !word.is_empty()));
    assert!(typed.readings(TODAY).len() <= 2);
    typed.elsewhere();
    typed.matched(&Person::read(text), TODAY);
    let dates = dates::read(text, TODAY);
    assert!(dates.len() <= MOST_DATES, "{} dates", dates.len());
    for date in dates {
        assert!(date.as_str() <= TODAY, "{date} is not yet");
        assert!(matches!(date.len(), 4 | 7 | 10), "{date} is no date");
    }
}

/// The words of a name find who has it, as far as they are typed; of one with more words than are kept, those that are.
fn name(text: &str) {
    if normalise(text).split(' ').count() > MAX_WORDS {
        return;
    }
    let rows = rows(json!({"name": [{"family": text}]}));
    for word in Typed::read(text).words {
        for (at, _) in word.char_indices().skip(1).chain([(word.len(), ' ')]) {
            assert!(holds(&beginning(&word[..at]), &rows), "{word:?} does not find {text:?}");
        }
    }
}

/// A day is found however it is written.
fn birth_date(source: &mut Source<'_>) {
    let (year, month, day) = (1900 + source.below(126), 1 + source.below(12), 1 + source.below(28));
    let iso = format!("{year}-{month:02}-{day:02}");
    let rows = rows(json!({"birthDate": iso}));
    for text in [
        iso.clone(),
        format!("{day:02}/{month:02}/{year}"),
        format!("{month}/{day}/{year}"),
        format!("{day}.{month}.{year}"),
        format!("{month:02}/{year}"),
        format!("{year}年{month}月{day}日"),
        year.to_string(),
    ] {
        assert!(finds(&text, &rows), "{text} does not find {iso}");
    }
}

/// A number is found as it stands in the record.
fn number(text: &str) {
    let is_one = |c: char| c.is_ascii_alphanumeric() || "-_./:#".contains(c);
    let value: String = text.chars().filter(|c| is_one(*c)).take(MAX_CHARS).collect();
    let told = value.chars().filter(char::is_ascii_alphanumeric).count() >= 3;
    if told && value.contains(|c: char| c.is_ascii_digit()) {
        let rows = rows(json!({"identifier": [{"value": value}]}));
        assert!(finds(&value, &rows), "{value:?} does not find itself");
    }
}

fn finds(text: &str, rows: &[IndexRow]) -> bool {
    let readings = Typed::read(text).readings(TODAY);
    readings.iter().any(|clauses| clauses.iter().all(|clause| holds(clause, rows)))
}

fn holds(clause: &Clause, rows: &[IndexRow]) -> bool {
    clause.holds(rows, "p", 0)
}

/// Under what a patient with these elements is found.
fn rows(elements: Value) -> Vec<IndexRow> {
    let entity = Entity::new("Patient", "p");
    let values = elements.as_object().into_iter().flatten();
    let changes =
        values.map(|(key, value)| Change { key: key.clone(), pred: vec![], value: Some(value.to_string()) });
    let op = Op {
        dot: Dot { actor: ActorId([1; 16]), lane: Lane::CHART, seq: 1 },
        hlc: Hlc::default(),
        entity: entity.clone(),
        author: "test".to_owned(),
        changes: changes.collect(),
    };
    let mut state = EntityState::new(entity, FhirRules.lane("Patient"));
    state.apply(&op);
    index(&state)
}
