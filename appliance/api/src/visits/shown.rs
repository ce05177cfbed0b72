//! `GET /api/visits` and `GET /api/visits/{id}`: a visit as staff see it before and after it runs.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_visits::messages::MemberState;
use serde::Serialize;
use utoipa::ToSchema;

use super::links::{LinkShown, Showing};
use super::record::{self, SummaryKept, VisitRecord};
use super::room::RoomView;
use super::{VisitError, encounter, hall, parts};
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::audit::{Look, Looks};
use crate::conflicts::json;
use crate::error::ApiError;
use crate::fhir::date::instant;
use crate::refusal::{own_read, read};
use crate::request::origin::Origin;
use crate::schedule::names::PatientShown;
use crate::schedule::query::Query;
use crate::schedule::records::{json_of, there};
use crate::state::ApiState;
use std::sync::Arc;

/// Where a visit is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = VisitStatus)]
pub(crate) enum StatusShown {
    /// Nobody has come.
    Planned,
    /// Somebody is there.
    Waiting,
    /// Two have been in.
    Running,
    Ended,
}

/// What the patient takes home.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = VisitSummary)]
pub(crate) struct SummaryShown {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// An instant.
    at: String,
}

/// The visit by telephone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = VisitBridge)]
pub(crate) struct BridgeShown {
    phone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pin: Option<String>,
}

/// Whom to call by telephone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = VisitCall)]
pub(crate) struct CallShown {
    #[serde(skip_serializing_if = "Option::is_none")]
    clinic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bridge: Option<BridgeShown>,
    /// Whether the phone bridge can call out.
    can_call: bool,
}

/// A visit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Visit)]
pub(crate) struct VisitShown {
    id: String,
    version: String,
    status: StatusShown,
    /// Encrypted end to end: the secret stands in the links alone, and the node does not know it.
    sealed: bool,
    /// The Encounter's id.
    encounter: String,
    /// The appointment's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    appointment: Option<String>,
    patient: PatientShown,
    /// Instants.
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<SummaryShown>,
    links: Vec<LinkShown>,
    call: CallShown,
}

/// Visits of an appointment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = Visits)]
pub(crate) struct VisitsShown {
    /// Those that are not over, the newest first.
    visits: Vec<VisitShown>,
}

/// Answers a visit.
pub(crate) async fn show(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
    Origin(origin): Origin,
) -> Result<Response, ApiError> {
    parts::parts(&state)?;
    let visit = shown(&state, &caller, &id, &origin).await?;
    let patient = visit.patient.id().to_owned();
    Ok(told(json(&visit), [patient]))
}

/// Answers those of an appointment.
pub(crate) async fn of(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    Origin(origin): Origin,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    parts::parts(&state)?;
    let query = Query::read(query, &["appointment"])?;
    let appointment = query.text("appointment").unwrap_or_default().to_owned();
    if !is_id(&appointment) {
        return Err(VisitError::Bad { what: "the appointment", expected: "a FHIR id" }.into());
    }
    let entity = Entity::new("Encounter", appointment);
    let found = read(&state, caller.clone(), move |view| {
        let stored = there(view, &entity)?;
        Ok(stored.and_then(|stored| encounter::visit_of(&json_of(&stored)).map(ToOwned::to_owned)))
    });
    let mut visits = Vec::new();
    if let Some(id) = found.await? {
        let visit = shown(&state, &caller, &id, &origin).await?;
        visits.extend((visit.status != StatusShown::Ended).then_some(visit));
    }
    let patients: Vec<String> = visits.iter().map(|visit| visit.patient.id().to_owned()).collect();
    Ok(told(json(&VisitsShown { visits }), patients))
}

fn told(mut response: Response, patients: impl IntoIterator<Item = String>) -> Response {
    let look = Look { interaction: "operation", what: Some("visit".to_owned()), ..Look::default() };
    response.extensions_mut().insert(Looks(look.showing(&patients.into_iter().collect())));
    response
}

/// A visit, as this caller may see it.
///
/// # Errors
/// [`VisitError::Unknown`], or the store.
pub(super) async fn shown(
    state: &ApiState,
    caller: &Arc<Principal>,
    id: &str,
    origin: &str,
) -> Result<VisitShown, ApiError> {
    let visit = id.to_owned();
    let found = own_read(state, move |view| Ok(record::read(view, &visit)?)).await?;
    let (record, stored) = found.ok_or(VisitError::Unknown)?;
    let of = record.clone();
    let patient = read(state, caller.clone(), move |view| {
        record::must_see(view, &of)?;
        let id = of.patient.trim_start_matches("Patient/");
        let stored = view.get(&Entity::new("Patient", id))?.ok_or(VisitError::Unknown)?;
        Ok(PatientShown::of(id, &stored.json))
    });
    let patient = patient.await?;
    let room = hall::look(state, id).await?.unwrap_or_default();
    let with_url = caller.sight.check("Encounter", May::UPDATE).is_ok();
    let now_ms = state.writer().records().now_ms();
    let showing = Showing { state, origin, with_url, now_ms };
    let came = |member: &str| room.came.iter().any(|one| one.as_str() == member);
    let links = record.links.iter().map(|link| showing.link(&record, link, came(&link.member)));
    let given = parts::parts(state)?;
    let call = given.call.clone();
    Ok(VisitShown {
        id: record.id.clone(),
        version: stored.version,
        status: status(&record, &room),
        sealed: record.sealed,
        encounter: record.encounter.trim_start_matches("Encounter/").to_owned(),
        appointment: record.appointment.clone(),
        patient,
        scheduled: record.scheduled_ms.map(instant),
        started: record.started_ms.map(instant),
        ended: record.ended_ms.map(instant),
        summary: record.summary.as_ref().map(|SummaryKept { text, next, at_ms }| SummaryShown {
            text: text.clone(),
            next: next.clone(),
            at: instant(*at_ms),
        }),
        links: links.collect::<Result<_, _>>()?,
        call: CallShown {
            clinic: call.clinic,
            phone: call.phone,
            bridge: call.bridge.map(|bridge| BridgeShown { phone: bridge.phone, pin: bridge.pin }),
            // Nothing here calls by telephone.
            can_call: false,
        },
    })
}

fn status(record: &VisitRecord, room: &RoomView) -> StatusShown {
    let is_there = |state| matches!(state, MemberState::Here | MemberState::Waiting | MemberState::In);
    if record.ended_ms.is_some() || room.finished.is_some() {
        StatusShown::Ended
    } else if room.started_ms.is_some() {
        StatusShown::Running
    } else if room.members.iter().any(|(_, _, state)| is_there(*state)) {
        StatusShown::Waiting
    } else {
        StatusShown::Planned
    }
}
