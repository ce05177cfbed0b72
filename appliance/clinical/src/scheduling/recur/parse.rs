//! Reading a rule of others.

use std::str::FromStr;

use jiff::civil::Weekday;

use super::rule::{ByDay, End, Frequency, MAX_COUNT, MAX_INTERVAL, Rule, Until, WEEKDAYS};
use crate::scheduling::ical::{read_date, read_local};
use crate::scheduling::zone::Zone;

/// The most characters of a rule: the longest lawful one of ours has some 300.
const MAX_TEXT: usize = 1_000;

/// A rule that is not followed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RuleError {
    /// Not a rule.
    #[error("cannot read the recurrence rule: {part} {reason}; correct it")]
    Unreadable {
        /// The part of the rule.
        part: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A lawful rule that Holdfast does not follow.
    #[error(
        "cannot follow the recurrence rule: {part} {reason}; book the dates one by one, or use another rule"
    )]
    Unsupported {
        /// The part of the rule.
        part: String,
        /// Why not.
        reason: &'static str,
    },
}

impl RuleError {
    /// Stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "recurrence-unreadable",
            Self::Unsupported { .. } => "recurrence-unsupported",
        }
    }

    fn unreadable(part: &str, reason: &'static str) -> Self {
        Self::Unreadable { part: part.to_owned(), reason }
    }

    fn unsupported(part: &str, reason: &'static str) -> Self {
        Self::Unsupported { part: part.to_owned(), reason }
    }
}

impl Rule {
    /// Reads the value of an RRULE (RFC 5545, section 3.3.10).
    ///
    /// # Errors
    /// [`RuleError`] if it is not lawful, or is a rule that is not followed.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        if text.len() > MAX_TEXT {
            return Err(RuleError::unreadable("the text", "is longer than any rule"));
        }
        let mut parts = Vec::new();
        for part in text.trim().trim_end_matches(';').split(';') {
            let (name, value) =
                part.split_once('=').ok_or_else(|| RuleError::unreadable("a part", "has no \"=\""))?;
            let name = name.trim().to_ascii_uppercase();
            if parts.iter().any(|(other, _)| *other == name) {
                return Err(RuleError::unreadable(&name, "is there twice"));
            }
            parts.push((name, value.trim()));
        }
        let frequency = parts.iter().find(|(name, _)| name == "FREQ");
        let (_, frequency) = frequency.ok_or_else(|| RuleError::unreadable("FREQ", "is missing"))?;
        let mut rule = Self::every(read_frequency(frequency)?);
        for (name, value) in &parts {
            rule.set(name, value)?;
        }
        rule.check()?;
        Ok(rule)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), RuleError> {
        match name {
            "FREQ" => {}
            "INTERVAL" => self.interval = number(name, value, 1..=MAX_INTERVAL)?,
            "BYMONTH" => self.months = numbers(name, value, 1..=12)?,
            "BYMONTHDAY" => self.month_days = numbers(name, value, -31..=31)?,
            "BYSETPOS" => self.positions = numbers(name, value, -366..=366)?,
            "BYDAY" => self.days = each(name, value, read_by_day)?,
            "WKST" => self.week_start = weekday(name, value)?,
            "COUNT" | "UNTIL" if self.end != End::Never => {
                return Err(RuleError::unreadable(name, "is there beside another end"));
            }
            "COUNT" => self.end = End::Count(number(name, value, 1..=MAX_COUNT)?),
            "UNTIL" => self.end = End::Until(read_until(value)?),
            "BYSECOND" | "BYMINUTE" | "BYHOUR" | "BYYEARDAY" | "BYWEEKNO" => {
                return Err(RuleError::unsupported(name, "is not followed"));
            }
            _ => return Err(RuleError::unreadable("a part", "has a name that RFC 5545 does not know")),
        }
        Ok(())
    }

    fn check(&self) -> Result<(), RuleError> {
        let is_numbered = self.days.iter().any(|day| day.nth.is_some());
        let refuse = |part, reason| Err(RuleError::unsupported(part, reason));
        match self.frequency {
            Frequency::Daily | Frequency::Weekly => {
                if is_numbered {
                    return Err(RuleError::unreadable("BYDAY", "numbers weekdays, which only months have"));
                }
                if !self.month_days.is_empty() || !self.months.is_empty() || !self.positions.is_empty() {
                    return refuse(
                        "FREQ",
                        "of days or weeks takes no months, days of the month or positions",
                    );
                }
            }
            Frequency::Monthly if !self.months.is_empty() => {
                return refuse("BYMONTH", "is followed in yearly rules alone");
            }
            Frequency::Yearly
                if self.months.is_empty() && !(self.days.is_empty() && self.month_days.is_empty()) =>
            {
                return refuse("FREQ=YEARLY", "with days and no BYMONTH is not followed");
            }
            Frequency::Monthly | Frequency::Yearly => {}
        }
        if is_numbered && !self.month_days.is_empty() {
            return refuse("BYDAY", "with numbers beside BYMONTHDAY is not followed");
        }
        if !self.positions.is_empty() && self.days.is_empty() && self.month_days.is_empty() {
            return Err(RuleError::unreadable("BYSETPOS", "has no days to choose from"));
        }
        Ok(())
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text)
    }
}

