//! `GET /api/schedule/calendar.ics`: somebody's appointments as a calendar file. It goes to telephones, so nobody's name is in it.

use std::collections::BTreeSet;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::scheduling::booking::Booked;
use holdfast_clinical::scheduling::ical::{Calendar, domain_of, event_of, write};
use holdfast_clinical::scheduling::span::{DAY_MIN, Span};
use holdfast_clinical::scheduling::zone::minute_of_ms;
use holdfast_clinical::search::booked::{self, APPOINTMENT};
use holdfast_store::StoreError;
use holdfast_store::search::{Room, Stretch};
use holdfast_store::view::View;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use super::ScheduleError;
use super::day::must_look;
use super::query::{Query, date};
use super::records::json_of;
use super::roster::entity_of;
use super::types::names;
use crate::access::Caller;
use crate::error::ApiError;
use crate::refusal::read;
use crate::request::listing::bad;
use crate::state::ApiState;

/// The longest time of one file.
const MOST_DAYS: i64 = 400;
/// Appointments of one resource in a few hours.
const MOST: usize = 500;

/// Answers the file.
pub(crate) async fn calendar(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    must_look(&caller)?;
    let query = Query::read(query, &["resource", "from", "until"])?;
    let resource = query.text("resource").unwrap_or_default().to_owned();
    if entity_of(&resource).is_none() {
        return Err(bad("resource", &resource, "Practitioner/ID, Location/ID or Device/ID").into());
    }
    let zone = state.parts().time_zone.clone();
    let day = |name: &str| -> Result<Span, ApiError> {
        let text = query.text(name).unwrap_or_default();
        let read = date(text).ok_or_else(|| bad(name, text, "a date such as 2026-11-28"))?;
        Ok(zone.day(read))
    };
    let window = Span::new(day("from")?.from, day("until")?.to);
    if window.is_empty() || window.length_min() > MOST_DAYS * DAY_MIN {
        return Err(ScheduleError::Bad { what: "the time", expected: "400 days at the most" }.into());
    }
    let records = state.writer().records().clone();
    let file = read(&state, caller, move |view| {
        let (all, names) = (of(view, &resource, window)?, names(view)?);
        let domain = domain_of(records.clinic());
        let events = all.iter().map(|(booked, updated_ms)| {
            let name = booked.kind.as_ref().and_then(|kind| names.get(kind)).map_or("", String::as_str);
            event_of(booked, &domain, name, minute_of_ms(*updated_ms), &zone)
        });
        Ok(write(&Calendar { method: None, organizer: None, events: events.collect() }))
    });
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"schedule.ics\""),
    ];
    Ok((headers, file.await?).into_response())
}

fn of(view: &mut View<'_>, resource: &str, window: Span) -> Result<Vec<(Booked, u64)>, StoreError> {
    let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
    for begin in booked::taken_of(APPOINTMENT, resource, window) {
        for one in
            view.along("Appointment", &Stretch::of(APPOINTMENT, begin), &[], Room::for_some(MOST), None)?
        {
            let Ok(Some(booked)) = Booked::read(&json_of(&one.stored)) else { continue };
            if booked.span.overlaps(window) && seen.insert(booked.id.clone()) {
                out.push((booked, one.stored.updated_ms));
            }
        }
    }
    out.sort_by(|(a, _), (b, _)| (a.span, &a.id).cmp(&(b.span, &b.id)));
    Ok(out)
}
