//! Reading a calendar: what each event says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{DateTime, Time};

use super::error::{IcalError, Problem, quoted};
use super::event::{Calendar, Event, Status, When};
use super::line::{Line, unescape};
use super::parts::Parts;
use super::when::{read_date, read_duration, read_local};
use super::windows::zone_of;
use super::{MAX_BYTES, MAX_EXCEPTIONS};
use crate::scheduling::recur::Rule;
use crate::scheduling::span::{Minute, Span};
use crate::scheduling::zone::Zone;

/// The years in which an event may be: a birthday that was once a date of birth, and whatever is planned.
const YEARS: std::ops::Range<i16> = 1900..2200;

/// Reads a calendar. Times that name no zone are of `zone`, the clinic's.
///
/// What an event does not need is passed over: alarms, attendees, tasks, properties that nobody knows.
///
/// # Errors
/// [`IcalError`] if it is too large, is no calendar, or an event says what is not followed; nothing of it is read then.
pub fn read(bytes: &[u8], zone: &Zone) -> Result<Calendar, IcalError> {
    if bytes.len() > MAX_BYTES {
        return Err(Problem::TooLarge.at(1));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
        Problem::NotText.at(line)
    })?;
    let parts = Parts::read(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    let zones = Zones { own: zone, called: parts.zones };
    let events = parts.events.iter().map(|lines| event(lines, &zones)).collect::<Result<_, _>>()?;
    Ok(Calendar { method: parts.method, organizer: parts.organizer, events })
}

/// By what a calendar calls its zones.
struct Zones<'a> {
    own: &'a Zone,
    called: BTreeMap<String, String>,
}

impl Zones<'_> {
    fn of(&self, line: &Line) -> Result<Zone, Problem> {
        let Some(name) = line.parameter("TZID") else { return Ok(self.own.clone()) };
        let other = || self.called.get(name).and_then(|known| zone_of(known));
        zone_of(name).or_else(other).ok_or_else(|| Problem::UnknownZone(quoted(name)))
    }
}

/// The properties of one event.
struct Properties<'a> {
    lines: &'a [Line],
    begin: usize,
}

