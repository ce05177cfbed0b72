//! `GET /api/schedule/requests`: who asked for a time and has no answer yet.

use axum::extract::State;
use axum::response::Response;
use holdfast_clinical::scheduling::zone::minute_of_ms;
use holdfast_clinical::search::booked::{APPOINTMENT, ASKED_FOR};
use holdfast_store::search::{Room, Stretch};
use serde::Serialize;
use utoipa::ToSchema;

use super::day::{must_look, told};
use super::shown::{AppointmentShown, Shower};
use super::types::names;
use crate::access::Caller;
use crate::error::ApiError;
use crate::patients::SavedAt;
use crate::refusal::read;
use crate::state::ApiState;

/// Requests that are shown.
const MOST: usize = 500;

/// Those who asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Requests {
    /// The earliest time first.
    requests: Vec<AppointmentShown>,
}

/// Answers the requests that the caller may see.
pub(crate) async fn requests(
    State(state): State<ApiState>,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    must_look(&caller)?;
    let records = state.writer().records().clone();
    let (zone, above) = (state.parts().time_zone.clone(), state.parts().link.above());
    let found = read(&state, caller, move |view| {
        let (sent, types) = (records.sent(view)?, names(view)?);
        let mut shower = Shower::new(&zone, minute_of_ms(records.now_ms()), types);
        let mut requests = Vec::new();
        let stretch = Stretch::of(APPOINTMENT, ASKED_FOR);
        for one in view.along("Appointment", &stretch, &[], Room::for_some(MOST), Some(&sent))? {
            let is_head_office = records.clinic().is_empty();
            let saved = SavedAt::of(one.is_sent.unwrap_or(false), is_head_office, above).code();
            if let Some(mut read) = shower.read(view, &one.stored, saved, 0)? {
                let day = zone.day(zone.local(read.booked.span.from).date());
                read.shown.from_minute -= day.from;
                read.shown.to_minute -= day.from;
                requests.push(read.shown);
            }
        }
        requests.sort_by(|a, b| (&a.start, &a.id).cmp(&(&b.start, &b.id)));
        Ok((Requests { requests }, shower.patients()))
    });
    let (requests, patients) = found.await?;
    Ok(told(&requests, "schedule-requests", &patients))
}
