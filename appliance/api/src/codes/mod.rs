//! `GET /api/codes?system=&q=&limit=`: codes for what somebody types, out of the starter lists and those that were imported.

mod shelf;

pub use shelf::{CodeLists, CodeListsError};

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::codes::{Shelf, System};
use serde::Serialize;
use utoipa::ToSchema;

use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::request::listing::bad;
use crate::request::query::Asked;
use crate::state::ApiState;

/// As many as a list under a field shows.
const DEFAULT_LIMIT: usize = 20;
/// More is no choice for a person.
const MAX_LIMIT: usize = 100;
/// Nobody types more to find a code; a scan costs by the word.
const MAX_TYPED: usize = 100;

/// A code that was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CodeFound {
    /// The system's URL, as in a FHIR Coding.
    system: &'static str,
    code: String,
    display: String,
}

/// Codes, the likeliest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CodesFound {
    codes: Vec<CodeFound>,
    /// Which release of the list it was.
    version: String,
}

/// Answers codes of one system.
pub(crate) async fn search(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let asked = Asked::read(&[query.as_deref().unwrap_or_default()])?;
    let value =
        |wanted: &str| asked.pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let name = value("system").unwrap_or_default();
    let system = System::named(name)
        .ok_or_else(|| bad("system", name, "one of icd10cm, loinc, rxnorm and cvx, or the system's URL"))?;
    let typed: String = value("q").unwrap_or_default().chars().take(MAX_TYPED).collect();
    let limit = value("limit").map(limit).transpose()?.unwrap_or(DEFAULT_LIMIT);
    let lists = state.parts().codes.clone();
    // A list that was imported a moment ago is read from its file; a search itself takes some milliseconds at the most.
    let found = tokio::task::spawn_blocking(move || found(&lists.current(), system, &typed, limit)).await;
    Ok(json(&found.unwrap_or_else(|_| found_nothing())))
}

fn found(shelf: &Shelf, system: System, typed: &str, limit: usize) -> CodesFound {
    let codes = shelf.search(system, typed, limit).into_iter();
    let codes = codes.map(|found| CodeFound {
        system: system.url(),
        code: found.code.to_owned(),
        display: found.display.to_owned(),
    });
    CodesFound { codes: codes.collect(), version: shelf.list(system).version().to_owned() }
}

/// The search stopped on a defect: free text is always possible.
fn found_nothing() -> CodesFound {
    CodesFound { codes: Vec::new(), version: String::new() }
}

fn limit(text: &str) -> Result<usize, RequestError> {
    let parsed: Result<usize, _> = text.parse();
    parsed.map(|limit| limit.min(MAX_LIMIT)).map_err(|_| bad("limit", text, "a count from 1 to 100"))
}
