//! `GET /api/schedule/week`: seven days of one practitioner, room or piece of equipment.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use jiff::ToSpan;
use serde::Serialize;
use utoipa::ToSchema;

use super::day::{DaySheet, sheets, told};
use super::query::Query;
use super::roster::entity_of;
use crate::access::Caller;
use crate::error::ApiError;
use crate::request::listing::bad;
use crate::state::ApiState;

/// Seven days from a Monday on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WeekSheet {
    days: Vec<DaySheet>,
}

/// Answers the week in which a date lies.
pub(crate) async fn week(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = Query::read(query, &["date", "resource"])?;
    let date = query.date("date")?;
    let resource = query.text("resource").unwrap_or_default();
    if entity_of(resource).is_none() {
        return Err(bad("resource", resource, "Practitioner/ID, Location/ID or Device/ID").into());
    }
    let monday = date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days());
    let dates = monday.series(1.day()).take(7).collect();
    let sheets = sheets(&state, &caller, dates, Some(resource.to_owned())).await?;
    Ok(told(&WeekSheet { days: sheets.days }, "schedule-week", &sheets.patients))
}
