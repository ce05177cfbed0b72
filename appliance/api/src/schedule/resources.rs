//! `GET /api/schedule/resources`: practitioners, rooms and equipment, as they are set up.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::response::Response;
use holdfast_clinical::scheduling::fhir::{Exception, ExceptionKind, WeeklyHours, own_skills};
use holdfast_clinical::scheduling::hours::Shift;
use holdfast_clinical::scheduling::span::{DAY_MIN, Span};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::View;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::day::must_look;
use super::exceptions::exceptions;
use super::records::{every, json_of};
use super::roster::{Member, Roster, entity_of, kind_name};
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::own_read;
use crate::state::ApiState;

/// Rooms and devices that are looked at.
const MOST: usize = 2_000;
/// Their records, in bytes.
const RECORDS_BYTES: usize = 64 << 20;
/// Time off is told of so many days back and ahead.
const BACK_DAYS: i64 = 31;
const AHEAD_DAYS: i64 = 400;

/// Hours of one day of the week.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = WeeklyHours)]
pub(crate) struct WeeklyShown {
    /// 1 is Monday.
    pub(super) weekday: i8,
    /// `08:00`
    pub(super) from: String,
    /// `17:00`; `24:00` is the end of the day.
    pub(super) to: String,
    /// A date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valid_until: Option<String>,
}

/// Time off.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimeOff {
    pub(super) id: String,
    /// An instant.
    pub(super) from: String,
    pub(super) until: String,
    pub(super) why: String,
}

/// One whose time is given, as it is set up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceSetup {
    /// `Practitioner/…`, `Location/…` or `Device/…`.
    #[serde(rename = "ref")]
    key: String,
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// As BCP 47 writes them.
    languages: Vec<String>,
    /// What they can do, as the clinic has entered it.
    skills: Vec<String>,
    /// What they can do by other records: codes of qualifications and specialties.
    qualifications: Vec<String>,
    weekly: Vec<WeeklyShown>,
    time_off: Vec<TimeOff>,
    active: bool,
}

/// Everybody and everything.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Resources {
    resources: Vec<ResourceSetup>,
}

/// Answers all that can be booked, or could be once it has hours.
pub(crate) async fn resources(
    State(state): State<ApiState>,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    must_look(&caller)?;
    let records = state.writer().records().clone();
    let zone = state.parts().time_zone.clone();
    let found = own_read(&state, move |view| {
        let beside = beside(view)?;
        let roster = Roster::read(view, records.clinic(), &beside)?;
        let exceptions = exceptions(view, looked_at(minute_of_ms(records.now_ms())))?;
        let skills = skills(view, &roster)?;
        Ok(roster.members.iter().map(|one| setup(one, &roster, &exceptions, &skills, &zone)).collect())
    });
    Ok(json(&Resources { resources: found.await? }))
}

/// One of them.
pub(super) fn one(
    view: &mut View<'_>,
    clinic: &str,
    zone: &Zone,
    now: i64,
    key: &Entity,
) -> Result<ResourceSetup, ApiError> {
    let roster = Roster::read(view, clinic, std::slice::from_ref(key))?;
    let exceptions = exceptions(view, looked_at(now))?;
    let found = roster.find(&key.to_string()).ok_or_else(|| StoreError::NotFound(key.to_string()))?;
    let skills = skills(view, &roster)?;
    Ok(setup(found, &roster, &exceptions, &skills, zone))
}

/// What the clinic has entered of each practitioner, by their key.
fn skills(view: &mut View<'_>, roster: &Roster) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
    let keys = roster.members.iter().filter(|one| !one.resource.skills.is_empty());
    let keys: Vec<Entity> = keys.filter_map(|one| entity_of(&one.resource.key)).collect();
    let found = view.get_all(&keys, RECORDS_BYTES)?.resources;
    Ok(found.iter().map(|one| (one.entity.to_string(), own_skills(&json_of(one)))).collect())
}

fn looked_at(now: i64) -> Span {
    Span::new(now - BACK_DAYS * DAY_MIN, now + AHEAD_DAYS * DAY_MIN)
}

/// Rooms and devices that nobody has given hours yet.
fn beside(view: &mut View<'_>) -> Result<Vec<Entity>, StoreError> {
    let mut out = Vec::new();
    for stored in every(view, "Location", &[], MOST)? {
        let code = json_of(&stored)
            .pointer("/physicalType/coding/0/code")
            .and_then(Value::as_str)
            .map(ToOwned::to_owned);
        // HL7's code of a room.
        out.extend((code.as_deref() == Some("ro")).then_some(stored.entity));
    }
    for stored in every(view, "Device", &[], MOST)? {
        // What a patient has is nobody else's.
        out.extend(json_of(&stored).get("patient").is_none().then_some(stored.entity));
    }
    Ok(out)
}

fn setup(
    member: &Member,
    roster: &Roster,
    exceptions: &[Exception],
    skills: &BTreeMap<String, Vec<String>>,
    zone: &Zone,
) -> ResourceSetup {
    let resource = &member.resource;
    let skills = skills.get(&resource.key).cloned().unwrap_or_default();
    let own: Vec<&WeeklyHours> = roster.schedules_of(&resource.key).collect();
    let ids: BTreeSet<&str> = own.iter().map(|one| one.id.as_str()).collect();
    let mut weekly: Vec<WeeklyShown> =
        own.iter().filter(|one| one.is_active).flat_map(|one| weekly(one)).collect();
    weekly.sort_by(|a, b| (a.weekday, &a.from, &a.valid_from).cmp(&(b.weekday, &b.from, &b.valid_from)));
    let off =
        exceptions.iter().filter(|one| one.kind == ExceptionKind::Off && ids.contains(one.schedule.as_str()));
    let mut time_off: Vec<TimeOff> = off.map(|one| time_off(one, zone)).collect();
    time_off.sort_by(|a, b| (&a.from, &a.id).cmp(&(&b.from, &b.id)));
    ResourceSetup {
        key: resource.key.clone(),
        kind: kind_name(resource.kind),
        name: member.name.clone(),
        role: resource.roles.first().cloned(),
        languages: resource.languages.clone(),
        qualifications: resource.skills.iter().filter(|one| !skills.contains(one)).cloned().collect(),
        skills,
        weekly,
        time_off,
        active: member.is_active,
    }
}

fn time_off(one: &Exception, zone: &Zone) -> TimeOff {
    TimeOff {
        id: one.id.clone(),
        from: zone.instant(one.span.from),
        until: zone.instant(one.span.to),
        why: one.comment.clone().unwrap_or_default(),
    }
}

fn weekly(hours: &WeeklyHours) -> Vec<WeeklyShown> {
    let days = |shift: &Shift| {
        let (from, to) = (
            clock(shift.from),
            if shift.to == Time::midnight() { "24:00".to_owned() } else { clock(shift.to) },
        );
        let (first, last) = (hours.week.first, hours.week.last);
        let line = move |day: &jiff::civil::Weekday| WeeklyShown {
            weekday: day.to_monday_one_offset(),
            from: from.clone(),
            to: to.clone(),
            valid_from: first.map(|date| date.to_string()),
            valid_until: last.map(|date| date.to_string()),
        };
        shift.days.iter().map(line).collect::<Vec<_>>()
    };
    hours.week.shifts.iter().flat_map(days).collect()
}

fn clock(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}
