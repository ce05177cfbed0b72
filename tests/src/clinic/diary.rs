//! What can be booked at the clinic: types of appointments, when people work and places are open, and what breaks that.

use holdfast_clinical::scheduling::fhir::{AppointmentType, Split, TYPE_SYSTEM, WeeklyHours, extension};
use holdfast_clinical::scheduling::find::{Kind, Need};
use holdfast_clinical::scheduling::hours::{Shift, Week};
use jiff::civil::{Time, Weekday, time};
use serde_json::{Map, Value, json};

use super::fhir::to;
use super::moment::{Moment, is_workday};
use super::team::{Team, made};
use crate::generate::Resource;

/// Minutes between two times at which an appointment may begin.
pub(super) const STEP: i64 = 5;
/// Before it ends, what head office has not sold comes back to the clinic.
const SELL_UNTIL: i64 = 24 * 60;
const WEEKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// A type of appointment, by its place in [`OFFERED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    Consultation,
    LongConsultation,
    Video,
    Antenatal,
    Ultrasound,
    Immunization,
    NurseVisit,
    Ecg,
    DiabetesGroup,
}

struct Row {
    name: &'static str,
    minutes: i64,
    before: i64,
    after: i64,
    role: &'static str,
    needs_room: bool,
    /// A place of [`DEVICES`].
    device: Option<usize>,
    capacity: u32,
    web_percent: u8,
}

const fn row(name: &'static str, minutes: i64, role: &'static str, web_percent: u8) -> Row {
    Row { name, minutes, before: 0, after: 0, role, needs_room: true, device: None, capacity: 1, web_percent }
}

const OFFERED: &[Row] = &[
    row("Consultation", 20, CLINICIAN, 30),
    Row { after: 5, ..row("Long consultation", 40, CLINICIAN, 0) },
    Row { needs_room: false, ..row("Video consultation", 20, CLINICIAN, 30) },
    row("Antenatal visit", 30, NURSE, 20),
    Row { before: 5, after: 10, device: Some(0), ..row("Ultrasound", 30, NURSE, 0) },
    row("Immunization", 15, NURSE, 50),
    row("Nurse visit", 20, NURSE, 30),
    Row { after: 5, device: Some(1), ..row("ECG", 20, NURSE, 0) },
    Row { capacity: 8, ..row("Diabetes group", 60, NURSE, 0) },
];

/// Roles by which a type asks for somebody.
pub(super) const CLINICIAN: &str = "clinician";
const NURSE: &str = "nurse";

/// What stands in the clinic and is booked: its name, and what it is called in a list.
pub(super) const DEVICES: &[(&str, &str)] = &[("Ultrasound machine", "ultrasound"), ("ECG recorder", "ecg")];

impl Offer {
    fn row(self) -> &'static Row {
        &OFFERED[self as usize]
    }

    pub(super) fn name(self) -> &'static str {
        self.row().name
    }

    pub(super) fn minutes(self) -> i64 {
        self.row().minutes
    }

    /// What it takes of its resources' time if it begins at that minute.
    pub(super) fn takes(self, minute: i64) -> (i64, i64) {
        (minute - self.row().before, minute + self.minutes() + self.row().after)
    }

    pub(super) fn is_remote(self) -> bool {
        self == Self::Video
    }

    /// The id of the device that it takes.
    pub(super) fn device(self, team: &Team) -> Option<&str> {
        team.devices.get(self.row().device?).map(String::as_str)
    }

    /// `Appointment.serviceType`.
    pub(super) fn service_type(self, team: &Team) -> Value {
        let (code, name) = (&team.services[self as usize], self.name());
        json!([{ "coding": [{ "system": TYPE_SYSTEM, "code": code, "display": name }], "text": name }])
    }

    /// `Appointment.extension`: what is said of an appointment of this type.
    pub(super) fn extensions(self) -> Vec<Value> {
        let row = self.row();
        let buffer = vec![extension::duration("before", row.before), extension::duration("after", row.after)];
        let has_buffer = row.before > 0 || row.after > 0;
        let buffer = has_buffer.then(|| extension::parts(extension::BUFFER, buffer));
        let group =
            (row.capacity > 1).then(|| extension::one(extension::CAPACITY, "valuePositiveInt", row.capacity));
        let remote = self.is_remote().then(|| extension::one(extension::REMOTE, "valueBoolean", true));
        buffer.into_iter().chain(group).chain(remote).collect()
    }
}

/// How many types there are.
pub(super) const TYPES: usize = OFFERED.len();

