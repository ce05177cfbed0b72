//! How likely a registration and a record are of one person: Fellegi–Sunter weights, each the logarithm (base 2) of how much
//! more often the agreement is seen with one person than with two, added up and turned into a probability.
//!
//! The weights are those of a clinic's register, where 1 in 25,000 shares a birth date, 1 in some hundred a family name, and of one
//! person's records 2 in 100 differ by a slip in the date and 5 in 100 in the spelling of a name. They are set by hand: no register to
//! learn them from may leave a clinic.
//!
//! Source: I. P. Fellegi, A. B. Sunter, "A Theory for Record Linkage" (1969).

use holdfast_core::search::Clause;

use super::person::{Name, Person};
use super::similar::jaro_winkler;
use super::{dates, query};
use crate::search::find::{digit, is_unspaced, plain};
use crate::search::text::normalise;

/// What has been typed into a registration so far.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Registration {
    /// Given names.
    pub given: String,
    /// Family name.
    pub family: String,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// R4's code.
    pub gender: Option<String>,
    /// A telephone number.
    pub phone: Option<String>,
    /// A number of a card or of another record.
    pub identifier: Option<String>,
}

/// What speaks for, or against, one person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Because {
    /// The same number.
    IdentifierSame,
    /// Names and order the same.
    NameSame,
    /// The same family name.
    FamilySame,
    /// A family name that is spelled nearly so.
    FamilyAlike,
    /// Another family name.
    FamilyOther,
    /// The same given name.
    GivenSame,
    /// A given name that is spelled nearly so.
    GivenAlike,
    /// One begins as the other does, or is its first letter.
    GivenShort,
    /// Another given name.
    GivenOther,
    /// Given and family name the other way round.
    NamesSwapped,
    /// The same day.
    BirthDateSame,
    /// Day and month the other way round.
    BirthDateSwapped,
    /// One digit differs.
    BirthDateSlip,
    /// The same year.
    BirthDateYear,
    /// Another day.
    BirthDateOther,
    /// The same sex.
    SexSame,
    /// Another sex.
    SexOther,
    /// The same telephone number.
    PhoneSame,
}

impl Because {
    /// As it stands in answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::IdentifierSame => "identifier-same",
            Self::NameSame => "name-same",
            Self::FamilySame => "family-same",
            Self::FamilyAlike => "family-alike",
            Self::FamilyOther => "family-other",
            Self::GivenSame => "given-same",
            Self::GivenAlike => "given-alike",
            Self::GivenShort => "given-short",
            Self::GivenOther => "given-other",
            Self::NamesSwapped => "names-swapped",
            Self::BirthDateSame => "birth-date-same",
            Self::BirthDateSwapped => "birth-date-day-month-swapped",
            Self::BirthDateSlip => "birth-date-one-digit",
            Self::BirthDateYear => "birth-date-year-same",
            Self::BirthDateOther => "birth-date-other",
            Self::SexSame => "sex-same",
            Self::SexOther => "sex-other",
            Self::PhoneSame => "phone-same",
        }
    }

    /// log2 of (how often it is seen of one person ÷ how often of two).
    fn weight(self) -> f64 {
        match self {
            Self::IdentifierSame => 24.0,
            Self::NameSame => 0.0,
            Self::FamilySame => 6.5,
            Self::FamilyAlike => 4.0,
            Self::FamilyOther => -4.0,
            Self::GivenSame => 5.0,
            Self::GivenAlike => 3.0,
            Self::GivenShort => 2.0,
            Self::GivenOther => -5.5,
            Self::NamesSwapped => 9.0,
            Self::BirthDateSame => 10.0,
            Self::BirthDateSwapped => 6.5,
            Self::BirthDateSlip => 4.5,
            Self::BirthDateYear => 1.0,
            Self::BirthDateOther => -5.0,
            Self::SexSame => 0.9,
            Self::SexOther => -3.0,
            Self::PhoneSame => 7.0,
        }
    }

    /// Whether it speaks for one person.
    fn is_for(self) -> bool {
        self.weight() > 0.0
    }
}

/// How likely it is that both are one person.
#[derive(Clone, PartialEq, Debug)]
pub struct Likeness {
    /// From 0 to 1.
    pub probability: f64,
    /// What speaks for it, the weightiest first, then what speaks against it.
    pub because: Vec<Because>,
}

