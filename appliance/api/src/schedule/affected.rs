//! `GET /api/schedule/affected`: which appointments to come stand in a time, are with somebody, or are of a type: what has to be found
//! another time or person before, or after, that is taken away. The same is told by each route that takes something away.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::scheduling::booking::Booked;
use holdfast_clinical::scheduling::span::{DAY_MIN, Minute, Span};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_clinical::search::booked::{self, APPOINTMENT};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_core::sight::{May, Sight};
use holdfast_store::StoreError;
use holdfast_store::search::{Room, Stretch};
use holdfast_store::view::{Stored, View};
use serde::Serialize;
use utoipa::ToSchema;

use super::busy::{Busy, Takers};
use super::day::{must_look, told};
use super::free::within;
use super::group;
use super::query::Query;
use super::records::{json_of, there};
use super::roster::entity_of;
use super::shown::{AppointmentShown, Shower};
use super::types;
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::error::ApiError;
use crate::patients::SavedAt;
use crate::refusal::own_read;
use crate::request::listing::bad;
use crate::state::ApiState;

/// Appointments that are listed: more than anybody calls in a morning. The others are counted.
const MOST: usize = 100;
/// How far ahead is looked.
const AHEAD_DAYS: i64 = 400;
/// The longest stretch that is looked at: that of the longest leave.
const MOST_DAYS: i64 = 800;
/// The same where everything counts: a month of a large clinic is some 20,000 appointments.
const MOST_DAYS_OF_ALL: i64 = 31;
/// Appointments of one part of a day.
const MOST_IN_PART: usize = 20_000;

/// Appointments to come that something is taken away from.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, ToSchema)]
pub(crate) struct Affected {
    /// The earliest first.
    appointments: Vec<AppointmentShown>,
    /// How many there are beside those.
    more: usize,
}

impl Affected {
    /// Nothing, if there is none.
    pub(crate) fn or_none(self) -> Option<Self> {
        Some(self).filter(|one| !one.appointments.is_empty())
    }
}

/// Of what appointments are looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Of {
    /// Whatever takes time.
    All,
    /// What takes time of this practitioner, room or device.
    Resource(String),
    /// What is of the type of this id.
    Kind(String),
}

/// Answers them.
pub(crate) async fn affected(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    must_look(&caller)?;
    let query = Query::read(query, &["resource", "type", "from", "until"])?;
    let of = match (query.text("resource"), query.text("type")) {
        (Some(key), None) if entity_of(key).is_some() => Of::Resource(key.to_owned()),
        (None, Some(id)) if is_id(id) => Of::Kind(id.to_owned()),
        (None, None) => Of::All,
        (Some(key), _) => {
            return Err(bad("resource", key, "Practitioner/ID, Location/ID or Device/ID, and no type").into());
        }
        (None, Some(id)) => return Err(bad("type", id, "the id of a type").into()),
    };
    let now = minute_of_ms(state.writer().records().now_ms());
    let from = query.minute("from")?.unwrap_or(now).max(now);
    let until = query.minute("until")?.unwrap_or(from + AHEAD_DAYS * DAY_MIN);
    let found = of_spans(&state, &caller, of, vec![Span::new(from, until)]).await?;
    let patients = found.patients();
    Ok(told(&found, "schedule-affected", &patients))
}

/// Those of some stretches of time, as far as they are to come; whom the caller may not see is told of as time that is taken.
pub(crate) async fn of_spans(
    state: &ApiState,
    caller: &Principal,
    of: Of,
    spans: Vec<Span>,
) -> Result<Affected, ApiError> {
    let records = state.writer().records().clone();
    let (zone, sight) = (state.parts().time_zone.clone(), caller.sight.clone());
    own_read(state, move |view| {
        let now = minute_of_ms(records.now_ms());
        let mut all: Vec<Stored> = Vec::new();
        for span in &spans {
            let from = span.from.max(now);
            let most_days = if of == Of::All { MOST_DAYS_OF_ALL } else { MOST_DAYS };
            let span = Span::new(from, span.to.min(from + most_days * DAY_MIN));
            if !span.is_empty() {
                all.extend(met(view, &of, span)?);
            }
        }
        Ok(shown(view, &sight, &zone, now, all)?)
    })
    .await
}

/// The same from now on.
pub(crate) async fn from_now(state: &ApiState, caller: &Principal, of: Of) -> Result<Affected, ApiError> {
    let now = minute_of_ms(state.writer().records().now_ms());
    of_spans(state, caller, of, vec![Span::of(now, AHEAD_DAYS * DAY_MIN)]).await
}

fn met(view: &mut View<'_>, of: &Of, span: Span) -> Result<Vec<Stored>, StoreError> {
    let ids: Vec<String> = match of {
        Of::Resource(key) => Takers::default().all(view, (key, span))?,
        Of::All => Busy::read(view, span)?.ids(),
        Of::Kind(kind) => return of_kind(view, kind, span),
    };
    let mut out = Vec::new();
    for id in ids {
        out.extend(there(view, &Entity::new("Appointment", id))?);
    }
    Ok(out)
}

fn of_kind(view: &mut View<'_>, kind: &str, span: Span) -> Result<Vec<Stored>, StoreError> {
    let mut out = Vec::new();
    for begin in booked::on(APPOINTMENT, span) {
        let stretch = Stretch::of(APPOINTMENT, begin);
        for one in view.along("Appointment", &stretch, &[], Room::for_some(MOST_IN_PART), None)? {
            // Most are of another type, and need not be read.
            let may_be = one.stored.json.contains(kind);
            let booked = may_be.then(|| Booked::read(&json_of(&one.stored)).ok().flatten()).flatten();
            let is_it = booked.is_some_and(|one| one.kind.as_deref() == Some(kind) && one.session.is_none());
            out.extend(is_it.then_some(one.stored));
        }
    }
    Ok(out)
}

fn shown(
    view: &mut View<'_>,
    sight: &Arc<Sight>,
    zone: &Zone,
    now: Minute,
    all: Vec<Stored>,
) -> Result<Affected, StoreError> {
    let read = |stored: Stored| {
        let booked = Booked::read(&json_of(&stored)).ok().flatten()?;
        let is_open = matches!(booked.status.as_str(), "booked" | "pending") && booked.span.to > now;
        is_open.then_some((booked, stored))
    };
    let mut open: Vec<(Booked, Stored)> = all.into_iter().filter_map(read).collect();
    open.sort_by(|(a, _), (b, _)| (a.span, &a.id).cmp(&(b.span, &b.id)));
    open.dedup_by(|(a, _), (b, _)| a.id == b.id);
    let more = open.len().saturating_sub(MOST);
    open.truncate(MOST);
    let mut shower = Shower::new(zone, now, types::names(view)?);
    let mut appointments = Vec::new();
    within(view, sight, |view| {
        for (booked, stored) in &open {
            let day = zone.day(zone.local(booked.span.from).date()).from;
            let is_seen = view.is_in_sight(&stored.entity, May::READ).unwrap_or(false);
            let read = if is_seen { shower.read(view, stored, SavedAt::Here.code(), day)? } else { None };
            appointments.push(match read {
                Some(read) => group::with_places(view, &mut shower, read, day)?,
                None => shower.withheld(&booked.id, booked.taken, booked.resources.clone(), day),
            });
        }
        Ok(())
    })?;
    Ok(Affected { appointments, more })
}

impl Affected {
    fn patients(&self) -> std::collections::BTreeSet<String> {
        self.appointments.iter().filter_map(|one| one.patient.as_ref()).map(|one| one.id.clone()).collect()
    }
}
