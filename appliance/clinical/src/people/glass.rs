//! That somebody opened a record that is kept from them, why, and what whoever looks after it said of that.

use serde::{Deserialize, Serialize};

use super::HOLDFAST_BREAK_GLASS;

/// The most characters of a reason, and of a reviewer's note.
pub const MAX_TEXT: usize = 1_000;

/// One breaking of the glass.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Glass {
    /// Under what name the person reads and writes.
    pub who: String,
    /// The id of their record.
    pub user: String,
    /// What they were called then.
    pub name: String,
    /// The patient's id.
    pub patient: String,
    /// Why.
    pub reason: String,
    /// When, in Unix milliseconds.
    pub at_ms: u64,
    /// Until when it stayed open.
    pub until_ms: u64,
    /// What was said of it since; none: it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
}

/// What somebody who looks after it said.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    /// Who.
    pub by: String,
    /// When, in Unix milliseconds.
    pub at_ms: u64,
    /// What.
    pub note: String,
}

impl Glass {
    /// Reads it off its record; `None` if it is none.
    pub fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The record that holds it.
    pub fn resource(&self, id: &str) -> String {
        let body = serde_json::to_string(self).expect("it has text keys");
        format!("{{\"resourceType\":\"{HOLDFAST_BREAK_GLASS}\",\"id\":\"{id}\",{}", &body[1..])
    }
}

/// Whether it may be a reason, or a note.
pub fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= MAX_TEXT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_from_its_record() {
        let glass = Glass {
            who: "Practitioner/7".into(),
            user: "u7".into(),
            name: "Nina".into(),
            patient: "p1".into(),
            reason: "collapsed in the waiting room".into(),
            at_ms: 1,
            until_ms: 2,
            review: Some(Review { by: "Practitioner/1".into(), at_ms: 3, note: "right".into() }),
        };
        assert_eq!(Glass::read(&glass.resource("x")), Some(glass));
        assert!(is_text("a") && !is_text(" ") && !is_text(&"x".repeat(MAX_TEXT + 1)));
    }
}
