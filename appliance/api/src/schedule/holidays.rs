//! `/api/schedule/holidays`: days on which the clinic is closed. They are Slots of a Schedule of the clinic's own.

use std::collections::BTreeMap;

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::fhir::{Exception, ExceptionKind};
use holdfast_clinical::scheduling::span::Span;
use holdfast_clinical::scheduling::zone::Zone;
use holdfast_clinical::search::table;
use holdfast_core::id::Entity;
use holdfast_core::search::{Clause, Match};
use holdfast_store::author::Base;
use holdfast_store::view::View;
use holdfast_store::{StoreError, Tx};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::ScheduleError;
use super::affected::{self, Affected, Of};
use super::day::must_look;
use super::query::{date, words};
use super::records::{every, json_of, put, there};
use super::time_off::{must_keep, store, withdraw};
use crate::access::Caller;
use crate::conflicts::json as answer;
use crate::error::ApiError;
use crate::refusal::{own_read, write};
use crate::request::body;
use crate::state::ApiState;

/// Some twenty a year for as long as anybody plans.
const MOST: usize = 1_000;

/// A day on which the clinic is closed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Holiday {
    /// `YYYY-MM-DD`
    pub(super) date: String,
    pub(super) name: String,
}

/// All of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Holidays {
    /// By date.
    pub(super) holidays: Vec<Holiday>,
}

/// All of them, once they are saved.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HolidaysSaved {
    /// By date.
    holidays: Vec<Holiday>,
    /// What is booked on days that were added: it stays until it is moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    affected: Option<Affected>,
}

/// The id of the clinic's own Schedule: no other clinic has the same.
pub(super) fn schedule_id(clinic: &str) -> String {
    format!("holidays-{}", &blake3::hash(clinic.as_bytes()).to_hex()[..16])
}

/// Answers every holiday.
pub(crate) async fn holidays(
    State(state): State<ApiState>,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    must_look(&caller)?;
    let records = state.writer().records().clone();
    let zone = state.parts().time_zone.clone();
    let found = own_read(&state, move |view| Ok(all(view, &schedule_id(records.clinic()))?)).await?;
    Ok(answer(&shown(&found, &zone)))
}

fn shown(all: &[Exception], zone: &Zone) -> Holidays {
    let one = |one: &Exception| Holiday {
        date: zone.local(one.span.from).date().to_string(),
        name: one.comment.clone().unwrap_or_default(),
    };
    let mut holidays: Vec<Holiday> = all.iter().map(one).collect();
    holidays.sort_by(|a, b| a.date.cmp(&b.date));
    Holidays { holidays }
}

fn all(view: &mut View<'_>, schedule: &str) -> Result<Vec<Exception>, StoreError> {
    let Some(parameter) = table::find("Slot", "schedule") else { return Ok(Vec::new()) };
    let any = vec![Match::Exact(format!("Schedule/{schedule}"))];
    let by = |used: &table::SlotUse| Clause::Param { param: used.number, any: any.clone() };
    let clauses = [Clause::Any(parameter.slots.iter().map(by).collect())];
    let found = every(view, "Slot", &clauses, MOST)?;
    let read = found.iter().filter_map(|stored| Exception::read(&json_of(stored)).ok().flatten());
    Ok(read.filter(|one| one.kind == ExceptionKind::Off && one.schedule == schedule).collect())
}

/// Saves all holidays: those that are not among them are taken back.
pub(crate) async fn save(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    must_keep(&caller)?;
    let (parts, body) = request.into_parts();
    let given: Holidays = body::own(&parts.headers, body).await?;
    let days = read(given)?;
    let records = state.writer().records().clone();
    let (author, zone) = (caller.id.clone(), state.parts().time_zone.clone());
    let saved = write(&state, caller.clone(), move |tx| {
        let schedule = schedule_id(records.clinic());
        let before = all(&mut tx.view()?, &schedule)?;
        let is_new = |day: &Span| before.iter().all(|one| one.span != *day);
        let new: Vec<Span> = days.keys().map(|date| zone.day(*date)).filter(is_new).collect();
        close_on(tx, &schedule, records.clinic(), &days, true, &zone, &author)?;
        Ok((shown(&all(&mut tx.view()?, &schedule)?, &zone), new))
    });
    let (Holidays { holidays }, new) = saved.await?;
    let affected = affected::of_spans(&state, &caller, Of::All, new).await?.or_none();
    Ok(answer(&HolidaysSaved { holidays, affected }))
}

fn read(given: Holidays) -> Result<BTreeMap<Date, String>, ScheduleError> {
    if given.holidays.len() > MOST {
        return Err(ScheduleError::Bad { what: "the number of holidays", expected: "1,000 at the most" });
    }
    let bad = || ScheduleError::Bad { what: "a holiday's date", expected: "written 2026-12-25" };
    let one = |holiday: Holiday| {
        let name = words(Some(holiday.name), "a holiday's name")?.unwrap_or_default();
        Ok((date(&holiday.date).ok_or_else(bad)?, name))
    };
    given.holidays.into_iter().map(one).collect()
}

/// Closes the clinic on these days; with `alone`, on no others.
pub(super) fn close_on(
    tx: &mut Tx<'_>,
    schedule: &str,
    clinic: &str,
    days: &BTreeMap<Date, String>,
    alone: bool,
    zone: &Zone,
    author: &str,
) -> Result<(), ApiError> {
    let entity = Entity::new("Schedule", schedule);
    if there(&mut tx.view()?, &entity)?.is_none() {
        let record = json!({ "resourceType": "Schedule", "id": schedule, "actor": [{ "display": clinic_name(clinic) }] });
        put(tx, &entity, &record.to_string(), &Base::Blind, author)?;
    }
    let known = all(&mut tx.view()?, schedule)?;
    for one in known.iter().filter(|_| alone) {
        if !days.contains_key(&zone.local(one.span.from).date()) {
            withdraw(tx, &Entity::new("Slot", &one.id), author)?;
        }
    }
    for (date, name) in days {
        let span = zone.day(*date);
        let is_known = |one: &&Exception| zone.local(one.span.from).date() == *date;
        let id = known
            .iter()
            .find(is_known)
            .map(|one| one.id.clone())
            .unwrap_or_else(|| format!("{schedule}.{date}"));
        let comment = Some(name.clone()).filter(|name| !name.is_empty());
        let holiday =
            Exception { id, schedule: schedule.to_owned(), kind: ExceptionKind::Off, span, comment };
        store(tx, &holiday, zone, author)?;
    }
    Ok(())
}

fn clinic_name(clinic: &str) -> &str {
    if clinic.is_empty() { "head office" } else { clinic }
}
