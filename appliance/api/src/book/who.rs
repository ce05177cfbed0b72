//! Who an appointment is for, as the page sends it: looked at here again, for anybody can send anything.

use holdfast_clinical::search::find::digit;
use holdfast_clinical::search::text::normalise;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::error::BookError;
use super::secret::Key;

const OLDEST_YEAR: i16 = 1890;
/// Characters of a name.
const NAME: std::ops::RangeInclusive<usize> = 2..=120;
/// Digits of a telephone number (E.164 has 15 at the most).
const DIGITS: std::ops::RangeInclusive<usize> = 6..=15;
/// The longest address that mail is sent to (RFC 5321, section 4.5.3.1.3).
const MAX_MAIL: usize = 254;

/// The languages of the page.
pub(super) const LANGUAGES: [&str; 4] = ["en", "es", "fr", "ar"];

/// Who an appointment is for.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = BookingWho)]
pub(crate) struct WhoAsked {
    name: String,
    /// `YYYY-MM-DD`
    birth_date: String,
    /// A telephone number or an e-mail address.
    contact: String,
}

/// How somebody is reached, in the one form that it is compared in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Contact {
    /// Digits, perhaps with a plus before them.
    Phone(String),
    /// In small letters.
    Mail(String),
}

/// Who an appointment is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Who {
    /// As it was typed, without what cannot be seen.
    pub(super) name: String,
    pub(super) birth_date: Date,
    pub(super) contact: Contact,
}

impl Contact {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Phone(text) | Self::Mail(text) => text,
        }
    }

    /// R4's word for it.
    pub(super) fn system(&self) -> &'static str {
        match self {
            Self::Phone(_) => "phone",
            Self::Mail(_) => "email",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().map(|c| digit(c).unwrap_or(c)).collect();
        if text.contains('@') {
            return is_mail(&text).then(|| Self::Mail(text.to_lowercase()));
        }
        let is_written_so =
            |(at, c): (usize, char)| c.is_ascii_digit() || " ().-/".contains(c) || (at == 0 && c == '+');
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let is_phone = text.chars().enumerate().all(is_written_so) && DIGITS.contains(&digits.len());
        is_phone.then(|| Self::Phone(if text.starts_with('+') { format!("+{digits}") } else { digits }))
    }
}

fn is_mail(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>,;:\\\"()[]@".contains(c);
    let labels: Vec<&str> = domain.split('.').collect();
    text.len() <= MAX_MAIL
        && !local.is_empty()
        && text.chars().filter(|c| *c == '@').count() == 1
        && local.chars().all(is_plain)
        && domain.chars().all(is_plain)
        && labels.len() >= 2
        && labels.iter().all(|label| !label.is_empty())
}

impl Who {
    /// Reads who it is for. `today` is the clinic's.
    ///
    /// # Errors
    /// [`BookError::Bad`] that says what of it cannot be used.
    pub(super) fn read(asked: &WhoAsked, today: Date) -> Result<Self, BookError> {
        let bad = |what, expected| BookError::Bad { what, expected };
        let name = shown(&asked.name);
        if !NAME.contains(&name.chars().count()) || normalise(&name).is_empty() {
            return Err(bad("the name", "2 to 120 characters"));
        }
        let born: Option<Date> = asked.birth_date.parse().ok().filter(|_| asked.birth_date.len() == 10);
        let born = born.filter(|date| date.year() >= OLDEST_YEAR && *date <= today);
        Ok(Self {
            name,
            birth_date: born.ok_or(bad("the date of birth", "a day that has come, such as 1980-03-12"))?,
            contact: Contact::read(&asked.contact)
                .ok_or(bad("the contact", "a telephone number or an e-mail address"))?,
        })
    }

    /// What they are known by in what is kept until the code is right.
    pub(super) fn hash(&self, key: &Key) -> String {
        key.name("who", &[&normalise(&self.name), &self.birth_date.to_string(), self.contact.text()])
    }
}

/// A text without what cannot be seen, and without marks that turn the direction of what stands beside it.
pub(super) fn shown(text: &str) -> String {
    let is_turn = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let seen: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_turn(*c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A language of the page.
///
/// # Errors
/// [`BookError::Bad`] of another.
pub(super) fn language(text: &str) -> Result<&'static str, BookError> {
    let known = LANGUAGES.into_iter().find(|known| *known == text);
    known.ok_or(BookError::Bad { what: "the language", expected: "en, es, fr or ar" })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read(name: &str, birth_date: &str, contact: &str) -> Result<Who, BookError> {
        let asked = WhoAsked { name: name.into(), birth_date: birth_date.into(), contact: contact.into() };
        Who::read(&asked, date(2026, 11, 28))
    }

    #[test]
    fn names_of_any_script_are_taken_as_they_are() {
        for name in ["Ada Byron", "عائشة بنت محمد", "王小明", "Ḿúñøz-O’Neill", "ᏣᎳᎩ ᎠᏴ", "👩‍⚕️ Zoë"]
        {
            assert_eq!(read(name, "1985-12-10", "0612345678").unwrap().name, name);
        }
        let turned = read(" A\u{202e}da\t\nB\u{0}yron ", "1985-12-10", "0612345678").unwrap();
        assert_eq!(turned.name, "Ada B yron");
    }

    #[test]
    fn what_is_no_name_date_or_contact_is_refused() {
        let long = "x".repeat(121);
        for (name, born, contact, what) in [
            ("A", "1985-12-10", "0612345678", "the name"),
            ("\u{202e}\u{200f} ", "1985-12-10", "0612345678", "the name"),
            (long.as_str(), "1985-12-10", "0612345678", "the name"),
            ("Ada", "2026-11-29", "0612345678", "the date of birth"),
            ("Ada", "1889-12-31", "0612345678", "the date of birth"),
            ("Ada", "2023-02-29", "0612345678", "the date of birth"),
            ("Ada", "19851210", "0612345678", "the date of birth"),
            ("Ada", "-000001-01-01", "0612345678", "the date of birth"),
            ("Ada", "1985-12-10", "12345", "the contact"),
            ("Ada", "1985-12-10", "1234567890123456", "the contact"),
            ("Ada", "1985-12-10", "06 12+34 56", "the contact"),
            ("Ada", "1985-12-10", "ada@example", "the contact"),
            ("Ada", "1985-12-10", "a@b@example.org", "the contact"),
            ("Ada", "1985-12-10", "ada@example..org", "the contact"),
            ("Ada", "1985-12-10", "ada@ex.org\r\nBcc: all@ex.org", "the contact"),
            ("Ada", "1985-12-10", "\"<x>\"@ex.org", "the contact"),
        ] {
            let error = read(name, born, contact).unwrap_err();
            assert!(
                matches!(error, BookError::Bad { what: is, .. } if is == what),
                "{name} {born} {contact}: {error}"
            );
        }
    }

    #[test]
    fn a_contact_is_the_same_however_it_is_written() {
        let of = |text: &str| read("Ada", "1985-12-10", text).unwrap().contact;
        assert_eq!(of("+33 (6) 12-34.56 78"), Contact::Phone("+33612345678".into()));
        assert_eq!(of("٠٦١٢٣٤٥٦٧٨"), Contact::Phone("0612345678".into()));
        assert_eq!(of(" Ada@Example.ORG "), Contact::Mail("ada@example.org".into()));
    }
}
