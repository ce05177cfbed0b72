//! What somebody types into the one box by which people are found: words of names in any order, the last one perhaps
//! unfinished; a birth date; digits of a telephone number; a part of a record's number.

use holdfast_core::search::{Clause, Match, Range};

use super::dates;
use super::person::Person;
use crate::search::find::{NUMBER, NUMBER_END, PHONE_END, WORD, digit, is_unspaced, plain, reversed};
use crate::search::text::{normalise, words};
use crate::search::values::date::{DAY_MS, Span};
use crate::search::{table, values::order};

/// The longest text that is read, in characters: a name, a birth date and a number are far below.
pub const MAX_CHARS: usize = 200;
/// The most words that count.
const MAX_WORDS: usize = 8;
/// Fewer digits than that are part of too many numbers.
const MIN_DIGITS: usize = 3;

/// What was typed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Typed {
    /// Words of names in their normal form.
    pub words: Vec<String>,
    /// What holds digits, as it was typed.
    pub numbers: Vec<String>,
}

/// By what somebody was found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Matched {
    /// A name.
    Name,
    /// The number of a record, or another identifier.
    Mrn,
    /// A telephone number.
    Phone,
    /// The birth date.
    BirthDate,
}

impl Matched {
    /// As it stands in answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Mrn => "mrn",
            Self::Phone => "phone",
            Self::BirthDate => "birthDate",
        }
    }
}

impl Typed {
    /// Reads what was typed.
    pub fn read(text: &str) -> Self {
        let text: String = text.chars().take(MAX_CHARS).collect();
        let mut typed = Self::default();
        for part in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '、' | '،')) {
            if part.chars().any(|c| digit(c).is_some()) {
                typed.numbers.push(part.to_owned());
            } else {
                typed
                    .words
                    .extend(words(&normalise(part)).filter(|word| !word.is_empty()).map(str::to_owned));
            }
        }
        typed.words.truncate(MAX_WORDS);
        typed.numbers.truncate(MAX_WORDS);
        typed
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.numbers.is_empty()
    }

    /// What a record must meet by its numbers and dates: one way to read them, or several of which any will do. Each is a list
    /// of clauses that must all hold; none at all: nothing that was typed there means anything yet.
    pub fn readings(&self, today: &str) -> Vec<Vec<Clause>> {
        let each: Vec<Clause> = self.numbers.iter().filter_map(|text| clause(text, today)).collect();
        let mut out = Vec::new();
        if !each.is_empty() {
            out.push(each);
        }
        if self.numbers.len() > 1 {
            // A number written with spaces.
            out.extend(clause(&self.numbers.concat(), today).map(|clause| vec![clause]));
        }
        out
    }

    /// What head office is asked for, by R4's own parameters, which every version of it knows: the words as beginnings of names,
    /// or, without any, what was typed as the beginning of a number. Empty: there is nothing to ask.
    pub fn elsewhere(&self) -> Vec<Clause> {
        let by = |name: &str, text: &String| {
            let slot = table::find("Patient", name).and_then(|parameter| parameter.slots.first().copied());
            slot.map(|slot| one(slot.number, Match::Prefix(text.clone())))
        };
        match self.words[..] {
            [] => self.numbers.iter().take(1).filter_map(|number| by("identifier", number)).collect(),
            _ => self.words.iter().filter_map(|word| by("name", word)).collect(),
        }
    }

    /// By what a person was found, as far as the record shows.
    pub fn matched(&self, person: &Person, today: &str) -> Matched {
        if !self.words.is_empty() {
            return Matched::Name;
        }
        let mut texts: Vec<&str> = self.numbers.iter().map(String::as_str).collect();
        let joined = self.numbers.concat();
        texts.push(&joined);
        for text in texts {
            let number = plain(text);
            let is_part = |value: &str| value.starts_with(&number) || value.ends_with(&number);
            if number.len() >= MIN_DIGITS && person.numbers.iter().any(|one| is_part(&plain(&one.value))) {
                return Matched::Mrn;
            }
            let digits: String = text.chars().filter_map(digit).collect();
            let ends =
                |phone: &String| phone.chars().filter_map(digit).collect::<String>().ends_with(&digits);
            if digits.len() >= MIN_DIGITS && is_phone(text) && person.phones.iter().any(ends) {
                return Matched::Phone;
            }
            let born = person.birth_date.as_deref().unwrap_or_default();
            if dates::read(text, today).iter().any(|date| born.starts_with(date.as_str())) {
                return Matched::BirthDate;
            }
        }
        Matched::Name
    }
}

/// What one text with digits may mean: a date, the end of a telephone number, the beginning or end of a record's number.
fn clause(text: &str, today: &str) -> Option<Clause> {
    let mut any: Vec<Clause> = birth_dates(&dates::read(text, today)).into_iter().collect();
    let number = plain(text);
    if number.chars().count() >= MIN_DIGITS {
        any.push(one(NUMBER, Match::Prefix(number.clone())));
        any.push(one(NUMBER_END, Match::Prefix(reversed(&number))));
    }
    let digits: String = text.chars().filter_map(digit).collect();
    if digits.len() >= MIN_DIGITS && is_phone(text) {
        any.push(one(PHONE_END, Match::Prefix(reversed(&digits))));
    }
    if any.len() == 1 { any.pop() } else { (!any.is_empty()).then_some(Clause::Any(any)) }
}

