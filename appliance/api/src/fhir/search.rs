//! `GET /fhir/{type}?…` and `POST /fhir/{type}/_search`.

use std::sync::Arc;

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use holdfast_clinical::projection::{Shape, Summary, project};
use holdfast_clinical::search::query::{Asker, Query, is_known, parse_query_of};
use holdfast_core::search::Clause;
use holdfast_core::sight::May;
use holdfast_store::search::Place;
use holdfast_store::view::{Stored, View};
use http::HeaderMap;

use super::answer::Answered;
use super::bundle::writer::BundleWriter;
use super::elsewhere::{self, Note};
use super::include;
use super::patients;
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::audit::look::{cut, patients_of};
use crate::audit::{Look, show};
use crate::error::{ApiError, RequestError};
use crate::refusal;
use crate::request::body;
use crate::request::cursor::List;
use crate::request::limits::{DEFAULT_COUNT, FORM_BODY_BYTES, INDEX_WAIT, MAX_COUNT};
use crate::request::media::{Media, check_format};
use crate::request::origin::FhirBase;
use crate::request::prefer::Prefer;
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
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let asked = Asked::read(&[query.as_deref().unwrap_or_default()])?.at(&base.0);
    let search = Search::parse(kind, asked, &headers, state.writer().records().now_ms())?;
    answer(state, search, caller, base).await
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
    let form = body::optional(&parts.headers, form, Media::Form, FORM_BODY_BYTES).await?;
    let asked = Asked::read(&[query.as_deref().unwrap_or_default(), &form])?.at(&base.0);
    for (_, format) in asked.form.iter().filter(|(name, _)| name == "_format") {
        check_format(format)?;
    }
    let search = Search::parse(kind, asked, &parts.headers, state.writer().records().now_ms())?;
    answer(state, search, caller, base).await
}

async fn answer(
    state: ApiState,
    search: Search,
    caller: Arc<Principal>,
    FhirBase(base): FhirBase,
) -> Result<Response, ApiError> {
    patients::bring(&state, &caller, &search.query.kind, &search.asked).await?;
    let search = Arc::new(search);
    let mut notes: Vec<Note> = look_elsewhere(&state, &caller, &search).await?.into_iter().collect();
    notes.extend(search.ignored());
    let asked = Arc::new(Answering { search, caller, base, notes });
    let whole = asked.clone();
    let found = refusal::read(&state, asked.caller.clone(), move |view| whole.if_indexed(view)).await?;
    let answered = match found {
        Some(answered) => answered,
        None => {
            state.writer().catch_up_index(INDEX_WAIT).await?;
            refusal::read(&state, asked.caller.clone(), move |view| asked.as_indexed(view)).await?
        }
    };
    Ok(answered.answer())
}

/// A search that is being answered.
struct Answering {
    search: Arc<Search>,
    caller: Arc<Principal>,
    base: String,
    notes: Vec<Note>,
}

impl Answering {
    /// The page, unless something that it needs is not indexed yet.
    fn if_indexed(&self, view: &mut View<'_>) -> Result<Option<Answered>, ApiError> {
        if self.search.may_miss(view)? {
            return Ok(None);
        }
        self.search.page(view, &self.caller, &self.base, &self.notes).map(Some)
    }

    /// The page as far as the index has come, which it says if that is not far enough.
    fn as_indexed(&self, view: &mut View<'_>) -> Result<Answered, ApiError> {
        let mut notes = self.notes.clone();
        notes.extend(self.search.may_miss(view)?.then(Note::incomplete_index));
        self.search.page(view, &self.caller, &self.base, &notes)
    }
}

/// Has head office searched too if nobody is found here, or the caller wants it.
async fn look_elsewhere(
    state: &ApiState,
    caller: &Arc<Principal>,
    search: &Arc<Search>,
) -> Result<Option<Note>, ApiError> {
    let is_first_page = search.asked.cursor.is_none();
    let sight = &caller.sight;
    if sight.patient.is_some() || !sight.grants.of(&search.query.kind).includes(May::SEARCH) {
        // Whoever may not see everybody is not told by head office who else there is.
        return Ok(None);
    }
    if state.parts().finder.is_none() || !is_first_page || !elsewhere::is_askable(&search.query) {
        return Ok(None);
    }
    let asked = search.clone();
    let is_known = refusal::read(state, caller.clone(), move |view| {
        let found = view.search(&asked.query.kind, &asked.query.clauses, 0, 1)?;
        Ok(!found.resources.is_empty())
    });
    if !search.asked.everywhere && is_known.await? {
        return Ok(None);
    }
    Ok(elsewhere::search(state, &search.query).await)
}

