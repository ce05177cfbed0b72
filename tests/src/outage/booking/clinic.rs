//! The clinic that books: two practitioners, two rooms, one type of appointment of which the web has a share.

use std::time::Duration;

use anyhow::{Result, ensure};
use holdfast_core::hlc::Hlc;
use holdfast_core::view::instant;
use serde_json::{Value, json};

use super::super::fleet::Fleet;
use super::super::http::{Answer, Client};
use super::super::plan::Side;
use super::super::waiting::until;
use super::super::write::told;

/// Whose time everybody wants.
pub(super) const PEOPLE: [&str; 2] = ["ana", "bo"];
const ROOMS: [&str; 2] = ["r1", "r2"];
/// Patients who come: so many that few of them are wanted at two places at once.
pub(super) const PATIENTS: usize = 64;
/// Minutes of an appointment.
pub(super) const LENGTH_MIN: u64 = 30;
/// The working day, in hours of UTC.
const OPEN: (u64, u64) = (8, 12);
/// Days that are booked: late enough that the web's share is not over, early enough that it is granted.
const DAYS: std::ops::Range<u64> = 4..6;
/// New sign-ins are known to a node within this.
const KNOWN: Duration = Duration::from_secs(60);
const DAY_MS: u64 = 86_400_000;

/// Times at which an appointment may begin, Unix milliseconds, from the day that it is.
pub(super) fn starts(today_ms: u64) -> Vec<u64> {
    let day = |ahead: u64| today_ms / DAY_MS * DAY_MS + ahead * DAY_MS;
    let of_day = (OPEN.0 * 60..OPEN.1 * 60).step_by(LENGTH_MIN as usize);
    DAYS.flat_map(|ahead| of_day.clone().map(move |minute| day(ahead) + minute * 60_000)).collect()
}

/// As FHIR writes it.
pub(super) fn written(ms: u64) -> String {
    instant(Hlc::new(ms, 0))
}

/// The days that are booked, `YYYY-MM-DD`.
pub(super) fn days(today_ms: u64) -> Vec<String> {
    DAYS.map(|ahead| written(today_ms + ahead * DAY_MS).chars().take(10).collect()).collect()
}

/// Sets the clinic up; a token for each of the desks comes back.
pub(super) fn set_up(fleet: &mut Fleet, desks: &[&str]) -> Result<Vec<String>> {
    let mut clinician = fleet.access(Side::North)?.client()?;
    for id in PEOPLE {
        save(&mut clinician, "Practitioner", id, json!({ "name": [{ "text": id }] }))?;
        let role = json!({ "practitioner": { "reference": format!("Practitioner/{id}") },
            "code": [{ "coding": [{ "code": "clinician" }] }] });
        save(&mut clinician, "PractitionerRole", id, role)?;
    }
    for id in ROOMS {
        let room =
            json!({ "name": id, "status": "active", "physicalType": { "coding": [{ "code": "ro" }] } });
        save(&mut clinician, "Location", id, room)?;
    }
    for at in 0..PATIENTS {
        let patient = json!({ "name": [{ "text": format!("Patient {at}") }], "birthDate": "1970-01-01" });
        save(&mut clinician, "Patient", &patient_id(at), patient)?;
    }
    let mut tokens = Vec::new();
    for desk in desks {
        tokens.push(fleet.node(Side::North)?.new_token(desk, "front-desk")?);
    }
    let mut desk = Client::new(&fleet.access(Side::North)?.place.url(), &tokens[0])?;
    // A node that runs looks for new tokens every few seconds.
    until("the desks are known", KNOWN, || {
        let answer = desk.get("/api/schedule/types")?;
        Ok((answer.status == 200, ()))
    })?;
    let hour = |hour: u64| format!("{hour:02}:00");
    let line = |weekday: u8| json!({ "weekday": weekday, "from": hour(OPEN.0), "to": hour(OPEN.1) });
    let hours = json!({ "weekly": (1..=7).map(line).collect::<Vec<Value>>() }).to_string();
    let all = PEOPLE
        .map(|id| format!("Practitioner/{id}"))
        .into_iter()
        .chain(ROOMS.map(|id| format!("Location/{id}")));
    for key in all {
        let path = format!("/api/schedule/resources/{key}/hours");
        good(&path, desk.send("PUT", &path, None, &hours)?)?;
    }
    let kind = json!({ "name": "Visit", "minutes": LENGTH_MIN, "bufferBefore": 0, "bufferAfter": 0,
        "needs": [{ "kind": "practitioner" }, { "kind": "room" }], "capacity": 1, "webShare": 30, "remote": false, "active": true });
    let path = "/api/schedule/types/visit";
    good(path, clinician.send("PUT", path, None, &kind.to_string())?)?;
    Ok(tokens)
}

pub(super) fn patient_id(at: usize) -> String {
    format!("p{at}")
}

fn save(client: &mut Client, kind: &str, id: &str, mut record: Value) -> Result<()> {
    (record["resourceType"], record["id"]) = (kind.into(), id.into());
    let path = format!("/fhir/{kind}/{id}");
    good(&path, client.send("PUT", &path, None, &record.to_string())?)
}

fn good(path: &str, answer: Answer) -> Result<()> {
    ensure!(matches!(answer.status, 200 | 201), "{path}: {}", told(&answer));
    Ok(())
}