fn is_phone(text: &str) -> bool {
    text.chars().all(|c| digit(c).is_some() || matches!(c, '+' | '-' | '(' | ')' | '.' | '/' | '‑' | '–'))
}

/// Born on any of these days, months or years.
pub fn birth_dates(dates: &[String]) -> Option<Clause> {
    let param = table::find("Patient", "birthdate")?.slots.first()?.number;
    // A day is one row: many of them are still one look at the index.
    let look = |span: Span| match span.below - span.from {
        ..=DAY_MS => Match::Exact(span.row()),
        _ => Match::Range(Range {
            from: Some(order::time(span.from)),
            below: Some(order::time(span.below)),
            tail: None,
        }),
    };
    let any: Vec<Match> = dates.iter().filter_map(|date| Span::read(date)).map(look).collect();
    (!any.is_empty()).then_some(Clause::Param { param, any })
}

/// A phone that ends like this one; `None` if it has too few digits to tell anybody by.
pub fn phone(text: &str) -> Option<Clause> {
    const TOLD_BY: usize = 7;
    let digits: String = text.chars().filter_map(digit).collect();
    let end: String = reversed(&digits).chars().take(9).collect();
    (digits.len() >= TOLD_BY).then(|| one(PHONE_END, Match::Prefix(end)))
}

/// A number that is this very one, whoever gave it.
pub fn number(text: &str) -> Option<Clause> {
    let number = plain(text);
    (number.chars().count() >= MIN_DIGITS).then(|| one(NUMBER, Match::Exact(number)))
}

/// A name with this very word.
pub fn word(word: &str) -> Clause {
    one(WORD, Match::Exact(word.to_owned()))
}

/// A name with any of these words.
pub fn any_word(words: Vec<String>) -> Clause {
    Clause::Param { param: WORD, any: words.into_iter().map(Match::Exact).collect() }
}

/// A name with a word that begins so.
pub fn beginning(word: &str) -> Clause {
    one(WORD, Match::Prefix(word.to_owned()))
}

/// Whether the word is of a script without spaces: then two of its characters are as telling as a word of Latin letters.
pub fn is_of_unspaced(word: &str) -> bool {
    word.chars().any(is_unspaced)
}

fn one(param: u32, look: Match) -> Clause {
    Clause::Param { param, any: vec![look] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::index;
    use crate::testing::state;

    const TODAY: &str = "2026-11-27";

    #[test]
    fn what_is_typed_is_told_apart() {
        let typed = Typed::read(" María  O'Neil-García, 12/03/1974 555 01 ");
        assert_eq!(typed.words, ["maria", "oneil", "garcia"]);
        assert_eq!(typed.numbers, ["12/03/1974", "555", "01"]);
        assert!(Typed::read(" ,, ").is_empty());
        assert_eq!(Typed::read(&"x".repeat(1000)).words[0].len(), 120);
    }

    /// Whether a record is found by the numbers that were typed.
    fn finds(text: &str) -> bool {
        let state = state(
            r#"{"resourceType":"Patient","id":"p","birthDate":"1974-03-12","telecom":[{"system":"phone","value":"+1 (555) 010-2233"}],
                "identifier":[{"value":"NORTH-K7QM3X-0042-M"}]}"#,
        );
        let rows = index(&state);
        let readings = Typed::read(text).readings(TODAY);
        readings.iter().any(|clauses| clauses.iter().all(|clause| clause.holds(&rows, "p", 0)))
    }

    #[test]
    fn numbers_are_found_however_they_are_written() {
        for text in [
            "1974-03-12",
            "12/03/1974",
            "12.3.74",
            "1974",
            "3/1974",
            "2233",
            "0102233",
            "010-2233",
            "555 010 2233",
            "+15550102233",
            "٢٢٣٣",
            "K7QM3X-0042-M",
            "north-k7",
            "0042M",
            "0042-m",
            "NORTHK7QM3X0042M",
            "1974 2233",
        ] {
            // Letters alone are words, a part of a number needs a digit.
            assert!(finds(text), "{text}");
        }
        for text in ["1975", "1974-03-13", "2234", "12", "1974 9999", "555", "k7qm"] {
            assert!(!finds(text), "{text}");
        }
    }

    #[test]
    fn head_office_is_asked_by_published_parameters() {
        let json = r#"{"resourceType":"Patient","id":"p","name":[{"family":"García","given":["Ana"]}],"identifier":[{"value":"A-77"}]}"#;
        let rows = index(&state(json));
        let finds = |text: &str| {
            let clauses = Typed::read(text).elsewhere();
            !clauses.is_empty() && clauses.iter().all(|clause| clause.holds(&rows, "p", 0))
        };
        assert!(finds("ana gar") && finds("A-7") && finds("garcia 1974"));
        assert!(!finds("ana ruiz") && !finds("") && !finds("B-7"));
    }

    #[test]
    fn by_what_somebody_was_found_is_said() {
        let person = Person::read(
            r#"{"birthDate":"1974-03-12","telecom":[{"system":"phone","value":"555 010-2233"}],"identifier":[{"value":"A-00427"}]}"#,
        );
        let by = |text: &str| Typed::read(text).matched(&person, TODAY).code();
        assert_eq!(
            (by("ana 1974"), by("1974"), by("2233"), by("0427")),
            ("name", "birthDate", "phone", "mrn")
        );
    }
}
