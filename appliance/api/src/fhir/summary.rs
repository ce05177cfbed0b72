//! `GET /fhir/Patient/{id}/$summary`: the International Patient Summary as a document Bundle
//! (<http://hl7.org/fhir/uv/ips/OperationDefinition/summary>), of what is held here and in the caller's sight.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::ips::{Choice, Frame};
use holdfast_core::id::{Entity, Scope};
use holdfast_core::sight::May;
use holdfast_store::StoreError;
use holdfast_store::compartment::Part;
use holdfast_store::view::{Stored, View};
use http::{HeaderMap, StatusCode};

use super::answer;
use super::date::instant;
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::error::{ApiError, RequestError};
use crate::lookup;
use crate::request::limits::{MAX_COUNT, MIB};
use crate::request::listing::shape_of_one;
use crate::request::origin::FhirBase;
use crate::request::target::PatientTarget;
use crate::state::ApiState;

/// Room for what entries point at: medicines and the clinic, small all of them.
const OTHERS_BYTES: usize = 4 * MIB;

/// What a summary is made of.
struct Record {
    patient: Stored,
    resources: Vec<Stored>,
    others: Vec<String>,
}

/// Answers the summary.
pub(crate) async fn summary(
    State(state): State<ApiState>,
    PatientTarget(patient): PatientTarget,
    Caller(caller): Caller,
    FhirBase(base): FhirBase,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    shape_of_one(query.as_deref(), &headers)?;
    may_see_all(&caller)?;
    let record = lookup::read(&state, &caller, &patient, read).await?;
    let at = instant(state.writer().records().now_ms());
    let id = uuid::Uuid::new_v4().to_string();
    let document =
        tokio::task::spawn_blocking(move || document(&record, &Frame { id: &id, at: &at, base: &base }));
    let unreadable = || StoreError::Corrupt("a resource of the record is not JSON".to_owned());
    let document = document.await.unwrap_or(None).ok_or_else(unreadable)?;
    Ok(answer::fhir_json(StatusCode::OK, document))
}

/// Whoever may not see allergies would read a summary that says nothing of them: there is none then.
fn may_see_all(caller: &Principal) -> Result<(), RequestError> {
    let sees = |kind: &String| caller.sight.grants.of(kind).includes(May::READ);
    let wants = "the right to read all that a summary is made of";
    if Choice::kinds().iter().all(sees) { Ok(()) } else { Err(RequestError::Forbidden { wants }) }
}

fn read(view: &mut View<'_>, patient: &Entity) -> Result<Record, StoreError> {
    let stored = view.read(patient)?;
    let part = Part { kinds: Choice::kinds(), since_ms: None };
    let (mut resources, mut next) = (Vec::new(), Some(0));
    // Ends with the record: each page goes on after the last resource of the one before.
    while let Some(after) = next {
        let mut page = view.in_scope(&Scope::patient(&patient.id), &part, after, MAX_COUNT)?;
        resources.append(&mut page.resources);
        next = page.next;
    }
    let mut others = Vec::new();
    if let Some(choice) = choice(&stored, &resources) {
        let found = view.get_all(&choice.wants(), OTHERS_BYTES)?.resources;
        others.extend(found.into_iter().filter(|found| !found.deleted).map(|found| found.json));
    }
    Ok(Record { patient: stored, resources, others })
}

fn choice<'r>(patient: &'r Stored, resources: &'r [Stored]) -> Option<Choice<'r>> {
    Choice::of(&patient.json, resources.iter().map(|one| one.json.as_str())).ok()
}

fn document(record: &Record, frame: &Frame<'_>) -> Option<String> {
    let choice = choice(&record.patient, &record.resources)?;
    let others: Vec<&str> = record.others.iter().map(String::as_str).collect();
    Some(choice.document(frame, &others))
}