/// log2 of the odds, before anything is compared, that somebody who is being registered is this very patient.
const PRIOR: f64 = -12.0;
/// From here on two spellings may be of one name.
const ALIKE: f64 = 0.88;

/// Compares a registration with a record.
pub fn compare(registration: &Registration, person: &Person) -> Likeness {
    let mut because = names(registration, person);
    because.extend(birth_dates(registration.birth_date.as_deref(), person.birth_date.as_deref()));
    because.extend(sexes(registration.gender.as_deref(), person.gender.as_deref()));
    because.extend(phones(registration, person));
    because.extend(identifiers(registration, person));
    let weight = PRIOR + because.iter().map(|one| one.weight()).sum::<f64>();
    because.sort_by(|a, b| b.weight().total_cmp(&a.weight()));
    Likeness { probability: 1.0 / (1.0 + (-weight).exp2()), because }
}

/// The best that any of the names agrees.
fn names(registration: &Registration, person: &Person) -> Vec<Because> {
    let (given, family) = (normalise(&registration.given), normalise(&registration.family));
    if given.is_empty() && family.is_empty() {
        return Vec::new();
    }
    let compared = person.names.iter().map(|name| one_name(&given, &family, name));
    let weight = |because: &Vec<Because>| because.iter().map(|one| one.weight()).sum::<f64>();
    compared.max_by(|a, b| weight(a).total_cmp(&weight(b))).unwrap_or_default()
}

fn one_name(given: &str, family: &str, name: &Name) -> Vec<Because> {
    let (their_given, their_family) = parts(name);
    let straight: Vec<Because> =
        families(family, &their_family).into_iter().chain(givens(given, &their_given)).collect();
    let is_swapped = given != family
        && !given.is_empty()
        && jaro_winkler(first(given), &their_family) >= ALIKE
        && jaro_winkler(family, first(&their_given)) >= ALIKE;
    if is_swapped && !straight.contains(&Because::FamilySame) {
        vec![Because::NamesSwapped]
    } else {
        straight
    }
}

/// Given and family name in their normal form; of a name that is only a text, its last word is the family's.
fn parts(name: &Name) -> (String, String) {
    if !name.family.is_empty() || !name.given.is_empty() {
        return (normalise(&name.given.join(" ")), normalise(&name.family));
    }
    let whole = normalise(&name.text);
    match whole.rsplit_once(' ') {
        Some((given, family)) => (given.to_owned(), family.to_owned()),
        None => (String::new(), whole),
    }
}

fn first(words: &str) -> &str {
    words.split(' ').next().unwrap_or_default()
}

fn families(ours: &str, theirs: &str) -> Option<Because> {
    if ours.is_empty() || theirs.is_empty() {
        return None;
    }
    let joined = |text: &str| text.replace(' ', "");
    let (a, b) = (joined(ours), joined(theirs));
    // One of two family names, as people leave one out or marry.
    let shares_word =
        ours.split(' ').any(|word| word.chars().count() > 2 && theirs.split(' ').any(|other| other == word));
    Some(match jaro_winkler(&a, &b) {
        1.0.. => Because::FamilySame,
        ALIKE.. => Because::FamilyAlike,
        _ if shares_word => Because::FamilyAlike,
        _ => Because::FamilyOther,
    })
}

fn givens(ours: &str, theirs: &str) -> Option<Because> {
    if ours.is_empty() || theirs.is_empty() {
        return None;
    }
    let (a, b) = (first(ours), first(theirs));
    let is_short =
        |short: &str, long: &str| short != long && long.starts_with(short) && !short.chars().all(is_unspaced);
    let is_later_name = || {
        theirs.split(' ').skip(1).any(|other| other == a) || ours.split(' ').skip(1).any(|other| other == b)
    };
    Some(match jaro_winkler(a, b) {
        1.0.. => Because::GivenSame,
        _ if is_short(a, b) || is_short(b, a) => Because::GivenShort,
        ALIKE.. => Because::GivenAlike,
        _ if is_later_name() => Because::GivenAlike,
        _ => Because::GivenOther,
    })
}

