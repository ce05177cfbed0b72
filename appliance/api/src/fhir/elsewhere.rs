//! A search that finds nobody here is made at head office too, and says what it could not look at. A patient who is new to
//! the clinic is found by name or record number, not only by id.

use holdfast_clinical::search::query::Query;
use holdfast_core::search::{Clause, Match};
use tokio::time::timeout;

use crate::finder::SearchOutcome;
use crate::request::limits::BESIDE_TIMEOUT;
use crate::state::ApiState;

/// What a person should know of a search beside what it found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Note {
    code: &'static str,
    text: String,
}

/// Whether head office may be asked: for patients, by what they are known by, not by the id, which is looked for on its own.
pub(crate) fn is_askable(query: &Query) -> bool {
    let is_known = |one: &Match| matches!(one, Match::Exact(_) | Match::Prefix(_));
    let by_index = |clause: &Clause| matches!(clause, Clause::Param { any, .. } if any.iter().all(is_known));
    query.kind == "Patient" && !query.clauses.is_empty() && query.clauses.iter().all(by_index)
}

/// Makes the search at head office and takes in what it finds; what is to be said about it. `None` without head office, or
/// if there is nothing to say.
pub(crate) async fn search(state: &ApiState, query: &Query) -> Option<Note> {
    let finder = state.parts().finder.clone()?;
    let outcome = timeout(BESIDE_TIMEOUT, finder.search(&query.kind, &query.clauses)).await;
    match outcome.unwrap_or(SearchOutcome::Unreachable) {
        SearchOutcome::All => None,
        SearchOutcome::Some => Some(Note {
            code: "more-elsewhere",
            text: "head office knows more patients like this than are fetched at once; name the patient more closely".into(),
        }),
        SearchOutcome::TooWide => Some(Note {
            code: "search-too-wide",
            text: "head office did not look through everybody who is like this, for they are too many; name the patient more \
                   closely, by more of the name or a record number"
                .into(),
        }),
        SearchOutcome::Coming(count) => Some(Note {
            code: "coming",
            text: format!("{count} more found at head office are on their way; search again in a moment"),
        }),
        SearchOutcome::Unreachable => Some(Note {
            code: "searched-here-alone",
            text: "only the records held here were searched, for head office could not be asked; search again when the link \
                   is back"
                .into(),
        }),
    }
}

impl Note {
    /// Not everything is found yet.
    pub(crate) fn incomplete_index() -> Self {
        let text = "records that came in large amounts, or before an update, are still being indexed, and some are not found \
                    yet; search again in a moment";
        Self::new("index-incomplete", text.to_owned())
    }

    /// They were not all counted.
    pub(crate) fn count_cut(least: u64) -> Self {
        let text = format!(
            "at least {least} were found, and not all were looked at, for that takes too long; narrow the search, by a patient or \
             an agent, or go through its pages"
        );
        Self::new("count-cut", text)
    }

    /// How many there are is not known.
    pub(crate) fn uncounted() -> Self {
        let text = "how many there are in all is not known, for each would have to be looked through; go from page to page, or \
                    leave out :text and _text";
        Self::new("not-counted", text.to_owned())
    }

    /// A note of its code and its words.
    pub(crate) fn new(code: &'static str, text: String) -> Self {
        Self { code, text }
    }

    /// An OperationOutcome for an entry of mode `outcome` (<https://hl7.org/fhir/R4/search.html#mode>).
    pub(crate) fn operation_outcome(&self) -> String {
        serde_json::json!({
            "resourceType": "OperationOutcome",
            "issue": [{
                "severity": "information",
                "code": "incomplete",
                "details": { "coding": [{ "system": crate::error::CODE_SYSTEM, "code": self.code }], "text": self.text },
                "diagnostics": self.text,
            }],
        })
        .to_string()
    }
}
