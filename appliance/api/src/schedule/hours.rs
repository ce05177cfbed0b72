//! `PUT /api/schedule/resources/{type}/{id}/hours`: when somebody works, week by week.

use std::collections::BTreeMap;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::fhir::{WeeklyHours, saved};
use holdfast_clinical::scheduling::hours::{MAX_SHIFTS, Shift, Week};
use holdfast_clinical::scheduling::zone::minute_of_ms;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::author::Base;
use holdfast_store::{StoreError, Tx};
use jiff::civil::{Date, Time, Weekday};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::ScheduleError;
use super::query::date;
use super::records::{every, json_of, put, there};
use super::resources::{ResourceSetup, WeeklyShown, one};
use super::roster::entity_of;
use crate::access::Caller;
use crate::conflicts::json as answer;
use crate::error::{ApiError, RequestError};
use crate::refusal::{own_read, write};
use crate::request::body;
use crate::state::ApiState;

const KIND: &str = "Schedule";
/// Schedules that are looked at.
const MOST: usize = 5_000;

/// All of somebody's weekly hours.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoursSaved {
    weekly: Vec<WeeklyShown>,
}

/// Saves all of somebody's weekly hours. Time off stays.
pub(crate) async fn save(
    State(state): State<ApiState>,
    Path((kind, id)): Path<(String, String)>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let actor = actor(&kind, &id)?;
    caller.sight.check(KIND, May::CREATE | May::UPDATE).map_err(StoreError::from)?;
    let (parts, body) = request.into_parts();
    let given: HoursSaved = body::own(&parts.headers, body).await?;
    let weeks = weeks(&given.weekly)?;
    let (author, of) = (caller.id.clone(), actor.clone());
    write(&state, caller, move |tx| store(tx, &of, &weeks, &author)).await?;
    Ok(answer(&setup_of(&state, actor).await?))
}

/// The resource of an address.
pub(super) fn actor(kind: &str, id: &str) -> Result<Entity, ApiError> {
    let bad = ScheduleError::Bad { what: "the resource", expected: "a practitioner, a location or a device" };
    Ok(entity_of(&format!("{kind}/{id}")).ok_or(bad)?)
}

/// The resource as it is set up now.
pub(super) async fn setup_of(state: &ApiState, actor: Entity) -> Result<ResourceSetup, ApiError> {
    let records = state.writer().records().clone();
    let zone = state.parts().time_zone.clone();
    let now = minute_of_ms(records.now_ms());
    own_read(state, move |view| one(view, records.clinic(), &zone, now, &actor)).await
}

/// From when until when hours hold.
type Horizon = (Option<Date>, Option<Date>);

/// Hours by when they hold.
fn weeks(lines: &[WeeklyShown]) -> Result<BTreeMap<Horizon, Vec<Shift>>, ScheduleError> {
    if lines.len() > MAX_SHIFTS {
        return Err(ScheduleError::Bad { what: "the number of lines", expected: "200 at the most" });
    }
    let mut out: BTreeMap<Horizon, Vec<Shift>> = BTreeMap::new();
    for line in lines {
        let day = |text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => date(text)
                .map(Some)
                .ok_or(ScheduleError::Bad { what: "a date", expected: "written 2026-11-28" }),
        };
        let weekday = Weekday::from_monday_one_offset(line.weekday);
        let weekday = weekday.map_err(|_| ScheduleError::Bad { what: "a weekday", expected: "1 to 7" })?;
        let (from, to) = (clock(&line.from)?, clock(&line.to)?);
        if to <= from && to != Time::midnight() {
            return Err(ScheduleError::Bad {
                what: "the end of a line",
                expected: "later than its beginning",
            });
        }
        let shifts = out.entry((day(&line.valid_from)?, day(&line.valid_until)?)).or_default();
        // The same hours on several days are one shift.
        match shifts.iter_mut().find(|shift| shift.from == from && shift.to == to) {
            Some(shift) if !shift.days.contains(&weekday) => shift.days.push(weekday),
            Some(_) => {}
            None => shifts.push(Shift { days: vec![weekday], from, to }),
        }
    }
    Ok(out)
}

