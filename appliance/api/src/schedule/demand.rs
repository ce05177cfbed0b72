//! `GET /api/schedule/demand`: who came, who did not, and what is to be expected.

use std::collections::{BTreeMap, BTreeSet};

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
use super::roster::Roster;
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::own_read;
use crate::state::ApiState;

/// Weeks that are counted, and told ahead.
const BACK_WEEKS: i64 = 12;
const AHEAD_WEEKS: usize = 4;
/// Appointments of one part of a day.
const MOST: usize = 20_000;

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
    let demand = own_read(&state, move |view| {
        let now = minute_of_ms(records.now_ms());
        let today = zone.local(now).date();
        let monday = monday(today);
        let first = monday.saturating_sub((BACK_WEEKS * 7).days());
        let window = Span::new(zone.day(first).from, zone.day(monday).from);
        let visits = visits(view, window)?;
        let roster = Roster::read(view, records.clinic(), &[])?;
        let ahead =
            Span::new(window.from, zone.day(monday.saturating_add((AHEAD_WEEKS as i64 * 7).days())).to);
        let exceptions = exceptions(view, ahead)?;
        let closed: BTreeSet<Date> =
            roster.closed(&exceptions).iter().map(|span| zone.local(span.from).date()).collect();
        Ok(made(&visits, kind.as_deref(), &zone, (first, monday), &closed))
    });
    Ok(json(&demand.await?))
}

fn monday(date: Date) -> Date {
    date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days())
}

/// An appointment that was kept or missed, and how long it was meant to take.
struct Past {
    visit: Visit,
    minutes: i64,
}

fn visits(view: &mut View<'_>, window: Span) -> Result<Vec<Past>, StoreError> {
    let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
    for begin in booked::on(APPOINTMENT, window) {
        for one in
            view.along("Appointment", &Stretch::of(APPOINTMENT, begin), &[], Room::for_some(MOST), None)?
        {
            let Ok(Some(booked)) = Booked::read(&json_of(&one.stored)) else { continue };
            let outcome = match booked.status.as_str() {
                "arrived" | "checked-in" | "fulfilled" => Outcome::Came,
                "noshow" => Outcome::Missed,
                _ => continue,
            };
            let is_in =
                booked.patient.is_some() && booked.span.from >= window.from && booked.span.from < window.to;
            if is_in && seen.insert(booked.id.clone()) {
                let minutes = booked.span.length_min();
                let visit = Visit {
                    kind: booked.kind.unwrap_or_default(),
                    start: booked.span.from,
                    outcome,
                    length_min: None,
                };
                out.push(Past { visit, minutes });
            }
        }
    }
    Ok(out)
}

fn made(
    all: &[Past],
    kind: Option<&str>,
    zone: &Zone,
    (first, end): (Date, Date),
    closed: &BTreeSet<Date>,
) -> Demand {
    let history = History::gather(all.iter().map(|one| &one.visit), zone, first, end, closed);
    let expected = forecast(&history, AHEAD_WEEKS * 7, closed);
    let is_asked = |one: &str| kind.is_none_or(|kind| kind == one);
    let mut weeks: BTreeMap<Date, (f64, f64, f64)> = BTreeMap::new();
    for (_, days) in expected.kinds.iter().filter(|(one, _)| is_asked(one)) {
        for Expected { date, came, low, high, .. } in days {
            let week = weeks.entry(monday(*date)).or_default();
            *week = (week.0 + came, week.1 + low, week.2 + high);
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
    let ahead = weeks.into_iter().map(|(week, (value, low, high))| WeekExpected {
        week: week.to_string(),
        value,
        low,
        high,
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