fn read_frequency(value: &str) -> Result<Frequency, RuleError> {
    let known = [Frequency::Daily, Frequency::Weekly, Frequency::Monthly, Frequency::Yearly];
    if let Some(found) = known.into_iter().find(|one| one.as_str().eq_ignore_ascii_case(value)) {
        return Ok(found);
    }
    match value.to_ascii_uppercase().as_str() {
        "SECONDLY" | "MINUTELY" | "HOURLY" => Err(RuleError::unsupported("FREQ", "is less than a day")),
        _ => Err(RuleError::unreadable("FREQ", "is not one of RFC 5545's")),
    }
}

fn number<N: FromStr + PartialOrd>(
    name: &str,
    value: &str,
    range: std::ops::RangeInclusive<N>,
) -> Result<N, RuleError> {
    let read: N = value.parse().map_err(|_| RuleError::unreadable(name, "is not a number in its range"))?;
    if range.contains(&read) {
        Ok(read)
    } else {
        Err(RuleError::unreadable(name, "is not a number in its range"))
    }
}

fn each<T>(
    name: &str,
    value: &str,
    read: impl Fn(&str, &str) -> Result<T, RuleError>,
) -> Result<Vec<T>, RuleError> {
    value.split(',').map(|one| read(name, one.trim())).collect()
}

fn numbers<N: FromStr + PartialOrd + Copy + Default>(
    name: &str,
    value: &str,
    range: std::ops::RangeInclusive<N>,
) -> Result<Vec<N>, RuleError> {
    let mut all = each(name, value, |name, one| number(name, one, range.clone()))?;
    if all.contains(&N::default()) {
        return Err(RuleError::unreadable(name, "is zero"));
    }
    all.dedup_by(|a, b| a == b);
    Ok(all)
}

fn weekday(name: &str, value: &str) -> Result<Weekday, RuleError> {
    let found = WEEKDAYS.iter().find(|(letters, _)| letters.eq_ignore_ascii_case(value));
    found.map(|(_, day)| *day).ok_or_else(|| RuleError::unreadable(name, "is not a weekday"))
}

fn read_by_day(name: &str, value: &str) -> Result<ByDay, RuleError> {
    let at = value.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(value.len());
    let (nth, letters) = value.split_at(at);
    let day = weekday(name, letters)?;
    if nth.is_empty() {
        return Ok(ByDay { nth: None, day });
    }
    let nth = number(name, nth, -5..=5)?;
    if nth == 0 { Err(RuleError::unreadable(name, "is zero")) } else { Ok(ByDay { nth: Some(nth), day }) }
}

fn read_until(value: &str) -> Result<Until, RuleError> {
    let value = value.to_ascii_uppercase();
    let read = if !value.contains('T') {
        read_date(&value).map(Until::Date)
    } else if let Some(utc) = value.strip_suffix('Z') {
        read_local(utc).map(|local| Until::Instant(Zone::utc().at(local).0))
    } else {
        read_local(&value).map(Until::Local)
    };
    read.ok_or_else(|| RuleError::unreadable("UNTIL", "is not a date or a time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_come_back_as_they_were_written() {
        for text in [
            "FREQ=DAILY",
            "FREQ=DAILY;INTERVAL=3;COUNT=10",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;WKST=SU;UNTIL=20261231T225900Z",
            "FREQ=MONTHLY;BYDAY=2TU,-1FR",
            "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20271231",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;UNTIL=20300101T000000",
        ] {
            assert_eq!(Rule::parse(text).unwrap().to_string(), text);
            assert_eq!(Rule::parse(&text.to_lowercase()).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_not_followed_is_refused() {
        for (text, code) in [
            ("", "recurrence-unreadable"),
            ("WEEKLY", "recurrence-unreadable"),
            ("INTERVAL=2", "recurrence-unreadable"),
            ("FREQ=FORTNIGHTLY", "recurrence-unreadable"),
            ("FREQ=HOURLY", "recurrence-unsupported"),
            ("FREQ=DAILY;INTERVAL=0", "recurrence-unreadable"),
            ("FREQ=DAILY;INTERVAL=-1", "recurrence-unreadable"),
            ("FREQ=DAILY;COUNT=99999999999", "recurrence-unreadable"),
            ("FREQ=DAILY;COUNT=2;UNTIL=20260101", "recurrence-unreadable"),
            ("FREQ=DAILY;COUNT=2;COUNT=3", "recurrence-unreadable"),
            ("FREQ=DAILY;UNTIL=20260230", "recurrence-unreadable"),
            ("FREQ=WEEKLY;BYDAY=1MO", "recurrence-unreadable"),
            ("FREQ=WEEKLY;BYDAY=XX", "recurrence-unreadable"),
            ("FREQ=WEEKLY;BYDAY=é", "recurrence-unreadable"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "recurrence-unreadable"),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "recurrence-unreadable"),
            ("FREQ=MONTHLY;BYSETPOS=1", "recurrence-unreadable"),
            ("FREQ=MONTHLY;BYHOUR=9", "recurrence-unsupported"),
            ("FREQ=YEARLY;BYDAY=20MO", "recurrence-unreadable"),
            ("FREQ=YEARLY;BYWEEKNO=20", "recurrence-unsupported"),
            ("FREQ=YEARLY;BYDAY=MO", "recurrence-unsupported"),
            ("FREQ=DAILY;X-ODD=1", "recurrence-unreadable"),
        ] {
            assert_eq!(Rule::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
        assert!(Rule::parse(&"A=1;".repeat(1_000)).is_err());
        let told = Rule::parse("FREQ=HOURLY").unwrap_err().to_string();
        assert!(told.contains("FREQ is less than a day; book"), "{told}");
    }
}