fn clock(text: &str) -> Result<Time, ScheduleError> {
    let bad = ScheduleError::Bad { what: "a time of day", expected: "written 08:00, up to 24:00" };
    if text == "24:00" {
        return Ok(Time::midnight());
    }
    let read = (text.len() == 5).then(|| Time::strptime("%H:%M", text).ok()).flatten();
    read.ok_or(bad)
}

fn store(
    tx: &mut Tx<'_>,
    actor: &Entity,
    weeks: &BTreeMap<Horizon, Vec<Shift>>,
    author: &str,
) -> Result<(), ApiError> {
    let key = actor.to_string();
    let is_there =
        tx.beyond_sight(|tx| -> Result<_, StoreError> { Ok(there(&mut tx.view()?, actor)?.is_some()) })?;
    if !is_there {
        return Err(StoreError::NotFound(key).into());
    }
    let mut open = weeks.clone();
    // Time off hangs on the one that holds always.
    open.entry((None, None)).or_default();
    let known = every(&mut tx.view()?, KIND, &[], MOST)?;
    for stored in &known {
        let Ok(hours) = WeeklyHours::read(&json_of(stored)) else { continue };
        if hours.actor != key || !hours.is_active {
            continue;
        }
        let horizon = (hours.week.first, hours.week.last);
        let shifts = open.remove(&horizon).unwrap_or_default();
        if shifts != hours.week.shifts {
            let hours = WeeklyHours { week: Week { shifts, ..hours.week.clone() }, ..hours };
            save_hours(tx, &stored.entity, Some(&stored.json), &hours, author)?;
        }
    }
    for (horizon, shifts) in open {
        let id = schedule_id(&key, horizon);
        let week = Week { shifts, first: horizon.0, last: horizon.1 };
        let hours = WeeklyHours { id: id.clone(), actor: key.clone(), is_active: true, week };
        let entity = Entity::new(KIND, id);
        let text = there(&mut tx.view()?, &entity)?.map(|stored| stored.json);
        save_hours(tx, &entity, text.as_deref(), &hours, author)?;
    }
    Ok(())
}

fn save_hours(
    tx: &mut Tx<'_>,
    entity: &Entity,
    text: Option<&str>,
    hours: &WeeklyHours,
    author: &str,
) -> Result<(), ApiError> {
    let new = json!({ "resourceType": KIND, "id": entity.id }).to_string();
    let text = text.unwrap_or(&new);
    let record: Value = serde_json::from_str(text).unwrap_or_default();
    let mut elements: Map<String, Value> = hours.elements(&record);
    // Who works no more has an empty week, which is no extension at all.
    elements.entry("extension").or_insert(Value::Null);
    let text = saved(text, &elements).map_err(|reason| RequestError::BadBody { reason })?;
    put(tx, entity, &text, &Base::Blind, author)?;
    Ok(())
}

/// The id of the Schedule that holds somebody's hours of a time: the same wherever it is made, so that two desks make one.
pub(super) fn schedule_id(key: &str, (first, last): Horizon) -> String {
    let day = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    let sum = blake3::hash(format!("{key}\n{}\n{}", day(first), day(last)).as_bytes()).to_hex();
    format!("hours-{}", &sum[..32])
}

/// The Schedule on which somebody's time off stands, made if it is not there.
pub(super) fn always(tx: &mut Tx<'_>, actor: &Entity, author: &str) -> Result<String, ApiError> {
    let key = actor.to_string();
    let known = every(&mut tx.view()?, KIND, &[], MOST)?;
    let own = known.iter().filter_map(|stored| WeeklyHours::read(&json_of(stored)).ok());
    let found = own
        .filter(|hours| hours.actor == key && hours.is_active)
        .min_by_key(|hours| (hours.week.first.is_some() || hours.week.last.is_some(), hours.id.clone()));
    if let Some(hours) = found {
        return Ok(hours.id);
    }
    store(tx, actor, &BTreeMap::new(), author)?;
    Ok(schedule_id(&key, (None, None)))
}
