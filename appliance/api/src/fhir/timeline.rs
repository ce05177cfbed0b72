//! `GET /fhir/{type}/_history` and `GET /fhir/_history`: what was saved of many resources, newest first
//! (<https://hl7.org/fhir/R4/http.html#history>).
//!
//! A page is looked for in a bounded part of the log, so it may hold fewer entries than were asked for, or none, and still
//! have a next one.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_store::timeline::{Timeline, Wanted};
use holdfast_store::view::{OWN_TYPES, View};
use http::HeaderMap;

use super::answer::Answered;
use super::bundle::writer::BundleWriter;
use super::history::push;
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::audit::Look;
use crate::audit::look::patients_of;
use crate::error::ApiError;
use crate::refusal;
use crate::request::cursor::List;
use crate::request::listing::Listing;
use crate::request::origin::FhirBase;
use crate::request::target::Kind;
use crate::state::ApiState;

/// Of one type.
pub(crate) async fn of_type(
    State(state): State<ApiState>,
    Kind(kind): Kind,
    Caller(caller): Caller,
    base: FhirBase,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let listing = Listing::read(query.as_deref(), &headers, &[])?;
    answer(&state, Some(kind), listing, caller, base).await
}

/// Of everything held here.
pub(crate) async fn of_system(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    base: FhirBase,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let listing = Listing::read(query.as_deref(), &headers, &[])?;
    answer(&state, None, listing, caller, base).await
}

async fn answer(
    state: &ApiState,
    kind: Option<String>,
    listing: Listing,
    caller: Arc<Principal>,
    FhirBase(base): FhirBase,
) -> Result<Response, ApiError> {
    let asked_by = caller.clone();
    let work = move |view: &mut View<'_>| page(view, kind.as_deref(), &listing, &asked_by, &base);
    Ok(refusal::read(state, caller, work).await?.answer())
}

/// A page as a Bundle; of all types if none is named.
///
/// # Errors
/// [`crate::error::RequestError::BadCursor`], or the store.
pub(super) fn page(
    view: &mut View<'_>,
    kind: Option<&str>,
    listing: &Listing,
    caller: &Principal,
    base: &str,
) -> Result<Answered, ApiError> {
    let place = kind.map_or_else(|| "_history".to_owned(), |kind| format!("{kind}/_history"));
    let asked = &listing.asked;
    let list = List { what: format!("{place}?{}", asked.canonical()), principal: caller };
    let before = asked.cursor.as_deref().map(|cursor| list.after(Some(cursor))).transpose()?;
    let look = Look {
        interaction: if kind.is_some() { "history-type" } else { "history-system" },
        what: kind.map(str::to_owned),
        ..Look::default()
    };
    let hidden_prefix = Some(OWN_TYPES);
    let wanted = Wanted { kind: kind.map(str::to_owned), hidden_prefix, since_ms: listing.since_ms };
    let found = if listing.count == 0 {
        Timeline { events: Vec::new(), next: None }
    } else {
        view.timeline(&wanted, before, listing.count)?
    };
    let next = found.next.map(|next| asked.link(Some(&list.cursor(next))));
    let shown = found.events.iter().map(|event| (&event.entity, event.version.json.as_str()));
    let looks = look.showing(&patients_of(shown));
    Ok(Answered { bundle: bundle(&found, listing, base, &format!("{base}/{place}"), next.as_deref()), looks })
}

fn bundle(found: &Timeline, listing: &Listing, base: &str, address: &str, next: Option<&str>) -> String {
    let mut bundle = BundleWriter::new("history");
    bundle.link("self", &format!("{address}?{}", listing.asked.link(listing.asked.cursor.as_deref())));
    if let Some(next) = next {
        bundle.link("next", &format!("{address}?{next}"));
    }
    for event in &found.events {
        push(&mut bundle, base, &event.entity, &event.version, event.is_first, &listing.shape);
    }
    bundle.finish()
}
