//! `POST /api/schedule/series`: what recurs, each of it seen before it is booked.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::recur::{ByDay, End, Frequency, Instance, Rule, Series, Until};
use holdfast_clinical::scheduling::span::{DAY_MIN, Span};
use holdfast_clinical::scheduling::zone::{Wall, Zone};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use jiff::civil::{DateTime, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ScheduleError;
use super::book::{Asked, Booking, desk, must_book, once, with_instead};
use super::busy::Busy;
use super::free::FreeSlot;
use super::patient::{elsewhere, expected};
use super::plan::{around, choose};
use super::query::date;
use super::shown::AppointmentShown;
use super::when;
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::refusal::own_read;
use crate::request::body;
use crate::state::ApiState;

/// As many as a course of treatment has, and two years of weeks.
const MOST_INSTANCES: u32 = 104;
/// How far ahead a series may reach.
const MOST_DAYS: i64 = 800;

/// What recurs.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeriesRule {
    /// `day`, `week` or `month`.
    every: String,
    interval: u16,
    /// 1 is Monday.
    #[serde(default)]
    weekdays: Vec<i8>,
    count: Option<u32>,
    /// A date.
    until: Option<String>,
    /// Dates that are left out.
    #[serde(default)]
    except: Vec<String>,
}

/// A series that is to be looked at, or booked.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeriesAsked {
    /// Made by whoever asks; the appointments have it with their number behind it.
    id: String,
    booking: Booking,
    rule: SeriesRule,
    /// Whether it is only looked at.
    dry: bool,
}

/// Why something was not booked.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub(crate) struct Refusal {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<serde_json::Value>,
    instead: Vec<FreeSlot>,
}

/// One date of a series.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub(crate) struct SeriesInstance {
    /// An instant.
    start: String,
    /// Whether clocks leave out the time of the series on that day, so that it begins at another.
    skipped: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    booked: Option<AppointmentShown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Refusal>,
}

/// All of it.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub(crate) struct SeriesShown {
    instances: Vec<SeriesInstance>,
}

/// Looks at each date of a series, or books all that can be.
pub(crate) async fn series(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    must_book(&caller)?;
    let (parts, body) = request.into_parts();
    let SeriesAsked { id, booking, rule, dry } = body::own(&parts.headers, body).await?;
    // The number of each comes behind it.
    if !is_id(&id) || id.len() > 56 {
        return Err(RequestError::BadId.into());
    }
    let kind_id = booking.kind.clone();
    let kind = own_read(&state, move |view| super::types::offered(view, &kind_id)).await?;
    let asked = Asked::read(booking, kind)?;
    if asked.wanted.kind.capacity > 1 && asked.patient.is_none() && asked.is_walk_in {
        return Err(ScheduleError::Bad { what: "a series", expected: "of appointments to come" }.into());
    }
    let zone = state.parts().time_zone.clone();
    let instances = instances(&rule, asked.wanted.span, &zone)?;
    let mut out = Vec::with_capacity(instances.len());
    for instance in instances {
        let mut one = asked.clone();
        one.wanted.span = instance.span;
        one.id = format!("{id}-{}", instance.number);
        one.series = Some((id.clone(), instance.number));
        one.is_walk_in = false;
        // The first of them ends the waiting.
        one.from_waitlist = asked.from_waitlist.clone().filter(|_| instance.number == 1);
        let outcome =
            if dry { look(&state, &one).await.map(|()| None) } else { booked(&state, &caller, one).await };
        let (booked, refused) = match outcome {
            Ok(booked) => (booked, None),
            Err(ApiError::Schedule(error)) => (None, Some(refusal(error))),
            Err(error) => return Err(error),
        };
        let skipped = instance.wall == Wall::Skipped;
        out.push(SeriesInstance { start: zone.instant(instance.span.from), skipped, booked, refused });
    }
    Ok(json(&SeriesShown { instances: out }))
}

async fn booked(
    state: &ApiState,
    caller: &Arc<Principal>,
    one: Asked,
) -> Result<Option<AppointmentShown>, ApiError> {
    once(state, caller, one).await.map(|(shown, _)| Some(shown))
}