/// Bytes of an entry beside its resource and the base: names, type and id, mode.
const AROUND_ENTRY: usize = 160;

/// One search, ready to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    asked: Asked,
    query: Query,
    /// Which part of each resource.
    shape: Shape,
    /// Names of parameters that are passed over, as the client would have it.
    passed_over: Vec<String>,
}

/// How many are found in all.
enum Total {
    Exactly(u64),
    /// There may be more: they were too many to count.
    AtLeast(u64),
}

/// Resources of one page, and where the next begins.
struct Page {
    resources: Vec<Stored>,
    next: Option<String>,
}

impl Search {
    /// Reads a search on one type. Parameters that the type does not have are refused, unless the client wants them passed
    /// over (`Prefer: handling=lenient`).
    ///
    /// # Errors
    /// [`ApiError::Search`] that names the parameter.
    pub(crate) fn parse(
        kind: String,
        mut asked: Asked,
        headers: &HeaderMap,
        now_ms: u64,
    ) -> Result<Self, ApiError> {
        let mut passed_over = Vec::new();
        if Prefer::of(headers).is_strict == Some(false) {
            asked.pairs.retain(|(name, _)| {
                let is_known = is_known(&kind, name);
                if !is_known {
                    passed_over.push(name.clone());
                }
                is_known
            });
        }
        let query = parse_query_of(&kind, &asked.pairs, Asker { now_ms, base: asked.base.as_deref() })?;
        let shape = Shape::read(&asked.pairs).map_err(RequestError::from)?;
        Ok(Self { asked, query, shape, passed_over })
    }

    /// What is said of parameters that are passed over.
    pub(crate) fn ignored(&self) -> Option<Note> {
        let names = self.passed_over.join(", ");
        let text = || format!("passed over, for {} cannot be searched by it: {names}", self.query.kind);
        (!names.is_empty()).then(|| Note::new("parameter-ignored", text()))
    }

    /// Whether something may not be found yet.
    pub(crate) fn may_miss(&self, view: &mut View<'_>) -> Result<bool, ApiError> {
        let Query { clauses, sort, includes, .. } = &self.query;
        let referring = includes.iter().filter(|include| include.is_reverse);
        let included = referring.flat_map(|include| &include.parameter.slots);
        let included = included.map(|slot| Clause::Param { param: slot.number, any: Vec::new() });
        let looked_at: Vec<Clause> = clauses.iter().cloned().chain(included).collect();
        Ok(view.may_miss(&looked_at, sort)?)
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
        notes: &[Note],
    ) -> Result<Answered, ApiError> {
        let kind = &self.query.kind;
        let list = List { what: format!("{kind}?{}", self.asked.canonical()), principal: caller };
        let found = self.find(view, &list)?;
        let mut bundle = BundleWriter::new("searchset");
        let address = |cursor: Option<&str>| format!("{base}/{kind}?{}", self.asked.link(cursor));
        bundle.link("self", &address(self.asked.cursor.as_deref()));
        if let Some(next) = &found.next {
            bundle.link("next", &address(Some(next)));
        }
        let total = self.total(view, &found)?;
        let mut notes = notes.to_vec();
        let is_uncounted = self.asks_total() && total.is_none();
        match total {
            Some(Total::Exactly(total)) => bundle.total(total),
            Some(Total::AtLeast(least)) => notes.push(Note::count_cut(least)),
            None => {}
        }
        let uncounted = is_uncounted.then(Note::uncounted);
        let included = include::included(view, &self.query, &found.resources)?;
        let entries = found.resources.iter().map(|one| (one, "match"));
        let entries = entries.chain(included.resources.iter().map(|one| (one, "include")));
        bundle.reserve(entries.clone().map(|(one, _)| one.json.len() + base.len() + AROUND_ENTRY).sum());
        for (stored, mode) in entries {
            let mut entry = bundle.entry();
            entry.full_url(&format!("{base}/{}", stored.entity));
            entry.resource(&project(&stored.json, &self.shape));
            entry.search_mode(mode);
            entry.finish();
        }
        for note in notes.iter().chain(&included.note).chain(&uncounted) {
            let mut entry = bundle.entry();
            entry.resource(&note.operation_outcome());
            entry.search_mode("outcome");
            entry.finish();
        }
        let shown = found.resources.iter().chain(&included.resources);
        Ok(Answered { looks: self.looks(shown), bundle: bundle.finish() })
    }

