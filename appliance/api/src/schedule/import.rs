//! `POST /api/schedule/calendar`: takes in a calendar file. Whole days are holidays of the clinic; with a resource named, all of it is
//! time that the resource has off, but for what the calendar shows as free, and for our own appointments that come back.

use std::collections::BTreeMap;

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::fhir::{Exception, ExceptionKind};
use holdfast_clinical::scheduling::ical::{self, Event, Status, When, domain_of};
use holdfast_clinical::scheduling::span::{DAY_MIN, Span};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_core::id::Entity;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::affected::{self, Affected, Of};
use super::holidays::{close_on, schedule_id};
use super::hours::always;
use super::query::Query;
use super::roster::entity_of;
use super::time_off::{must_keep, store};
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::write;
use crate::request::body;
use crate::request::limits::RESOURCE_BODY_BYTES;
use crate::request::listing::bad;
use crate::request::media::Media;
use crate::state::ApiState;

/// What recurs is taken in so far ahead.
const AHEAD_DAYS: i64 = 400;
/// Each of them is a record.
const MOST_SPANS: usize = 1_000;

/// A line that was left out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct LineLeft {
    /// From 1.
    line: usize,
    reason: String,
}

/// What became of a calendar file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct CalendarTaken {
    taken: usize,
    left: Vec<LineLeft>,
    /// What is booked in the time that was taken away: it stays until it is moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    affected: Option<Affected>,
}

/// Takes a file in. One that cannot be read is left as a whole, and the line is named.
pub(crate) async fn import(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    must_keep(&caller)?;
    let query = Query::read(query, &["resource"])?;
    let resource = query.text("resource").map(|key| {
        entity_of(key).ok_or_else(|| bad("resource", key, "Practitioner/ID, Location/ID or Device/ID"))
    });
    let resource = resource.transpose()?;
    let (parts, body) = request.into_parts();
    let text = body::text(&parts.headers, body, Media::Calendar, RESOURCE_BODY_BYTES).await?;
    let zone = state.parts().time_zone.clone();
    let calendar = match ical::read(text.as_bytes(), &zone) {
        Ok(calendar) => calendar,
        Err(error) => {
            let left = vec![LineLeft { line: error.line, reason: error.to_string() }];
            return Ok(json(&CalendarTaken { taken: 0, left, affected: None }));
        }
    };
    let records = state.writer().records().clone();
    let now = minute_of_ms(records.now_ms());
    let window = Span::of(zone.day(zone.local(now).date()).from, AHEAD_DAYS * DAY_MIN);
    let reading =
        Reading { own: domain_of(records.clinic()), is_time_off: resource.is_some(), zone: &zone, window };
    let plan = Plan::of(&calendar.events, &text, &reading);
    let (job, author) = (plan.clone(), caller.id.clone());
    let (of, spans) = match &resource {
        None => (Of::All, plan.days.keys().map(|date| zone.day(*date)).collect()),
        Some(actor) => {
            (Of::Resource(actor.to_string()), plan.spans.iter().map(|(_, span, _)| *span).collect())
        }
    };
    write(&state, caller.clone(), move |tx| {
        match &resource {
            None => {
                let schedule = schedule_id(records.clinic());
                close_on(tx, &schedule, records.clinic(), &job.days, false, &zone, &author)?;
            }
            Some(actor) => {
                let schedule = always(tx, actor, &author)?;
                for (uid, span, why) in &job.spans {
                    store(tx, &off(actor, uid, *span, why, &schedule), &zone, &author)?;
                }
            }
        }
        Ok(())
    })
    .await?;
    let affected = affected::of_spans(&state, &caller, of, spans).await?.or_none();
    Ok(json(&CalendarTaken { taken: plan.taken, left: plan.left, affected }))
}

/// How a file is read.
struct Reading<'r> {
    /// What our own appointments are named by when they go out.
    own: String,
    is_time_off: bool,
    zone: &'r Zone,
    window: Span,
}

/// What is to be saved.
#[derive(Clone, Default, Debug)]
struct Plan {
    days: BTreeMap<Date, String>,
    /// Each with the name of its event.
    spans: Vec<(String, Span, String)>,
    taken: usize,
    left: Vec<LineLeft>,
}

impl Plan {
    fn of(events: &[Event], text: &str, reading: &Reading<'_>) -> Self {
        let mut out = Self::default();
        let begins = text.lines().enumerate().filter(|(_, line)| line.trim_end() == "BEGIN:VEVENT");
        let lines: Vec<usize> = begins.map(|(at, _)| at + 1).collect();
        for (at, event) in events.iter().enumerate() {
            let taken = out.take(event, reading);
            match taken {
                Ok(()) => out.taken += 1,
                Err(reason) => out.left.push(LineLeft { line: lines.get(at).copied().unwrap_or(1), reason }),
            }
        }
        out
    }

    fn take(&mut self, event: &Event, reading: &Reading<'_>) -> Result<(), String> {
        let Reading { own, is_time_off, zone, window } = reading;
        if event.uid.rsplit_once('@').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(own)) {
            return Err(
                "it is an appointment of this clinic's own schedule, which has its time already".to_owned()
            );
        }
        if event.status == Status::Cancelled {
            return Err("it is cancelled".to_owned());
        }
        // Calendars of holidays show whole days as free, and mean that the clinic is closed.
        if *is_time_off && event.is_free {
            return Err("the calendar shows it as free, so it takes no time".to_owned());
        }
        if !is_time_off && !matches!(event.when, When::Days { .. }) {
            return Err("it is not of whole days, so it is no holiday".to_owned());
        }
        let spans =
            event.spans(zone, *window).map_err(|_| "nothing of it is in the next 400 days".to_owned())?;
        if self.spans.len() + spans.len() > MOST_SPANS || self.days.len() > MOST_SPANS {
            return Err("the file has too many of them; take it in in parts".to_owned());
        }
        for span in spans {
            if *is_time_off {
                self.spans.push((event.uid.clone(), span, event.summary.clone()));
                continue;
            }
            let (first, last) = (zone.local(span.from).date(), zone.local(span.to - 1).date());
            for date in first.series(1.day()).take_while(|date| *date <= last).take(MOST_SPANS) {
                self.days.insert(date, event.summary.clone());
            }
        }
        Ok(())
    }
}

/// The same event taken in again is the same record.
fn off(actor: &Entity, uid: &str, span: Span, why: &str, schedule: &str) -> Exception {
    let sum = blake3::hash(format!("{actor}\n{uid}\n{}", span.from).as_bytes()).to_hex();
    Exception {
        id: format!("off-{}", &sum[..32]),
        schedule: schedule.to_owned(),
        kind: ExceptionKind::Off,
        span,
        comment: Some(why.to_owned()).filter(|why| !why.is_empty()),
    }
}
