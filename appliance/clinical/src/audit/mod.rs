//! The trail of who looked at what: compact pages, of which every line is shown as an AuditEvent. Writes need none of this:
//! the op log names their authors, and [`event::of_write`] shows them the same way.
//!
//! A page is a resource of the type [`HOLDFAST_AUDIT`], written once. Pages of one database are numbered from 1 without a
//! gap, and each holds the hash of the one before, so that none can be changed, taken out or put in between unseen
//! ([`chain`]).

pub mod chain;
pub mod event;
mod rows;

use serde::{Deserialize, Serialize};

pub(crate) use rows::{ELEMENTS, rows};

pub use crate::types::HOLDFAST_AUDIT;

/// The interaction of a line that stands for looks which could not be kept: their number, and whose they were.
pub const NOT_KEPT: &str = "$not-kept";

/// One page of the trail.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Page {
    /// From 1, without a gap in one database.
    pub number: u64,
    /// [`Page::hash`] of the page before; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Unix milliseconds of its beginning.
    pub began: u64,
    /// Looks that could not be kept since the page before, for too many waited; lines of [`NOT_KEPT`] say whose.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lost: u64,
    /// Who looked, each once; an empty name is somebody who had not signed in.
    pub agents: Vec<String>,
    /// The ids of the patients whose records were looked at, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patients: Vec<String>,
    /// In order of time.
    pub entries: Vec<Entry>,
}

/// One look, or several alike. The names are short because a clinic keeps millions of them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Entry {
    /// Milliseconds since the page began.
    #[serde(rename = "t")]
    pub after: u64,
    /// A code of <https://hl7.org/fhir/R4/valueset-restful-interaction.html>, or `$` and an operation's name.
    #[serde(rename = "i")]
    pub interaction: String,
    /// Which of the page's agents.
    #[serde(rename = "a")]
    pub agent: usize,
    /// `Type/id`, or the type that was searched.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// What was searched for.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Which of the page's patients it is about, or was shown by it.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub patients: Vec<usize>,
    /// The code of the refusal, if it was refused.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// How often, if more than once within the page.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Page {
    /// Reads a page off its resource; `None` if it is none.
    pub fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The resource that holds the page.
    pub fn resource(&self, id: &str) -> String {
        let body = self.body();
        format!("{{\"resourceType\":\"{HOLDFAST_AUDIT}\",\"id\":\"{id}\",{}", &body[1..])
    }

    /// BLAKE3 over the page, in hex.
    pub fn hash(&self) -> String {
        blake3::hash(self.body().as_bytes()).to_hex().to_string()
    }

    fn body(&self) -> String {
        serde_json::to_string(self).expect("a page has text keys and no numbers but whole ones")
    }
}

/// The id of a page: the database that wrote it and its number.
pub fn page_id(actor: &str, number: u64) -> String {
    format!("{actor}-{number}")
}

/// The database and the number of a page by its id.
pub fn read_page_id(id: &str) -> Option<(&str, u64)> {
    let (actor, number) = id.rsplit_once('-')?;
    Some((actor, number.parse().ok()?))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn page(number: u64, previous: Option<&Page>) -> Page {
        let entry = |interaction: &str, what: &str, patients: Vec<usize>| Entry {
            interaction: interaction.into(),
            what: Some(what.into()),
            patients,
            ..Entry::default()
        };
        Page {
            number,
            previous: previous.map(Page::hash),
            began: 1_764_000_000_000,
            lost: 0,
            agents: vec!["Practitioner/anna".into(), "kiosk".into()],
            patients: vec!["p1".into()],
            entries: vec![
                entry("read", "Observation/o", vec![0]),
                Entry {
                    after: 40,
                    agent: 1,
                    query: Some("name=Ö".into()),
                    ..entry("search-type", "Patient", vec![])
                },
            ],
        }
    }

    #[test]
    fn a_page_comes_back_from_its_resource_and_is_small() {
        let page = page(7, None);
        let id = page_id("00ff", 7);
        let json = page.resource(&id);
        assert_eq!(Page::read(&json).unwrap(), page);
        assert_eq!(read_page_id(&id), Some(("00ff", 7)));
        assert!(json.len() < 320, "{}: {json}", json.len());
        // What a store adds when it renders the resource changes nothing of the page.
        let rendered = json.replacen("\"number\"", "\"meta\":{\"versionId\":\"1\"},\"number\"", 1);
        assert_eq!(Page::read(&rendered).unwrap().hash(), page.hash());
        assert_eq!((Page::read("{}"), read_page_id("x")), (None, None));
    }
}
