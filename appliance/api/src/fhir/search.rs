//! `GET /fhir/{type}?…` and `POST /fhir/{type}/_search`.

use std::sync::Arc;

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use holdfast_clinical::search::query::{Query, parse_query};
use holdfast_store::StoreError;
use holdfast_store::search::Found;
use holdfast_store::view::View;
use http::StatusCode;

use super::answer;
use super::bundle::writer::BundleWriter;
use super::elsewhere::{self, Note};
use super::find::clauses;
use super::patients;
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::error::ApiError;
use crate::refusal;
use crate::request::body;
use crate::request::cursor::List;
use crate::request::limits::{DEFAULT_COUNT, FORM_BODY_BYTES, MAX_COUNT};
use crate::request::media::Media;
use crate::request::origin::FhirBase;
use crate::request::query::Asked;
use crate::request::target::Kind;
use crate::state::ApiState;

/// By query string.
pub(crate) async fn by_get(
    State(state): State<ApiState>,
    Kind(kind): Kind,
    Caller(caller): Caller,
    base: FhirBase,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let asked = Asked::read(&[query.as_deref().unwrap_or_default()])?;
    search(state, Search::parse(kind, asked)?, caller, base).await
}

/// By form, so that what is searched for stands in no log on the way.
pub(crate) async fn by_post(
    State(state): State<ApiState>,
    Kind(kind): Kind,
    Caller(caller): Caller,
    base: FhirBase,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, form) = request.into_parts();
    let form = body::text(&parts.headers, form, Media::Form, FORM_BODY_BYTES).await?;
    let asked = Asked::read(&[query.as_deref().unwrap_or_default(), &form])?;
    search(state, Search::parse(kind, asked)?, caller, base).await
}

async fn search(
    state: ApiState,
    search: Search,
    caller: Arc<Principal>,
    FhirBase(base): FhirBase,
) -> Result<Response, ApiError> {
    patients::bring(&state, &search.query.kind, &search.asked).await?;
    let search = Arc::new(search);
    let note = look_elsewhere(&state, &search).await?;
    let work = move |view: &mut View<'_>| search.page(view, &caller, &base, note.as_ref());
    let body = refusal::read(state.writer(), work).await?;
    Ok(answer::fhir_json(StatusCode::OK, body))
}

/// Has head office searched too if nobody is found here, or the caller wants it.
async fn look_elsewhere(state: &ApiState, search: &Arc<Search>) -> Result<Option<Note>, ApiError> {
    let is_first_page = search.asked.cursor.is_none();
    if state.parts().finder.is_none() || !is_first_page || !elsewhere::is_askable(&search.query) {
        return Ok(None);
    }
    let asked = search.clone();
    let is_known = refusal::read(state.writer(), move |view| {
        let found = view.search(&asked.query.kind, &clauses(&asked.query), 0, 1)?;
        Ok(!found.resources.is_empty())
    });
    if !search.asked.everywhere && is_known.await? {
        return Ok(None);
    }
    Ok(elsewhere::search(state, &search.query).await)
}

/// One search, ready to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    asked: Asked,
    query: Query,
}

impl Search {
    /// Reads a search on one type.
    ///
    /// # Errors
    /// [`ApiError::Search`] that names the parameter.
    pub(crate) fn parse(kind: String, asked: Asked) -> Result<Self, ApiError> {
        let query = parse_query(&kind, &asked.pairs)?;
        Ok(Self { asked, query })
    }

    /// A page as a Bundle of type `searchset`, with what is to be said of the search.
    ///
    /// # Errors
    /// A cursor that does not fit, or the database.
    pub(crate) fn page(
        &self,
        view: &mut View<'_>,
        caller: &Principal,
        base: &str,
        note: Option<&Note>,
    ) -> Result<String, ApiError> {
        let kind = &self.query.kind;
        let list = List { what: format!("{kind}?{}", self.asked.canonical()), principal: caller };
        let after = list.after(self.asked.cursor.as_deref())?;
        let found = self.find(view, after)?;
        let mut bundle = BundleWriter::new("searchset");
        let address = |cursor: Option<&str>| format!("{base}/{kind}?{}", self.asked.link(cursor));
        bundle.link("self", &address(self.asked.cursor.as_deref()));
        if let Some(next) = found.next {
            bundle.link("next", &address(Some(&list.cursor(next))));
        }
        for stored in &found.resources {
            let mut entry = bundle.entry();
            entry.full_url(&format!("{base}/{}", stored.entity));
            entry.resource(&stored.json);
            entry.is_match();
            entry.finish();
        }
        if let Some(note) = note {
            let mut entry = bundle.entry();
            entry.resource(&note.operation_outcome());
            entry.is_outcome();
            entry.finish();
        }
        Ok(bundle.finish())
    }

    /// `_count=0` asks for no resource at all.
    fn find(&self, view: &mut View<'_>, after: i64) -> Result<Found, StoreError> {
        match self.query.count.unwrap_or(DEFAULT_COUNT).min(MAX_COUNT) {
            0 => Ok(Found { resources: Vec::new(), next: None }),
            count => view.search(&self.query.kind, &clauses(&self.query), after, count),
        }
    }
}
