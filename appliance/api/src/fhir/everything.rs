//! `GET /fhir/Patient/{id}/$everything`: the patient's record as a whole, as far as it is held here
//! (<https://hl7.org/fhir/R4/patient-operation-everything.html>).
//!
//! What is shared by all (practitioners, places, definitions) is not a patient's and is read on its own.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::projection::project;
use holdfast_core::id::Scope;
use holdfast_store::compartment::Part;
use http::{HeaderMap, StatusCode};

use super::answer;
use super::bundle::writer::BundleWriter;
use crate::access::Caller;
use crate::error::ApiError;
use crate::lookup;
use crate::request::cursor::List;
use crate::request::listing::Listing;
use crate::request::origin::FhirBase;
use crate::request::target::PatientTarget;
use crate::state::ApiState;

/// Answers a page; `_since`, `_type` and `_count` narrow it. Resources come in the order in which they came here, so that
/// what is written meanwhile is on a later page.
pub(crate) async fn everything(
    State(state): State<ApiState>,
    PatientTarget(patient): PatientTarget,
    Caller(caller): Caller,
    FhirBase(base): FhirBase,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let listing = Listing::read(query.as_deref(), &headers, &["_type"])?;
    let asked = &listing.asked;
    let place = format!("{patient}/$everything");
    let list = List { what: format!("{place}?{}", asked.canonical()), principal: &caller };
    let after = list.after(asked.cursor.as_deref())?;
    let part = Part { kinds: listing.kinds.clone(), since_ms: listing.since_ms };
    let count = listing.count;
    let found = lookup::read(&state, &caller, &patient, move |view, patient| {
        view.read(patient)?;
        view.in_scope(&Scope::patient(&patient.id), &part, after, count)
    });
    let found = found.await?;
    let mut bundle = BundleWriter::new("searchset");
    bundle.link("self", &format!("{base}/{place}?{}", asked.link(asked.cursor.as_deref())));
    if let Some(next) = found.next {
        bundle.link("next", &format!("{base}/{place}?{}", asked.link(Some(&list.cursor(next)))));
    }
    for stored in &found.resources {
        let mut entry = bundle.entry();
        entry.full_url(&format!("{base}/{}", stored.entity));
        entry.resource(&project(&stored.json, &listing.shape));
        entry.search_mode("match");
        entry.finish();
    }
    Ok(answer::fhir_json(StatusCode::OK, bundle.finish()))
}