/// Every type as the service that it is.
pub(super) fn services(team: &Team, place: &Value) -> Vec<Resource> {
    let of =
        |(row, id): (&Row, &String)| {
            let need = |kind| Need { kind, role: None, skills: Vec::new(), only: Vec::new() };
            let mut needs = vec![Need { role: Some(row.role.to_owned()), ..need(Kind::Practitioner) }];
            needs.extend(row.needs_room.then(|| need(Kind::Room)));
            needs.extend(row.device.map(|at| Need {
                only: vec![format!("Device/{}", team.devices[at])],
                ..need(Kind::Equipment)
            }));
            let kind = AppointmentType {
                id: id.clone(),
                name: row.name.to_owned(),
                is_active: true,
                duration_min: row.minutes,
                before_min: row.before,
                after_min: row.after,
                step_min: STEP,
                needs,
                capacity: row.capacity,
                is_remote: !row.needs_room,
                split: Split { web_percent: row.web_percent, sell_until_min: SELL_UNTIL },
            };
            let mut body = json!({
                "providedBy": team.clinic(),
                "type": [{ "text": row.name }],
                "location": [place],
                "appointmentRequired": row.name != "Immunization",
            });
            extend(&mut body, kind.elements(&Value::Null));
            made("HealthcareService", id, body)
        };
    OFFERED.iter().zip(&team.services).map(of).collect()
}

/// What is booked beside people and rooms.
pub(super) fn devices(team: &Team, place: &Value) -> Vec<Resource> {
    let of = |((name, code), id): (&(&str, &str), &String)| {
        let body = json!({
            "status": "active",
            "deviceName": [{ "name": name, "type": "user-friendly-name" }],
            "type": { "coding": [{ "system": "urn:holdfast:device", "code": code }], "text": name },
            "owner": team.clinic(),
            "location": place,
        });
        made("Device", id, body)
    };
    DEVICES.iter().zip(&team.devices).map(of).collect()
}

/// When everybody works, and rooms and devices may be used.
pub(super) fn hours(team: &Team) -> Vec<Resource> {
    let lunch = time(12, 0, 0, 0);
    let people = team.working().map(|member| {
        let actor = format!("Practitioner/{}", member.id);
        let shifts = vec![shift(8, lunch), Shift { from: time(13, 0, 0, 0), ..shift(13, time(17, 0, 0, 0)) }];
        schedule(&member.schedule_id, &actor, shifts)
    });
    let places = team.opened().map(|(actor, id)| schedule(id, &actor, vec![shift(8, time(17, 0, 0, 0))]));
    people.chain(places).collect()
}

fn shift(from: i8, to: Time) -> Shift {
    Shift { days: WEEKDAYS.to_vec(), from: time(from, 0, 0, 0), to }
}

fn schedule(id: &str, actor: &str, shifts: Vec<Shift>) -> Resource {
    let week = Week { shifts, first: None, last: None };
    let hours = WeeklyHours { id: id.to_owned(), actor: actor.to_owned(), is_active: true, week };
    made("Schedule", id, Value::Object(hours.elements(&Value::Null)))
}

fn extend(body: &mut Value, with: Map<String, Value>) {
    if let Some(members) = body.as_object_mut() {
        members.extend(with);
    }
}

/// What breaks the hours, as minutes of a day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Break {
    /// Who, by their sign-in.
    pub(super) login: &'static str,
    /// Working days from today.
    pub(super) ahead: i64,
    pub(super) from: i64,
    pub(super) to: i64,
    why: &'static str,
}

/// A training in the afternoon of today, and a day of leave.
pub(super) const BREAKS: [Break; 2] = [
    Break { login: "vikram", ahead: 0, from: 15 * 60, to: 17 * 60, why: "First aid training" },
    Break { login: "tomas", ahead: 3, from: 0, to: 24 * 60, why: "Annual leave" },
];

/// Slots: what somebody has off, and, should today be no working day, that the clinic is open all the same.
pub(super) fn exceptions(
    team: &Team,
    uuid: &mut dyn FnMut() -> String,
    days: &[i64],
    at: impl Fn(i64, i64) -> Moment,
) -> Vec<Resource> {
    let mut slot = |schedule: &str, day: i64, (from, to): (i64, i64), (status, why): (&str, &str)| {
        let id = uuid();
        let body = json!({
            "schedule": to_schedule(schedule),
            "status": status,
            "start": at(day, 0).plus(from).text(),
            "end": at(day, 0).plus(to).text(),
            "comment": why,
        });
        made("Slot", &id, body)
    };
    let mut all = Vec::new();
    for one in &BREAKS {
        let Some(member) = team.members.iter().find(|member| member.login == one.login) else { continue };
        let Some(day) = usize::try_from(one.ahead).ok().and_then(|at| days.get(at)) else { continue };
        all.push(slot(&member.schedule_id, *day, (one.from, one.to), ("busy-unavailable", one.why)));
    }
    let Some(today) = days.first().filter(|day| !is_workday(**day)) else { return all };
    let open = ("free", "Open at the weekend");
    for member in team.working() {
        all.push(slot(&member.schedule_id, *today, (8 * 60, 12 * 60), open));
        all.push(slot(&member.schedule_id, *today, (13 * 60, 17 * 60), open));
    }
    for (_, id) in team.opened() {
        all.push(slot(id, *today, (8 * 60, 17 * 60), open));
    }
    all
}

fn to_schedule(id: &str) -> Value {
    to(&format!("Schedule/{id}"))
}
