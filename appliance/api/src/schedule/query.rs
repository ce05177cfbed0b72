//! What is asked for in the address.

use holdfast_clinical::scheduling::span::Minute;
use holdfast_clinical::scheduling::zone::minute_of_instant;
use holdfast_clinical::url::parse_pairs;
use jiff::civil::Date;

use super::ScheduleError;
use crate::error::{ApiError, RequestError};
use crate::request::listing::bad;

/// The parameters of an address.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads them; those that the address does not have are refused.
    pub(crate) fn read(query: Option<String>, known: &[&str]) -> Result<Self, ApiError> {
        let pairs =
            parse_pairs(&query.unwrap_or_default()).map_err(|reason| RequestError::BadQuery { reason })?;
        match pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(Self(pairs)),
            Some((name, _)) => {
                Err(RequestError::UnknownParameter { name: name.clone(), known: known.join(", ") }.into())
            }
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let mut named = self.0.iter().filter(|(one, value)| one == name && !value.is_empty());
        named.next().map(|(_, value)| value.as_str())
    }

    pub(super) fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.0
            .iter()
            .filter(move |(one, value)| one == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// A date, which must be there.
    pub(super) fn date(&self, name: &str) -> Result<Date, ApiError> {
        let text = self.text(name).unwrap_or_default();
        date(text).ok_or_else(|| bad(name, text, "a date such as 2026-11-28").into())
    }

    /// An instant.
    pub(crate) fn minute(&self, name: &str) -> Result<Option<Minute>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let read = minute_of_instant(text);
        read.map(Some).ok_or_else(|| {
            bad(name, text, "an instant such as 2026-11-28T09:30:00Z, with its + written %2B").into()
        })
    }
}

/// A date as a client writes it, of a year that a schedule has.
pub(super) fn date(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
    (1900..=2200).contains(&date.year()).then_some(date)
}

/// An instant of a body.
pub(super) fn instant(text: &str, what: &'static str) -> Result<Minute, ScheduleError> {
    let bad =
        ScheduleError::Bad { what, expected: "an instant with its offset, such as 2026-11-28T09:30:00Z" };
    // Nobody books before computers, or after this one.
    let is_near = |minute: &Minute| (0..=120_000_000).contains(minute);
    minute_of_instant(text).filter(is_near).ok_or(bad)
}

/// A text of a body: not empty, and no longer than that.
pub(crate) fn words(text: Option<String>, what: &'static str) -> Result<Option<String>, ScheduleError> {
    const MOST: usize = 2_000;
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > MOST) {
        return Err(ScheduleError::Bad { what, expected: "2,000 characters at the most" });
    }
    Ok(text)
}
