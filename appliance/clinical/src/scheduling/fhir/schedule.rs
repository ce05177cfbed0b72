//! Weekly hours as `Schedule`, and what breaks them as `Slot` (<https://hl7.org/fhir/R4/schedule.html>).
//!
//! Each time off is a record of its own, so that two desks that enter two of them at once do not meet in one element.

use jiff::civil::{Date, Time, Weekday};
use serde_json::{Map, Value, json};

use super::read::{needed, span, texts, wrong};
use super::{ReadError, extension};
use crate::scheduling::hours::{Hours, Shift, Week};
use crate::scheduling::span::{Span, Spans};
use crate::scheduling::zone::Zone;

const SCHEDULE: &str = "Schedule";
const SLOT: &str = "Slot";

/// FHIR's codes (<https://hl7.org/fhir/R4/valueset-days-of-week.html>).
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// The weekly hours of one resource, or of the clinic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WeeklyHours {
    /// The Schedule's id.
    pub id: String,
    /// Whose: `Practitioner/ID`, `Location/ID` or `Device/ID`.
    pub actor: String,
    /// Whether it holds at all.
    pub is_active: bool,
    /// The hours and when they hold.
    pub week: Week,
}

impl WeeklyHours {
    /// Reads hours off their record. A Schedule with no hours of ours is one of others: it has none.
    ///
    /// # Errors
    /// [`ReadError`] if an element cannot be read.
    pub fn read(schedule: &Value) -> Result<Self, ReadError> {
        let shifts = extension::all(schedule, extension::HOURS).map(read_shift).collect::<Result<_, _>>()?;
        let actor = texts(schedule, &["actor", "reference"]).into_iter().next();
        let horizon = |end: &str| -> Result<Option<Date>, ReadError> {
            let Some(text) = schedule.get("planningHorizon").and_then(|period| period.get(end)) else {
                return Ok(None);
            };
            let day = text.as_str().and_then(|text| text.get(..10)?.parse().ok());
            day.map(Some).ok_or_else(|| wrong(SCHEDULE, "planningHorizon", "is not from a day to a day"))
        };
        Ok(Self {
            id: needed(schedule, SCHEDULE, "id")?.to_owned(),
            actor: actor.ok_or_else(|| wrong(SCHEDULE, "actor", "is missing"))?,
            is_active: schedule.get("active").and_then(Value::as_bool).unwrap_or(true),
            week: Week { shifts, first: horizon("start")?, last: horizon("end")? },
        })
    }

    /// Elements of the record, to be saved beside what else it holds.
    pub fn elements(&self, schedule: &Value) -> Map<String, Value> {
        let mut extensions = extension::exchanged(schedule, extension::HOURS, None);
        extensions.extend(self.week.shifts.iter().map(write_shift));
        let mut out = Map::from_iter([
            ("active".to_owned(), self.is_active.into()),
            ("actor".to_owned(), json!([{ "reference": self.actor }])),
        ]);
        if !extensions.is_empty() {
            out.insert("extension".to_owned(), extensions.into());
        }
        let day =
            |name: &str, day: Option<Date>| day.map(|day| (name.to_owned(), Value::from(day.to_string())));
        let horizon: Map<String, Value> =
            day("start", self.week.first).into_iter().chain(day("end", self.week.last)).collect();
        if !horizon.is_empty() {
            out.insert("planningHorizon".to_owned(), horizon.into());
        }
        out
    }
}

/// What breaks the weekly hours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExceptionKind {
    /// Leave, sickness, maintenance; of the clinic's own Schedule a holiday: `busy-unavailable`.
    Off,
    /// Hours beside the weekly ones: `free`.
    Extra,
}

/// A stored `Slot`: time off, a holiday, extra hours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exception {
    /// The Slot's id.
    pub id: String,
    /// The id of the Schedule that it breaks.
    pub schedule: String,
    /// Which way.
    pub kind: ExceptionKind,
    /// When.
    pub span: Span,
    /// Why, for whoever plans.
    pub comment: Option<String>,
}

