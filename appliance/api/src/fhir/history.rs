//! `GET /fhir/{type}/{id}/_history`: the versions kept here, newest first (<https://hl7.org/fhir/R4/http.html#history>).

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::projection::{Shape, project};
use holdfast_core::id::Entity;
use holdfast_store::view::Version;
use http::{HeaderMap, StatusCode};

use super::answer::{self, etag};
use super::bundle::writer::BundleWriter;
use super::date::instant;
use crate::access::Caller;
use crate::access::policy::Principal;
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
    let all = lookup::read(&state, &caller, &entity, |view, entity| view.history(entity)).await?;
    Ok(answer::fhir_json(StatusCode::OK, page(all, &listing, &entity, &caller, &base)?))
}

/// The page of these versions that is asked for, as a Bundle.
///
/// # Errors
/// [`crate::error::RequestError::BadCursor`].
pub(super) fn page(
    mut all: Vec<Version>,
    listing: &Listing,
    entity: &Entity,
    caller: &Principal,
    base: &str,
) -> Result<String, ApiError> {
    let asked = &listing.asked;
    let list = List { what: format!("{entity}/_history?{}", asked.canonical()), principal: caller };
    let remaining = asked.cursor.as_deref().map(|cursor| list.after(Some(cursor))).transpose()?;
    let kept = all.len();
    all.retain(|version| listing.since_ms.is_none_or(|since_ms| version.at_ms >= since_ms));
    let has_first = all.len() == kept;
    let page = Page::of(&all, remaining, listing.count as usize);
    let mut bundle = BundleWriter::new("history");
    let address = format!("{base}/{entity}/_history");
    bundle.link("self", &format!("{address}?{}", asked.link(asked.cursor.as_deref())));
    if page.older > 0 {
        let cursor = list.cursor(page.older as i64);
        bundle.link("next", &format!("{address}?{}", asked.link(Some(&cursor))));
    }
    bundle.total(all.len() as u64);
    for (place, version) in page.versions.iter().enumerate() {
        let is_first = has_first && page.older == 0 && place + 1 == page.versions.len();
        push(&mut bundle, base, entity, version, is_first, &listing.shape);
    }
    Ok(bundle.finish())
}

struct Page<'a> {
    versions: &'a [Version],
    /// How many older ones there are: counted from the oldest, so that it stays true under writes.
    older: usize,
}

impl<'a> Page<'a> {
    fn of(all: &'a [Version], remaining: Option<i64>, count: usize) -> Self {
        let remaining = remaining.and_then(|n| usize::try_from(n).ok()).unwrap_or(all.len()).min(all.len());
        let from = all.len() - remaining;
        let to = (from + count).min(all.len());
        Self { versions: &all[from..to], older: all.len() - to }
    }
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
