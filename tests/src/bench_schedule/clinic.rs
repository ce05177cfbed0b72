//! A clinic of many practitioners, with a year of appointments: twelve weeks that are over, and those to come, ever fewer.

use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use holdfast_clinical::scheduling::fhir::{AppointmentType, Split, WeeklyHours};
use holdfast_clinical::scheduling::find::{Kind, Need};
use holdfast_clinical::scheduling::hours::{Shift, Week};
use jiff::civil::{Weekday, time};
use serde_json::{Map, Value, json};

use crate::generate::{Dice, date};

/// Days of appointments, and how many of them are over.
const DAYS: i64 = 365;
const PAST: i64 = 84;
/// Minutes of an appointment.
pub(super) const LENGTH: i64 = 30;
/// When the clinic is open, in minutes of UTC's day.
const OPEN: [(i64, i64); 2] = [(480, 720), (780, 1_020)];
/// One of so many has no time left for all of the year.
const FULL: usize = 5;
/// Patients.
const PATIENTS: u64 = 2_000;
/// Entries of one bundle.
const ENTRIES: usize = 250;
/// The one type that is booked: somebody who treats, and a room.
pub(super) const TYPE: &str = "visit";
const LANGUAGES: [&str; 4] = ["en", "fr", "es", "ar"];

/// The clinic.
#[derive(Debug)]
pub(super) struct Clinic {
    pub(super) practitioners: usize,
    /// Days since 1970.
    pub(super) today: i64,
}

/// The day that it is in UTC.
pub(super) fn today() -> Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    Ok(i64::try_from(since.as_secs() / 86_400)?)
}

impl Clinic {
    pub(super) fn new(practitioners: usize, today: i64) -> Self {
        Self { practitioners, today }
    }

    pub(super) fn practitioner(at: usize) -> String {
        format!("Practitioner/p{at}")
    }

    /// One who has no appointment yet: nobody is booked while they are expected elsewhere.
    pub(super) fn patient(at: u64) -> String {
        format!("Patient/t{}", PATIENTS + at % PATIENTS)
    }

    /// Whether somebody has no time left, however far one looks.
    pub(super) fn is_full(at: usize) -> bool {
        at % FULL == FULL - 1
    }

    /// Working days of the year, as days from today.
    pub(super) fn days(&self) -> impl Iterator<Item = i64> {
        let today = self.today;
        // 1970-01-01 was a Thursday.
        (-PAST..DAYS - PAST).filter(move |ahead| (today + ahead + 3).rem_euclid(7) < 5)
    }

    /// The minutes of a day at which appointments may begin.
    pub(super) fn starts() -> impl Iterator<Item = i64> {
        OPEN.into_iter().flat_map(|(from, to)| (from..to).step_by(30))
    }

    /// Whether somebody has an appointment then: the same for the same clinic.
    pub(super) fn is_booked(at: usize, ahead: i64, minute: i64) -> bool {
        if Self::is_full(at) {
            return true;
        }
        let percent = match ahead {
            ..0 => 90,
            0..14 => 97,
            14..60 => 75,
            _ => 50,
        };
        let place = (at as u64 * 1_000 + (ahead + PAST).unsigned_abs()) * 2_000 + minute.unsigned_abs();
        Dice::new(7, "booked", place).percent(percent)
    }

    pub(super) fn instant(&self, ahead: i64, minute: i64) -> String {
        format!("{}T{:02}:{:02}:00Z", date::day(self.today + ahead), minute / 60, minute % 60)
    }

    pub(super) fn date(&self, ahead: i64) -> String {
        date::day(self.today + ahead)
    }

    /// Writes everything as transactions; answers how many appointments there are.
    pub(super) fn write(&self, folder: &Path) -> Result<usize> {
        std::fs::create_dir_all(folder)?;
        let mut first = Lines::new(&folder.join("1.clinic.ndjson"))?;
        self.facilities().into_iter().try_for_each(|one| first.put(one))?;
        for at in 0..2 * PATIENTS {
            first.put(patient(at))?;
        }
        first.end()?;
        let mut lines = Lines::new(&folder.join("2.appointments.ndjson"))?;
        let mut count = 0;
        for ahead in self.days() {
            for at in 0..self.practitioners {
                for minute in Self::starts().filter(|minute| Self::is_booked(at, ahead, *minute)) {
                    lines.put(self.appointment(at, ahead, minute))?;
                    count += 1;
                }
            }
        }
        lines.end()?;
        Ok(count)
    }

