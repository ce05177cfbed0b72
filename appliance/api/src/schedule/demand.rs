//! `GET /api/schedule/demand`: who came, who did not, and what is to be expected.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::scheduling::booking::Booked;
use holdfast_clinical::scheduling::demand::{Expected, History, Outcome, Visit, forecast};
use holdfast_clinical::scheduling::span::{Minute, Span};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_clinical::search::booked::{self, APPOINTMENT};
use holdfast_store::StoreError;
use holdfast_store::search::{Room, Stretch};
use holdfast_store::view::View;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::day::must_look;
use super::exceptions::exceptions;
use super::query::Query;
use super::records::json_of;
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::own_read;
use crate::state::ApiState;

/// Weeks that are counted, and told ahead.
pub(super) const BACK_WEEKS: i64 = 12;
const AHEAD_WEEKS: usize = 4;
/// Appointments of one part of a day, and their records in bytes.
const MOST: usize = 20_000;
const MOST_BYTES: usize = 64 << 20;

/// How many came in a week.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub(crate) struct WeekCount {
    /// The date of its Monday.
    week: String,
    value: u32,
}

/// How many are expected.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub(crate) struct WeekExpected {
    week: String,
    value: f64,
    low: f64,
    high: f64,
}

/// One hour of the week, over all weeks that are counted.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HourCount {
    /// 1 is Monday.
    weekday: i8,
    hour: i8,
    arrivals: u32,
    no_shows: u32,
    /// How long an appointment was meant to take, on average.
    minutes: i64,
}

/// Demand of a type of appointment.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Demand {
    history: Vec<WeekCount>,
    forecast: Vec<WeekExpected>,
    by_hour: Vec<HourCount>,
}

/// Answers the demand of a type; of all, if none is named.
pub(crate) async fn demand(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    must_look(&caller)?;
    let query = Query::read(query, &["type"])?;
    let kind = query.text("type").map(ToOwned::to_owned);
    let records = state.writer().records().clone();
    let zone = state.parts().time_zone.clone();
    let kept = state.schedule().clone();
    let demand = own_read(&state, move |view| {
        let now = minute_of_ms(records.now_ms());
        let today = zone.local(now).date();
        let monday = monday(today);
        let first = monday.saturating_sub((BACK_WEEKS * 7).days());
        let window = Span::new(zone.day(first).from, zone.day(monday).from);
        let roster = kept.roster(view, records.clinic())?;
        let ahead =
            Span::new(window.from, zone.day(monday.saturating_add((AHEAD_WEEKS as i64 * 7).days())).to);
        let exceptions = exceptions(view, ahead)?;
        let closed: BTreeSet<Date> =
            roster.closed(&exceptions).iter().map(|span| zone.local(span.from).date()).collect();
        let past = kept.past(view, window)?;
        let figured = Figured { first, end: monday, generation: past.generation, closed };
        if let Some(known) = kept.demand(kind.as_deref(), &figured) {
            return Ok(known);
        }
        let all: Vec<&Past> = past.parts.iter().flat_map(|part| part.iter()).collect();
        let all = all.into_iter().filter(|one| (window.from..window.to).contains(&start(one))).collect();
        let demand = Arc::new(made(all, kind.as_deref(), &zone, (first, monday), &figured.closed));
        kept.keep_demand(kind.clone(), figured, demand.clone());
        Ok(demand)
    });
    Ok(json(&*demand.await?))
}

/// Upon what the demand of a type was worked out: as long as that is the same, so is the demand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Figured {
    first: Date,
    end: Date,
    /// Of what is kept of the past.
    generation: u64,
    closed: BTreeSet<Date>,
}

fn monday(date: Date) -> Date {
    date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days())
}

/// An appointment that was kept or missed, and how long it was meant to take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Past {
    pub(super) visit: Visit,
    minutes: i64,
}

/// Those that begin in one part of the calendar, with the ids of all appointments that touch it.
pub(super) fn past_of(view: &mut View<'_>, part: i64) -> Result<(Vec<Past>, Vec<String>), StoreError> {
    let (mut out, mut ids) = (Vec::new(), Vec::new());
    let stretch = Stretch::of(APPOINTMENT, booked::of_part(part));
    for one in view.along("Appointment", &stretch, &[], Room { count: MOST, bytes: MOST_BYTES }, None)? {
        ids.push(one.stored.entity.id.clone());
        let Ok(Some(booked)) = Booked::read(&json_of(&one.stored)) else { continue };
        let outcome = match booked.status.as_str() {
            "arrived" | "checked-in" | "fulfilled" => Outcome::Came,
            "noshow" => Outcome::Missed,
            _ => continue,
        };
        let begins = booked::parts_of(APPOINTMENT, Span::of(booked.span.from, 1));
        if booked.patient.is_none() || *begins.start() != part {
            continue;
        }
        let minutes = booked.span.length_min();
        let kind = booked.kind.unwrap_or_default();
        let visit = Visit { kind, start: booked.span.from, outcome, length_min: Some(minutes) };
        out.push(Past { visit, minutes });
    }
    Ok((out, ids))
}

fn made(
    all: Vec<&Past>,
    kind: Option<&str>,
    zone: &Zone,
    (first, end): (Date, Date),
    closed: &BTreeSet<Date>,
) -> Demand {
    let history = History::gather(all.iter().map(|one| &one.visit), zone, first, end, closed);
    let expected = forecast(&history, AHEAD_WEEKS * 7, closed);
    let is_asked = |one: &str| kind.is_none_or(|kind| kind == one);
    // Days and types vary each by itself: that all of them are low at once is far less likely than that one is.
    let mut weeks: BTreeMap<Date, (f64, f64, f64)> = BTreeMap::new();
    for (_, days) in expected.kinds.iter().filter(|(one, _)| is_asked(one)) {
        for Expected { date, came, low, high, .. } in days {
            let week = weeks.entry(monday(*date)).or_default();
            *week = (week.0 + came, week.1 + (came - low).powi(2), week.2 + (high - came).powi(2));
        }
    }
    let mut counts: BTreeMap<Date, u32> =
        first.series(7.days()).take_while(|date| *date < end).map(|date| (date, 0)).collect();
    let mut hours: BTreeMap<(i8, i8), (u32, u32, i64)> = BTreeMap::new();
    for one in all.iter().filter(|one| is_asked(&one.visit.kind)) {
        let local = zone.local(start(one));
        let hour = hours.entry((local.date().weekday().to_monday_one_offset(), local.hour())).or_default();
        hour.2 += one.minutes;
        match one.visit.outcome {
            Outcome::Came => {
                hour.0 += 1;
                *counts.entry(monday(local.date())).or_default() += 1;
            }
            Outcome::Missed => hour.1 += 1,
        }
    }
    let history = counts.into_iter().map(|(week, value)| WeekCount { week: week.to_string(), value });
    let ahead = weeks.into_iter().map(|(week, (value, below, above))| WeekExpected {
        week: week.to_string(),
        value,
        low: (value - below.sqrt()).max(0.0),
        high: value + above.sqrt(),
    });
    let by_hour = hours.into_iter().map(|((weekday, hour), (arrivals, no_shows, minutes))| HourCount {
        weekday,
        hour,
        arrivals,
        no_shows,
        minutes: minutes / i64::from(arrivals + no_shows).max(1),
    });
    Demand { history: history.collect(), forecast: ahead.collect(), by_hour: by_hour.collect() }
}

fn start(one: &Past) -> Minute {
    one.visit.start
}
