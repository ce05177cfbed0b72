//! `GET /api/patients?q=&limit=`.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::identity::query::Typed;
use holdfast_clinical::url::parse_pairs;
use holdfast_core::sight::May;
use holdfast_store::view::View;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::find::{distance, find};
use super::hit::{Found, PatientHit};
use super::survivor::survivor;
use super::today;
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::audit::{Look, Looks};
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::finder::SearchOutcome;
use crate::refusal;
use crate::request::limits::BESIDE_TIMEOUT;
use crate::state::ApiState;

/// Patients shown when nothing is said of how many.
const DEFAULT_LIMIT: usize = 20;
/// The most shown: nobody reads more lines than that, they type another letter.
const MAX_LIMIT: usize = 50;

/// Patients who fit what was typed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PatientPage)]
pub(crate) struct Page {
    /// The best first.
    patients: Vec<PatientHit>,
    /// There are more than are shown.
    more: bool,
    /// The index is being made, so that some may be missing.
    incomplete: bool,
    /// What asking head office came to, if that was wanted: `all` there are is here now, `more` than are fetched at once, `too-wide`,
    /// `coming` in a moment, `unreachable`, or `none` where there is no head office to ask.
    elsewhere: Option<&'static str>,
}

/// What is asked.
struct Asked {
    text: String,
    limit: usize,
    everywhere: bool,
}

/// Answers the patients that fit what was typed into the one box.
pub(crate) async fn search(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let Asked { text, limit, everywhere } = asked(query.as_deref().unwrap_or_default())?;
    let (typed, today) = (Typed::read(&text), today(&state));
    let elsewhere = if everywhere { Some(ask_elsewhere(&state, &caller, &typed).await) } else { None };
    let work = move |view: &mut View<'_>| Ok(page(view, &typed, &today, limit)?);
    let (page, shown) = refusal::read(&state, caller, work).await?;
    let page = Page { elsewhere, ..page };
    let mut response = json(&page);
    response.extensions_mut().insert(Looks(searched(text).showing(&shown)));
    Ok(response)
}

/// A search for people by this text, as the trail keeps it.
pub(super) fn searched(text: String) -> Look {
    let query = Some(crate::audit::look::cut(&text)).filter(|text| !text.is_empty());
    Look { interaction: "search-type", what: Some("Patient".to_owned()), query, ..Look::default() }
}

/// Has head office look for who is not held here, and takes in whom it finds.
async fn ask_elsewhere(state: &ApiState, caller: &Principal, typed: &Typed) -> &'static str {
    let clauses = typed.elsewhere();
    // Whoever may not see everybody is not told by head office who else there is.
    let may_ask = caller.sight.patient.is_none() && caller.sight.grants.of("Patient").includes(May::SEARCH);
    let Some(finder) = state.parts().finder.clone().filter(|_| may_ask && !clauses.is_empty()) else {
        return "none";
    };
    let outcome = timeout(BESIDE_TIMEOUT, finder.search("Patient", &clauses)).await;
    match outcome.unwrap_or(SearchOutcome::Unreachable) {
        SearchOutcome::All => "all",
        SearchOutcome::Some => "more",
        SearchOutcome::TooWide => "too-wide",
        SearchOutcome::Coming(_) => "coming",
        SearchOutcome::Unreachable => "unreachable",
    }
}

fn asked(query: &str) -> Result<Asked, RequestError> {
    let pairs = parse_pairs(query).map_err(|reason| RequestError::BadQuery { reason })?;
    let (mut text, mut limit, mut everywhere) = (String::new(), DEFAULT_LIMIT, false);
    for (name, value) in pairs {
        match name.as_str() {
            "q" => text = value,
            "limit" => {
                limit =
                    value.parse().map_err(|_| RequestError::BadQuery { reason: "limit is not a number" })?;
            }
            "everywhere" => everywhere = value == "true",
            _ => return Err(RequestError::BadQuery { reason: "it may hold q, limit and everywhere only" }),
        }
    }
    Ok(Asked { text, limit: limit.clamp(1, MAX_LIMIT), everywhere })
}

fn page(
    view: &mut View<'_>,
    typed: &Typed,
    today: &str,
    limit: usize,
) -> Result<(Page, BTreeSet<String>), holdfast_store::StoreError> {
    let mut people: BTreeMap<String, Found> = BTreeMap::new();
    for (_, stored) in find(view, typed, today, limit)? {
        let found = survivor(view, stored)?;
        people.insert(found.stored.entity.id.clone(), found);
    }
    let rank = |found: &Found| (distance(typed, found.people()), found.person.name());
    let mut people: Vec<((usize, String), Found)> =
        people.into_values().map(|found| (rank(&found), found)).collect();
    people.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.stored.entity.cmp(&other.stored.entity)));
    let more = people.len() > limit;
    people.truncate(limit);
    let shown = people.iter().flat_map(|(_, found)| found.ids()).collect();
    let patients = people.iter().map(|(_, found)| found.hit(typed.matched(&found.person, today))).collect();
    Ok((Page { patients, more, incomplete: view.is_index_behind()?, elsewhere: None }, shown))
}