fn birth_dates(ours: Option<&str>, theirs: Option<&str>) -> Option<Because> {
    let (ours, theirs) = (ours.filter(|date| date.len() >= 4)?, theirs.filter(|date| date.len() >= 4)?);
    let is_slip = || {
        ours.len() == theirs.len() && ours.bytes().zip(theirs.bytes()).filter(|(a, b)| a != b).count() == 1
    };
    Some(if ours == theirs && ours.len() == 10 {
        Because::BirthDateSame
    } else if dates::swapped(ours).as_deref() == Some(theirs) {
        Because::BirthDateSwapped
    } else if ours.len() == 10 && is_slip() {
        Because::BirthDateSlip
    } else if ours.get(..4) == theirs.get(..4) {
        Because::BirthDateYear
    } else {
        Because::BirthDateOther
    })
}

fn sexes(ours: Option<&str>, theirs: Option<&str>) -> Option<Because> {
    let is_said = |code: &&str| matches!(*code, "male" | "female" | "other");
    let (ours, theirs) = (ours.filter(is_said)?, theirs.filter(is_said)?);
    Some(if ours == theirs { Because::SexSame } else { Because::SexOther })
}

/// Another number says nothing: people have several, and families share one.
fn phones(registration: &Registration, person: &Person) -> Option<Because> {
    const TOLD_BY: usize = 7;
    let end = |text: &str| {
        let digits: Vec<char> = text.chars().filter_map(digit).collect();
        (digits.len() >= TOLD_BY).then(|| digits.into_iter().rev().take(9).collect::<Vec<char>>())
    };
    let ours = end(registration.phone.as_deref()?)?;
    let is_same = |theirs: Vec<char>| ours.starts_with(&theirs) || theirs.starts_with(&ours);
    person.phones.iter().filter_map(|phone| end(phone)).any(is_same).then_some(Because::PhoneSame)
}

fn identifiers(registration: &Registration, person: &Person) -> Option<Because> {
    let ours = plain(registration.identifier.as_deref()?);
    let is_same = person.numbers.iter().any(|number| plain(&number.value) == ours);
    (ours.chars().count() >= 3 && is_same).then_some(Because::IdentifierSame)
}

/// Where to look for records that may be of the same person: each is a list of clauses that all hold of some of them. What
/// is like in nothing of this is not one person. `alike` are words of names in the index that are near to those typed.
pub fn blocks(registration: &Registration, alike: &Alike, today: &str) -> Vec<Vec<Clause>> {
    let mut out = Vec::new();
    let number = registration.identifier.as_deref().and_then(query::number);
    let phone = registration.phone.as_deref().and_then(query::phone);
    out.extend(number.map(|clause| vec![clause]));
    out.extend(phone.map(|clause| vec![clause]));
    let words = |words: &[String]| (!words.is_empty()).then(|| query::any_word(words.to_vec()));
    let (given, family) = (words(&alike.given), words(&alike.family));
    if let Some(date) = registration.birth_date.as_deref().filter(|date| date.len() == 10) {
        // The day itself, whatever the name: somebody married, or the names were taken down by ear.
        out.extend(query::birth_dates(&[date.to_owned()]).map(|clause| vec![clause]));
        let slips = query::birth_dates(&dates::slips(date, today));
        for name in [&family, &given] {
            out.extend(name.clone().zip(slips.clone()).map(|(name, slips)| vec![name, slips]));
        }
    }
    out.extend(given.zip(family).map(|(given, family)| vec![given, family]));
    out
}

/// Words of names in the index.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Alike {
    /// Near to the given names typed.
    pub given: Vec<String>,
    /// Near to the family name typed.
    pub family: Vec<String>,
}

