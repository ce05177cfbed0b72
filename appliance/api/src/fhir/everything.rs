//! `GET` and `POST /fhir/Patient/{id}/$everything`: the patient's record as a whole, as far as it is held here
//! (<https://hl7.org/fhir/R4/patient-operation-everything.html>).
//!
//! What is shared by all (practitioners, places, definitions) is not a patient's and is read on its own.

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use holdfast_clinical::projection::project;
use holdfast_clinical::search::care::Dates;
use holdfast_core::id::{Entity, Scope};
use holdfast_store::compartment::Part;
use http::{HeaderMap, StatusCode};

use super::answer;
use super::bundle::writer::BundleWriter;
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::error::{ApiError, RequestError};
use crate::lookup;
use crate::request::cursor::List;
use crate::request::limits::FORM_BODY_BYTES;
use crate::request::listing::{Listing, bad};
use crate::request::media::Media;
use crate::request::origin::FhirBase;
use crate::request::query::Asked;
use crate::request::target::PatientTarget;
use crate::request::{body, parameters};
use crate::state::ApiState;

const OWN: [&str; 3] = ["_type", "start", "end"];

/// By query string.
pub(crate) async fn by_get(
    State(state): State<ApiState>,
    PatientTarget(patient): PatientTarget,
    Caller(caller): Caller,
    FhirBase(base): FhirBase,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let listing = Listing::read(query.as_deref(), &headers, &OWN)?;
    page(&state, patient, &listing, &caller, &base).await
}

/// By Parameters in the body, which may be left out.
pub(crate) async fn by_post(
    State(state): State<ApiState>,
    PatientTarget(patient): PatientTarget,
    Caller(caller): Caller,
    FhirBase(base): FhirBase,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let body = body::optional(&parts.headers, body, Media::Json, FORM_BODY_BYTES).await?;
    let mut asked = Asked::read(&[query.as_deref().unwrap_or_default()])?;
    if !body.is_empty() {
        parameters::plain(&body)?.into_iter().for_each(|(name, value)| asked.take(name, value));
    }
    let listing = Listing::of(asked, &parts.headers, &OWN)?;
    page(&state, patient, &listing, &caller, &base).await
}

/// Answers a page; `_since`, `_type` and `_count` narrow it, and `start` and `end` by the dates of care, so that a page may
/// hold fewer than were asked for. Resources come in the order in which they came here, so that what is written meanwhile is on
/// a later page.
async fn page(
    state: &ApiState,
    patient: Entity,
    listing: &Listing,
    caller: &Principal,
    base: &str,
) -> Result<Response, ApiError> {
    let asked = &listing.asked;
    let dates = dates(asked)?;
    let place = format!("{patient}/$everything");
    let list = List { what: format!("{place}?{}", asked.canonical()), principal: caller };
    let after = list.after(asked.cursor.as_deref())?;
    let part = Part { kinds: listing.kinds.clone(), since_ms: listing.since_ms };
    let count = listing.count;
    let found = lookup::read(state, caller, &patient, move |view, patient| {
        view.read(patient)?;
        view.in_scope(&Scope::patient(&patient.id), &part, after, count)
    });
    let found = found.await?;
    let mut bundle = BundleWriter::new("searchset");
    bundle.link("self", &format!("{base}/{place}?{}", asked.link(asked.cursor.as_deref())));
    if let Some(next) = found.next.filter(|_| count > 0) {
        bundle.link("next", &format!("{base}/{place}?{}", asked.link(Some(&list.cursor(next)))));
    }
    for stored in found.resources.iter().filter(|one| dates.include(&one.entity.kind, &one.json)) {
        let mut entry = bundle.entry();
        entry.full_url(&format!("{base}/{}", stored.entity));
        entry.resource(&project(&stored.json, &listing.shape));
        entry.search_mode("match");
        entry.finish();
    }
    Ok(answer::fhir_json(StatusCode::OK, bundle.finish()))
}

/// `start` and `end`.
fn dates(asked: &Asked) -> Result<Dates, RequestError> {
    let value = |wanted: &str| {
        let found = asked.pairs.iter().find(|(name, _)| name == wanted);
        // A + in a query string is a space, unless it is escaped.
        found.map(|(_, value)| value.replace(' ', "+"))
    };
    let (start, end) = (value("start"), value("end"));
    let read = |start: Option<&str>, end: Option<&str>, name| {
        let text = start.or(end).unwrap_or_default().to_owned();
        Dates::read(start, end).ok_or_else(|| bad(name, &text, "a date: YYYY, YYYY-MM or YYYY-MM-DD"))
    };
    read(start.as_deref(), None, "start")?;
    read(None, end.as_deref(), "end")?;
    read(start.as_deref(), end.as_deref(), "start")
}