impl Exception {
    /// Reads an exception; `None` for a Slot that is none: others' busy slots say nothing of working hours.
    ///
    /// # Errors
    /// [`ReadError`] if an element cannot be read.
    pub fn read(slot: &Value) -> Result<Option<Self>, ReadError> {
        let kind = match needed(slot, SLOT, "status")? {
            "busy-unavailable" => ExceptionKind::Off,
            "free" => ExceptionKind::Extra,
            _ => return Ok(None),
        };
        let schedule = texts(slot, &["schedule", "reference"]).into_iter().next();
        let schedule = schedule.as_deref().and_then(|text| text.strip_prefix("Schedule/"));
        Ok(Some(Self {
            id: needed(slot, SLOT, "id")?.to_owned(),
            schedule: schedule.ok_or_else(|| wrong(SLOT, "schedule", "names no Schedule"))?.to_owned(),
            kind,
            span: span(slot, SLOT)?,
            comment: slot.get("comment").and_then(Value::as_str).map(ToOwned::to_owned),
        }))
    }

    /// The record.
    pub fn resource(&self, zone: &Zone) -> Value {
        let mut out = json!({
            "resourceType": SLOT,
            "id": self.id,
            "schedule": { "reference": format!("Schedule/{}", self.schedule) },
            "status": match self.kind { ExceptionKind::Off => "busy-unavailable", ExceptionKind::Extra => "free" },
            "start": zone.instant(self.span.from),
            "end": zone.instant(self.span.to),
        });
        if let (Some(comment), Some(members)) = (&self.comment, out.as_object_mut()) {
            members.insert("comment".to_owned(), comment.as_str().into());
        }
        out
    }
}

/// The hours of one resource: of its own schedules, their exceptions, and the holidays of the clinic's Schedule.
pub fn hours_of(actor: &str, schedules: &[WeeklyHours], exceptions: &[Exception], holidays: &Spans) -> Hours {
    let own: Vec<&WeeklyHours> = schedules.iter().filter(|one| one.is_active && one.actor == actor).collect();
    let of_kind = |kind| -> Spans {
        let ours =
            exceptions.iter().filter(|one| one.kind == kind && own.iter().any(|own| own.id == one.schedule));
        ours.map(|one| one.span).collect()
    };
    Hours {
        weeks: own.iter().map(|one| one.week.clone()).collect(),
        closed: holidays.clone(),
        extra: of_kind(ExceptionKind::Extra),
        off: of_kind(ExceptionKind::Off),
    }
}

fn read_shift(of: &Value) -> Result<Shift, ReadError> {
    let day = |code: String| DAYS.iter().find(|(known, _)| *known == code).map(|(_, day)| *day);
    let days: Option<Vec<Weekday>> = extension::texts(of, "day", "valueCode").into_iter().map(day).collect();
    let time = |part: &str| -> Result<Time, ReadError> {
        let text = extension::text(of, part, "valueTime").and_then(|text| text.parse().ok());
        text.ok_or_else(|| {
            wrong(SCHEDULE, &format!("{}.{part}", extension::HOURS), "is not a time such as 08:00:00")
        })
    };
    let days = days.filter(|days| !days.is_empty());
    let days =
        days.ok_or_else(|| wrong(SCHEDULE, &format!("{}.day", extension::HOURS), "is not mon to sun"))?;
    Ok(Shift { days, from: time("from")?, to: time("to")? })
}