impl<'a> Properties<'a> {
    fn one(&self, name: &'static str) -> Result<Option<&'a Line>, IcalError> {
        let mut all = self.lines.iter().filter(|line| line.name == name);
        let first = all.next();
        match all.next() {
            Some(second) => Err(Problem::Twice(name).at(second.number)),
            None => Ok(first),
        }
    }

    fn needed(&self, name: &'static str) -> Result<&'a Line, IcalError> {
        self.one(name)?.ok_or_else(|| Problem::Missing(name).at(self.begin))
    }

    fn text(&self, name: &'static str) -> Result<Option<String>, IcalError> {
        Ok(self.one(name)?.map(|line| unescape(&line.value)))
    }
}

fn event(lines: &[Line], zones: &Zones<'_>) -> Result<Event, IcalError> {
    let properties = Properties { lines, begin: lines.first().map_or(1, |line| line.number) };
    for name in ["RDATE", "EXRULE"] {
        if let Some(line) = lines.iter().find(|line| line.name == name) {
            let told = if name == "RDATE" { "RDATE" } else { "EXRULE" };
            return Err(Problem::Unsupported(told).at(line.number));
        }
    }
    let start = properties.needed("DTSTART")?;
    let when = when(&properties, start, zones)?;
    let zone = match &when {
        When::Timed { zone, .. } => zone,
        When::Days { .. } => zones.own,
    };
    let rule = properties
        .one("RRULE")?
        .map(|line| Rule::parse(&line.value).map_err(|error| Problem::from(error).at(line.number)));
    let sequence = properties.one("SEQUENCE")?.map(|line| {
        line.value.trim().parse().map_err(|_| wrong("SEQUENCE", "is not a number").at(line.number))
    });
    let instead_of = properties
        .one("RECURRENCE-ID")?
        .map(|line| instead_of(line, &when, zones).map_err(|error| error.at(line.number)));
    let stamp = properties.one("DTSTAMP")?.map(|line| {
        moment(line, zones, "DTSTAMP").map(|at| at.minute).map_err(|error| error.at(line.number))
    });
    let uid = properties.needed("UID")?;
    if uid.value.trim().is_empty() {
        return Err(wrong("UID", "is empty").at(uid.number));
    }
    Ok(Event {
        uid: unescape(uid.value.trim()),
        sequence: sequence.transpose()?.unwrap_or(0),
        status: status(&properties)?,
        is_free: properties
            .one("TRANSP")?
            .is_some_and(|line| line.value.trim().eq_ignore_ascii_case("TRANSPARENT")),
        stamp: stamp.transpose()?.unwrap_or(0),
        except: exceptions(lines, zone, &when, zones)?,
        when: when.clone(),
        summary: properties.text("SUMMARY")?.unwrap_or_default(),
        description: properties.text("DESCRIPTION")?,
        location: properties.text("LOCATION")?,
        rule: rule.transpose()?,
        instead_of: instead_of.transpose()?,
    })
}

fn status(properties: &Properties<'_>) -> Result<Status, IcalError> {
    let Some(line) = properties.one("STATUS")? else { return Ok(Status::Confirmed) };
    match line.value.trim().to_ascii_uppercase().as_str() {
        "TENTATIVE" => Ok(Status::Tentative),
        "CONFIRMED" => Ok(Status::Confirmed),
        "CANCELLED" => Ok(Status::Cancelled),
        _ => Err(wrong("STATUS", "is not TENTATIVE, CONFIRMED or CANCELLED").at(line.number)),
    }
}

fn when(properties: &Properties<'_>, start: &Line, zones: &Zones<'_>) -> Result<When, IcalError> {
    let end = properties.one("DTEND")?;
    let length = properties.one("DURATION")?;
    if let (Some(_), Some(length)) = (end, length) {
        return Err(wrong("DURATION", "is there beside DTEND").at(length.number));
    }
    let duration = length.map(|line| {
        read_duration(line.value.trim())
            .ok_or_else(|| wrong("DURATION", "is not a length such as PT30M").at(line.number))
    });
    let duration = duration.transpose()?;
    if is_date(start) {
        return days(start, end, duration.map(|one| one.days));
    }
    let at = moment(start, zones, "DTSTART").map_err(|error| error.at(start.number))?;
    let to = match (end, duration) {
        (Some(line), _) if is_date(line) => {
            return Err(wrong("DTEND", "is a day, and DTSTART a time").at(line.number));
        }
        (Some(line), _) => {
            let end = moment(line, zones, "DTEND").map_err(|error| error.at(line.number))?;
            // What ends within a minute takes all of it.
            end.minute + i64::from(end.local.second() > 0)
        }
        (None, Some(length)) => {
            let day = jiff::Span::new().try_days(length.days).and_then(|days| at.local.checked_add(days));
            let day = day.map_err(|_| wrong("DURATION", "is too long").at(start.number))?;
            at.zone.at(day).0 + length.minutes
        }
        (None, None) => at.minute,
    };
    if to < at.minute {
        return Err(wrong("DTEND", "is before DTSTART").at(end.unwrap_or(start).number));
    }
    Ok(When::Timed { span: Span::new(at.minute, to), zone: at.zone })
}

fn days(start: &Line, end: Option<&Line>, length: Option<i64>) -> Result<When, IcalError> {
    let read = |line: &Line, name| -> Result<jiff::civil::Date, IcalError> {
        let date = read_date(line.value.trim()).filter(|date| YEARS.contains(&date.year()));
        date.ok_or_else(|| wrong(name, "is not a day such as 20260131, of 1900 to 2199").at(line.number))
    };
    let first = read(start, "DTSTART")?;
    let end = match end {
        Some(line) => read(line, "DTEND")?,
        None => {
            let days = jiff::Span::new().try_days(length.unwrap_or(1).max(1));
            let end = days.and_then(|days| first.checked_add(days));
            end.map_err(|_| wrong("DURATION", "is too long").at(start.number))?
        }
    };
    // Some write the same day twice for one day.
    let end = if end == first { first.tomorrow().unwrap_or(end) } else { end };
    if end < first {
        Err(wrong("DTEND", "is before DTSTART").at(start.number))
    } else {
        Ok(When::Days { first, end })
    }
}

fn is_date(line: &Line) -> bool {
    line.parameter("VALUE").is_some_and(|kind| kind.eq_ignore_ascii_case("DATE"))
        || !line.value.contains(['T', 't'])
}

/// A date and time, as the line tells it.
struct Moment {
    minute: Minute,
    local: DateTime,
    zone: Zone,
}

fn moment(line: &Line, zones: &Zones<'_>, name: &'static str) -> Result<Moment, Problem> {
    moment_of(line.value.trim(), line, zones, name)
}

fn moment_of(text: &str, line: &Line, zones: &Zones<'_>, name: &'static str) -> Result<Moment, Problem> {
    let text = text.to_ascii_uppercase();
    let (text, zone) = match text.strip_suffix('Z') {
        Some(utc) => (utc, Zone::utc()),
        None => (text.as_str(), zones.of(line)?),
    };
    let local = read_local(text).filter(|local| YEARS.contains(&local.year()));
    let local = local.ok_or_else(|| wrong(name, "is not a time such as 20260131T090000, of 1900 to 2199"))?;
    Ok(Moment { minute: zone.at(local).0, local, zone })
}

fn instead_of(line: &Line, when: &When, zones: &Zones<'_>) -> Result<DateTime, Problem> {
    if line.parameter("RANGE").is_some() {
        return Err(Problem::Unsupported("RECURRENCE-ID with RANGE"));
    }
    match when {
        _ if is_date(line) => {
            let date = read_date(line.value.trim()).ok_or_else(|| wrong("RECURRENCE-ID", "is not a day"))?;
            Ok(date.to_datetime(Time::midnight()))
        }
        When::Timed { zone, .. } => Ok(zone.local(moment(line, zones, "RECURRENCE-ID")?.minute)),
        When::Days { .. } => Err(wrong("RECURRENCE-ID", "is a time, and DTSTART a day")),
    }
}

fn exceptions(
    lines: &[Line],
    zone: &Zone,
    when: &When,
    zones: &Zones<'_>,
) -> Result<BTreeSet<DateTime>, IcalError> {
    let time = match when {
        When::Timed { span, zone } => zone.local(span.from).time(),
        When::Days { .. } => Time::midnight(),
    };
    let mut out = BTreeSet::new();
    for line in lines.iter().filter(|line| line.name == "EXDATE") {
        for text in line.value.split(',').map(str::trim) {
            let at = match read_date(text) {
                Some(date) => date.to_datetime(time),
                None => {
                    let at = moment_of(text, line, zones, "EXDATE").map_err(|error| error.at(line.number))?;
                    // By the clock of the series: one that was skipped stays as it is written.
                    if at.zone == *zone { at.local } else { zone.local(at.minute) }
                }
            };
            out.insert(at);
            if out.len() > MAX_EXCEPTIONS {
                return Err(Problem::TooManyExceptions.at(line.number));
            }
        }
    }
    Ok(out)
}

fn wrong(property: &'static str, reason: &'static str) -> Problem {
    Problem::Value { property, reason }
}
