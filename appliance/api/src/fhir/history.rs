//! `GET /fhir/{type}/{id}/_history`: the versions kept here, newest first (<https://hl7.org/fhir/R4/http.html#history>).

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::projection::{Shape, project};
use holdfast_core::id::Entity;
use holdfast_store::history::{History, Version, Wanted};
use http::HeaderMap;

use super::answer::{Answered, etag};
use super::bundle::writer::BundleWriter;
use super::date::instant;
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::audit::Look;
use crate::audit::look::patients_of;
use crate::error::ApiError;
use crate::lookup;
use crate::request::cursor::List;
use crate::request::listing::Listing;
use crate::request::origin::FhirBase;
use crate::request::target::Target;
use crate::state::ApiState;

/// Answers a page of versions. Pages stay the same while new versions are written.
pub(crate) async fn history(
    State(state): State<ApiState>,
    Target(entity): Target,
    Caller(caller): Caller,
    FhirBase(base): FhirBase,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let listing = Listing::read(query.as_deref(), &headers, &[])?;
    let wanted = wanted(&listing, &entity, &caller)?;
    let found =
        lookup::read(&state, &caller, &entity, move |view, entity| view.history(entity, &wanted)).await?;
    Ok(page(&found, &listing, &entity, &caller, &base).answer())
}

fn list<'a>(listing: &Listing, entity: &Entity, caller: &'a Principal) -> List<'a> {
    List { what: format!("{entity}/_history?{}", listing.asked.canonical()), principal: caller }
}

/// Which versions are asked for.
///
/// # Errors
/// [`crate::error::RequestError::BadCursor`].
pub(super) fn wanted(listing: &Listing, entity: &Entity, caller: &Principal) -> Result<Wanted, ApiError> {
    let list = list(listing, entity, caller);
    let cursor = listing.asked.cursor.as_deref();
    let remaining = cursor.map(|cursor| list.after(Some(cursor))).transpose()?;
    Ok(Wanted {
        since_ms: listing.since_ms,
        of_oldest: remaining.and_then(|n| u64::try_from(n).ok()),
        count: listing.count,
    })
}

/// The page of these versions as a Bundle.
pub(super) fn page(
    found: &History,
    listing: &Listing,
    entity: &Entity,
    caller: &Principal,
    base: &str,
) -> Answered {
    let (asked, list) = (&listing.asked, list(listing, entity, caller));
    let mut bundle = BundleWriter::new("history");
    let address = format!("{base}/{entity}/_history");
    bundle.link("self", &format!("{address}?{}", asked.link(asked.cursor.as_deref())));
    if found.older > 0 && listing.count > 0 {
        let cursor = list.cursor(found.older as i64);
        bundle.link("next", &format!("{address}?{}", asked.link(Some(&cursor))));
    }
    bundle.total(found.total);
    for (place, version) in found.versions.iter().enumerate() {
        let is_first = found.has_first && place + 1 == found.versions.len();
        push(&mut bundle, base, entity, version, is_first, &listing.shape);
    }
    let look = Look { interaction: "history-instance", what: Some(entity.to_string()), ..Look::default() };
    let patients = patients_of(found.versions.iter().map(|version| (entity, version.json.as_str())));
    Answered { looks: look.showing(&patients), bundle: bundle.finish() }
}

/// Adds one version to a Bundle of type `history`.
pub(super) fn push(
    bundle: &mut BundleWriter,
    base: &str,
    entity: &Entity,
    version: &Version,
    is_first: bool,
    shape: &Shape,
) {
    let (method, status) = match (version.deleted, is_first) {
        (true, _) => ("DELETE", "204 No Content"),
        (false, true) => ("PUT", "201 Created"),
        (false, false) => ("PUT", "200 OK"),
    };
    let mut entry = bundle.entry();
    entry.full_url(&format!("{base}/{entity}"));
    if !version.deleted {
        entry.resource(&project(&version.json, shape));
    }
    entry.request(method, &entity.to_string());
    entry.response(status, None, Some(&etag(&version.version)), Some(&instant(version.at_ms)), None);
    entry.finish();
}