    fn facilities(&self) -> Vec<Value> {
        let need = |kind, role: Option<&str>| Need {
            kind,
            role: role.map(ToOwned::to_owned),
            skills: Vec::new(),
            only: Vec::new(),
        };
        let kind = AppointmentType {
            id: TYPE.to_owned(),
            name: "Visit".to_owned(),
            is_active: true,
            duration_min: LENGTH,
            before_min: 0,
            after_min: 0,
            step_min: LENGTH,
            needs: vec![need(Kind::Practitioner, Some("doctor")), need(Kind::Room, None)],
            capacity: 1,
            is_remote: false,
            split: Split { web_percent: 0, sell_until_min: 0 },
        };
        let mut all = vec![with("HealthcareService", TYPE, kind.elements(&Value::Null))];
        for at in 0..self.practitioners {
            let language = LANGUAGES[at % LANGUAGES.len()];
            all.push(json!({ "resourceType": "Practitioner", "id": format!("p{at}"), "active": true,
                "name": [{ "family": format!("Practitioner{at}"), "given": ["Ada"] }],
                "communication": [{ "coding": [{ "system": "urn:ietf:bcp:47", "code": language }] }] }));
            all.push(json!({ "resourceType": "PractitionerRole", "id": format!("r{at}"), "active": true,
                "practitioner": { "reference": Self::practitioner(at) },
                "code": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/practitioner-role", "code": "doctor" }] }] }));
            all.push(json!({ "resourceType": "Location", "id": format!("l{at}"), "status": "active",
                "name": format!("Room {at}"), "mode": "instance" }));
            for (id, actor) in
                [(format!("hp{at}"), Self::practitioner(at)), (format!("hl{at}"), format!("Location/l{at}"))]
            {
                all.push(with("Schedule", &id, hours(&id, actor).elements(&Value::Null)));
            }
        }
        all
    }

    fn appointment(&self, at: usize, ahead: i64, minute: i64) -> Value {
        let status = match ahead {
            ..0 if (at + minute.unsigned_abs() as usize).is_multiple_of(11) => "noshow",
            ..0 => "fulfilled",
            _ => "booked",
        };
        let whom =
            (at as u64 * 31 + minute.unsigned_abs() * 7 + (ahead + PAST).unsigned_abs() * 13) % PATIENTS;
        let accepted = |key: String| json!({ "actor": { "reference": key }, "status": "accepted" });
        let id = format!("a{at}-{}-{minute}", ahead + PAST);
        json!({ "resourceType": "Appointment", "id": id, "status": status,
            "serviceType": [{ "coding": [{ "system": holdfast_clinical::scheduling::fhir::TYPE_SYSTEM, "code": TYPE }] }],
            "start": self.instant(ahead, minute), "end": self.instant(ahead, minute + LENGTH), "minutesDuration": LENGTH,
            "participant": [accepted(Self::patient(whom)), accepted(Self::practitioner(at)), accepted(format!("Location/l{at}"))] })
    }
}

fn hours(id: &str, actor: String) -> WeeklyHours {
    let days =
        vec![Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    let shift = |from, to| Shift { days: days.clone(), from: time(from, 0, 0, 0), to: time(to, 0, 0, 0) };
    let week = Week { shifts: vec![shift(8, 12), shift(13, 17)], first: None, last: None };
    WeeklyHours { id: id.to_owned(), actor, is_active: true, week }
}

fn patient(at: u64) -> Value {
    json!({ "resourceType": "Patient", "id": format!("t{at}"), "birthDate": "1961-03-12", "gender": "female",
        "name": [{ "family": format!("Patient{at}"), "given": ["Zoe"] }] })
}

fn with(kind: &str, id: &str, elements: Map<String, Value>) -> Value {
    let head = [("resourceType".to_owned(), kind.into()), ("id".to_owned(), id.into())];
    Value::Object(head.into_iter().chain(elements).collect())
}

/// A file of transactions.
struct Lines {
    file: std::io::BufWriter<std::fs::File>,
    waiting: Vec<String>,
}

impl Lines {
    fn new(path: &Path) -> Result<Self> {
        let file =
            std::fs::File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self { file: std::io::BufWriter::new(file), waiting: Vec::new() })
    }

    fn put(&mut self, resource: Value) -> Result<()> {
        let url = format!(
            "{}/{}",
            resource["resourceType"].as_str().unwrap_or_default(),
            resource["id"].as_str().unwrap_or_default()
        );
        let entry = json!({ "resource": resource, "request": { "method": "PUT", "url": url } });
        self.waiting.push(entry.to_string());
        if self.waiting.len() == ENTRIES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        if !self.waiting.is_empty() {
            let entries = std::mem::take(&mut self.waiting).join(",");
            writeln!(self.file, r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#)?;
        }
        Ok(())
    }

    fn end(mut self) -> Result<()> {
        self.flush()?;
        Ok(self.file.flush()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_fifty_is_well_booked_and_lawful() {
        let clinic = Clinic::new(50, 20_784);
        let dir = tempfile::tempdir().unwrap();
        let count = clinic.write(dir.path()).unwrap();
        assert!((110_000..220_000).contains(&count), "{count}");
        for one in clinic.facilities().iter().chain([&clinic.appointment(3, 5, 480), &patient(7)]) {
            assert!(holdfast_clinical::validate::validate(&one.to_string()).is_empty(), "{one}");
        }
    }
}