fn write_shift(shift: &Shift) -> Value {
    let days = DAYS.iter().filter(|(_, day)| shift.days.contains(day));
    let mut parts: Vec<Value> = days.map(|(code, _)| extension::one("day", "valueCode", *code)).collect();
    for (part, time) in [("from", shift.from), ("to", shift.to)] {
        parts.push(extension::one(part, "valueTime", time.strftime("%H:%M:%S").to_string()));
    }
    extension::parts(extension::HOURS, parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    fn hours() -> WeeklyHours {
        let days = vec![Weekday::Monday, Weekday::Friday];
        WeeklyHours {
            id: "s1".into(),
            actor: "Practitioner/7".into(),
            is_active: true,
            week: Week {
                shifts: vec![Shift { days, from: time(8, 0, 0, 0), to: time(12, 30, 0, 0) }],
                first: Some(date(2026, 1, 1)),
                last: None,
            },
        }
    }

    fn assert_lawful(record: &Value) {
        assert_eq!(crate::validate::first_error(crate::validate::validate(&record.to_string())), None);
    }

    #[test]
    fn hours_come_back_from_a_lawful_schedule() {
        let mut record = json!({ "resourceType": "Schedule", "id": "s1" });
        let elements = hours().elements(&record);
        record.as_object_mut().unwrap().extend(elements);
        assert_eq!(WeeklyHours::read(&record), Ok(hours()));
        assert_lawful(&record);
        let foreign = json!({ "id": "s", "actor": [{ "reference": "Location/1" }], "planningHorizon": { "start": "2026-01-01T00:00:00Z" } });
        assert_eq!(WeeklyHours::read(&foreign).unwrap().week.shifts, []);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let shift = |parts: Vec<Value>| json!({ "id": "s", "actor": [{ "reference": "Location/1" }], "extension": [extension::parts(extension::HOURS, parts)] });
        let day = |code: &str| extension::one("day", "valueCode", code);
        for record in [
            json!({ "id": "s" }),
            json!({ "id": "s", "actor": [{ "reference": "Location/1" }], "planningHorizon": { "start": "2026" } }),
            shift(vec![]),
            shift(vec![day("monday")]),
            shift(vec![day("mon"), extension::one("from", "valueTime", "25:00:00")]),
        ] {
            assert_eq!(WeeklyHours::read(&record).unwrap_err().code(), "schedule-unreadable");
        }
    }

    #[test]
    fn exceptions_are_slots_and_only_those() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let off = Exception {
            id: "x".into(),
            schedule: "s1".into(),
            kind: ExceptionKind::Off,
            span: zone.day(date(2026, 3, 29)),
            comment: Some("Leave".into()),
        };
        let record = off.resource(&zone);
        assert_eq!(record["start"], "2026-03-29T00:00:00+01:00");
        assert_eq!(record["end"], "2026-03-30T00:00:00+02:00");
        assert_lawful(&record);
        assert_eq!(Exception::read(&record), Ok(Some(off)));
        let mut busy = record.clone();
        busy["status"] = "busy".into();
        assert_eq!(Exception::read(&busy), Ok(None));
        busy["status"] = "free".into();
        busy["end"] = busy["start"].clone();
        assert_eq!(Exception::read(&busy).unwrap_err().element, "end");
    }

    #[test]
    fn the_hours_of_a_resource_are_those_of_its_active_schedules() {
        let mut ended = WeeklyHours { id: "s2".into(), ..hours() };
        ended.is_active = false;
        let other = WeeklyHours { id: "s3".into(), actor: "Location/1".into(), ..hours() };
        let off = |schedule: &str, kind, from| Exception {
            id: "x".into(),
            schedule: schedule.into(),
            kind,
            span: Span::of(from, 10),
            comment: None,
        };
        let exceptions = [
            off("s1", ExceptionKind::Off, 0),
            off("s1", ExceptionKind::Extra, 50),
            off("s3", ExceptionKind::Off, 100),
        ];
        let closed = Spans::new([Span::of(1_000, 10)]);
        let all = hours_of("Practitioner/7", &[hours(), ended, other], &exceptions, &closed);
        assert_eq!((all.weeks.len(), all.closed), (1, closed));
        assert_eq!((all.off, all.extra), (Spans::new([Span::of(0, 10)]), Spans::new([Span::of(50, 10)])));
    }
}