/// Whether it could be booked now.
async fn look(state: &ApiState, one: &Asked) -> Result<(), ApiError> {
    let desk = Arc::new(desk(state, around(&one.wanted)).await?);
    when::must_be_to_come(&desk.zone, desk.now, one.wanted.span)?;
    if one.overbook.is_some() {
        return Ok(());
    }
    let (wanted, known) = (one.wanted.clone(), desk.clone());
    let patient = one.patient.as_ref().map(|id| Entity::new("Patient", id));
    let records = desk.records.clone();
    let found = own_read(state, move |view| {
        if let Some(patient) = &patient
            && let Some(other) = expected(view, patient, wanted.span)?.first()
        {
            // Which one is told when it is booked: here it may be one that the caller must not see.
            return Err(elsewhere(view, patient, other, false)?.into());
        }
        let busy = Busy::to_book(view, &known.records, &known.roster, around(&wanted), known.now)?;
        let chosen = choose(&known.known(), &wanted, busy, None)?;
        // Nothing is saved, so that nobody else says whether the time may be given.
        Ok(records.may_book_in(view, records.clinic(), chosen.iter().map(String::as_str), wanted.taken())?)
    });
    match found.await {
        Ok(()) => Ok(()),
        // Who has the time is told when it is booked: here it may be somebody whom the caller must not see.
        Err(ApiError::Schedule(ScheduleError::SlotTaken { resource, .. })) => {
            let error = ScheduleError::SlotTaken { resource, by: None };
            Err(with_instead(state, desk, &one.wanted, error.into()).await)
        }
        Err(error) => Err(with_instead(state, desk, &one.wanted, error).await),
    }
}

fn refusal(error: ScheduleError) -> Refusal {
    let (code, message) = (error.facts().code, error.to_string());
    let by = error.more().remove("by");
    let instead = match error {
        ScheduleError::Instead { instead, .. } => instead,
        _ => Vec::new(),
    };
    Refusal { code, message, by, instead }
}

/// The dates of a rule, of which the first is where it begins.
fn instances(rule: &SeriesRule, first: Span, zone: &Zone) -> Result<Vec<Instance>, ScheduleError> {
    let start = zone.local(first.from);
    let series = Series {
        start,
        zone: zone.clone(),
        duration_min: first.length_min(),
        rule: rule_of(rule)?,
        except: except(rule, start)?,
    };
    let window = Span::new(first.from, first.from + MOST_DAYS * DAY_MIN);
    let all = series.instances(window)?;
    if all.len() > MOST_INSTANCES as usize {
        return Err(ScheduleError::Bad { what: "the series", expected: "of 104 appointments at the most" });
    }
    Ok(all)
}

fn rule_of(rule: &SeriesRule) -> Result<Rule, ScheduleError> {
    let bad = |what, expected| ScheduleError::Bad { what, expected };
    let frequency = match rule.every.as_str() {
        "day" => Frequency::Daily,
        "week" => Frequency::Weekly,
        "month" => Frequency::Monthly,
        _ => return Err(bad("what recurs", "day, week or month")),
    };
    if !(1..=52).contains(&rule.interval) {
        return Err(bad("the interval", "1 to 52"));
    }
    let day = |number: &i8| Weekday::from_monday_one_offset(*number).map_err(|_| bad("a weekday", "1 to 7"));
    let days = rule.weekdays.iter().map(day).collect::<Result<Vec<_>, _>>()?;
    let end = match (rule.count, &rule.until) {
        (Some(count), None) if (1..=MOST_INSTANCES).contains(&count) => End::Count(count),
        (None, Some(text)) => {
            End::Until(Until::Date(date(text).ok_or_else(|| bad("the last date", "a date"))?))
        }
        _ => return Err(bad("the end of the series", "a number of 1 to 104, or a date")),
    };
    let days = days.into_iter().map(|day| ByDay { nth: None, day }).collect();
    Ok(Rule { interval: rule.interval, days, end, ..Rule::every(frequency) })
}

fn except(rule: &SeriesRule, start: DateTime) -> Result<BTreeSet<DateTime>, ScheduleError> {
    let bad = || ScheduleError::Bad { what: "a date that is left out", expected: "a date" };
    let local = |text: &String| Ok(date(text).ok_or_else(bad)?.to_datetime(start.time()));
    rule.except.iter().map(local).collect()
}