/// Whether this is worth showing: more speaks for one person than the least that may be chance.
pub fn is_worth_showing(likeness: &Likeness) -> bool {
    const LEAST: f64 = 0.05;
    likeness.probability >= LEAST && likeness.because.iter().any(|one| one.is_for())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(text: &str) -> Registration {
        let mut parts = text.split('|').map(|part| part.trim().to_owned());
        let mut next = || parts.next().unwrap_or_default();
        let (given, family) = (next(), next());
        let mut said = || Some(next()).filter(|text| !text.is_empty());
        Registration { given, family, birth_date: said(), gender: said(), phone: said(), identifier: said() }
    }

    /// The same as a record.
    fn person(text: &str) -> Person {
        let Registration { given, family, birth_date, gender, phone, identifier } = registration(text);
        let given = given.split(' ').map(str::to_owned).collect();
        let numbers = identifier.map(|value| super::super::person::Number { value, ..Default::default() });
        Person {
            names: vec![Name { family, given, ..Name::default() }],
            birth_date,
            gender,
            phones: phone.into_iter().collect(),
            numbers: numbers.into_iter().collect(),
            ..Person::default()
        }
    }

    fn likeness(a: &str, b: &str) -> f64 {
        compare(&registration(a), &person(b)).probability
    }

    #[test]
    fn one_person_is_told_from_two() {
        for (a, b) in [
            ("Ana|García|1974-03-12|female", "Ana|Garcia|1974-03-12|female"),
            ("Ana|García|1974-03-12|female", "Ana María|García López|1974-03-12|female"),
            ("Jon|Smith|1980-05-07|male", "John|Smith|1980-05-07|male"),
            ("John|Smyth|1980-05-07|male", "John|Smith|1980-07-05|male|555-0102233"),
            ("John|Smith|1980-05-07||5550102233", "John|Smith|1980-05-17||+1 555 010 2233"),
            ("Smith|John|1980-05-07|male", "John|Smith|1980-05-07|male"),
            ("Ana|Ruiz|1974-03-12|female|600 123 456", "Ana|García|1974-03-12|female|+34 600123456"),
            ("محمد|الأحمد|1990-01-02|male", "محمد|الاحمد|1990-01-02|male"),
            ("Владимир|Петров|1961-12-30|male", "Владимер|Петров|1961-12-30|male"),
            ("太郎|田中|1950-04-01|male", "太郎|田中|1950-04-01|male"),
            ("A|B|||A-1|X1234", "Other|Name||||x-1234"),
        ] {
            assert!(likeness(a, b) > 0.6, "{a} / {b}: {}", likeness(a, b));
        }
        for (a, b) in [
            ("John|Smith|1980-05-07|male", "John|Smith|1955-11-20|male"),
            ("John|Smith|1980-05-07|male", "Mary|Jones|1980-05-07|female"),
            ("Ana|García|1974-03-12|female", "Luis|García|1976-08-01|male"),
            ("Ana|García||", "Luis|Pérez||"),
            ("Ana|García", "Ana|Martínez"),
            // Twins: all but the given name.
            ("Leo|Brandt|2019-06-01|male", "Max|Brandt|2019-06-01|female"),
            ("李|王|1990-01-01|male", "陈|赵|1990-06-01|female"),
        ] {
            assert!(likeness(a, b) < 0.5, "{a} / {b}: {}", likeness(a, b));
        }
    }

    #[test]
    fn a_name_alone_is_shown_but_not_taken_for_sure() {
        let found = compare(&registration("Ana|García"), &person("Ana|García|1974-03-12|female"));
        assert!(is_worth_showing(&found) && found.probability < 0.9, "{found:?}");
        assert!(!is_worth_showing(&compare(&registration("Ana|"), &person("Ana|García"))));
    }

    #[test]
    fn reasons_are_said_the_weightiest_first() {
        let found =
            compare(&registration("Jon|Smith|1980-07-05|male"), &person("John|Smith|1980-05-07|male"));
        let codes: Vec<&str> = found.because.iter().map(|one| one.code()).collect();
        assert_eq!(codes, ["family-same", "birth-date-day-month-swapped", "given-alike", "sex-same"]);
    }

    #[test]
    fn any_of_several_names_counts() {
        let mut both = person("Ana|García|1974-03-12");
        both.names.push(Name { family: "Ruiz".into(), given: vec!["Ana".into()], ..Name::default() });
        assert!(compare(&registration("Ana|Ruiz|1974-03-12"), &both).probability > 0.9);
    }

    proptest::proptest! {
        #[test]
        fn likeness_is_a_probability_and_agreement_never_lowers_it(
            given in "[a-z]{1,8}", family in "[a-z]{1,8}", other in "[a-z]{1,8}",
            day in 1u8..28, month in 1u8..13, year in 1920u32..2020,
        ) {
            let date = format!("{year}-{month:02}-{day:02}");
            let same = likeness(&format!("{given}|{family}|{date}"), &format!("{given}|{family}|{date}"));
            let differs = likeness(&format!("{given}|{family}|{date}"), &format!("{given}|{other}|{date}"));
            let less = likeness(&format!("{given}|{family}"), &format!("{given}|{family}|{date}"));
            proptest::prop_assert!((0.0..=1.0).contains(&differs));
            proptest::prop_assert!(same >= differs && same >= less && same > 0.9);
        }
    }
}