    /// What is kept of the search: what was asked, whom it named, and whose records were shown.
    fn looks<'r>(&self, shown: impl Iterator<Item = &'r Stored>) -> Vec<Look> {
        let mut patients = patients_of(shown.map(|one| (&one.entity, one.json.as_str())));
        patients.extend(patients::named(&self.query.kind, &self.asked));
        let query = self.asked.link(None);
        let look = Look {
            interaction: "search-type",
            what: Some(self.query.kind.clone()),
            query: (!query.is_empty()).then(|| cut(&query)),
            ..Look::default()
        };
        look.showing(&patients)
    }

    /// `_count=0` and `_summary=count` ask for no resource at all.
    fn find(&self, view: &mut View<'_>, list: &List<'_>) -> Result<Page, ApiError> {
        let Query { kind, clauses, sort, .. } = &self.query;
        let cursor = self.asked.cursor.as_deref();
        let count = self.query.count.unwrap_or(DEFAULT_COUNT).min(MAX_COUNT);
        if count == 0 || self.is_count_only() {
            return Ok(Page { resources: Vec::new(), next: None });
        }
        if kind == show::EVENT {
            let after = list.place(cursor)?.map(|bytes| read_event_place(&bytes)).transpose()?;
            let found = show::find(view, &self.query, after, count)?;
            let next = found.next.map(|place| list.cursor_at(&event_place_bytes(place)));
            return Ok(Page { resources: found.events, next });
        }
        if sort.is_empty() {
            let found = view.search(kind, clauses, list.after(cursor)?, count)?;
            return Ok(Page { resources: found.resources, next: found.next.map(|next| list.cursor(next)) });
        }
        let after = list.place(cursor)?.map(|bytes| read_place(&bytes)).transpose()?;
        let found = view.search_sorted(kind, clauses, sort, after.as_ref(), count)?;
        let next = found.next.map(|place| list.cursor_at(&place_bytes(&place)));
        Ok(Page { resources: found.resources, next })
    }

    fn is_count_only(&self) -> bool {
        self.shape.summary == Summary::Count
    }

    /// Whether how many there are in all is wanted.
    fn asks_total(&self) -> bool {
        self.query.wants_total || self.is_count_only() || self.query.count == Some(0)
    }

    /// How many are found in all: where it is asked for, and where it costs nothing to say.
    fn total(&self, view: &mut View<'_>, page: &Page) -> Result<Option<Total>, ApiError> {
        let Query { kind, clauses, .. } = &self.query;
        let is_asked = self.asks_total();
        let is_shown = !self.is_count_only() && self.query.count != Some(0);
        if is_shown && self.asked.cursor.is_none() && page.next.is_none() {
            return Ok(Some(Total::Exactly(page.resources.len() as u64)));
        }
        match (is_asked, kind == show::EVENT) {
            (false, _) => Ok(None),
            (true, true) => Ok(Some(match show::count(view, &self.query)? {
                (total, true) => Total::Exactly(total),
                (least, false) => Total::AtLeast(least),
            })),
            (true, false) => Ok(view.count_found(kind, clauses)?.map(Total::Exactly)),
        }
    }
}

/// A place in an order, as a cursor holds it.
pub(crate) fn place_bytes(place: &Place) -> Vec<u8> {
    serde_json::to_vec(&(place.no, &place.keys)).unwrap_or_default()
}

/// Reads what [`place_bytes`] wrote.
///
/// # Errors
/// [`RequestError::BadCursor`].
pub(crate) fn read_place(bytes: &[u8]) -> Result<Place, RequestError> {
    let (no, keys) = serde_json::from_slice(bytes).map_err(|_| RequestError::BadCursor)?;
    Ok(Place { keys, no })
}

fn event_place_bytes((before, skip): show::Place) -> Vec<u8> {
    [&before.to_le_bytes()[..], &skip.to_le_bytes()].concat()
}

fn read_event_place(bytes: &[u8]) -> Result<show::Place, RequestError> {
    let place = bytes.split_last_chunk::<4>().and_then(|(before, skip)| {
        Some((i64::from_le_bytes(before.try_into().ok()?), u32::from_le_bytes(*skip)))
    });
    place.ok_or(RequestError::BadCursor)
}
