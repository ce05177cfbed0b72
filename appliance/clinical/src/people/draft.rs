//! What is unfinished on somebody's screen: the author's alone, gone when it is signed. Of two replicas the last writer wins; a window
//! that goes on from another text than the one that is kept is told so.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::HOLDFAST_DRAFT;

/// The most bytes of a draft's body.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// The most characters of a key.
pub const MAX_KEY: usize = 200;

/// A draft.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// Whose it is: the id of the person's record.
    pub author: String,
    /// By which its author finds it.
    pub key: String,
    /// The id of the patient whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// Which form it fills.
    pub form: String,
    /// What the form holds, as the form wrote it.
    pub body: Box<RawValue>,
    /// When, in Unix milliseconds.
    #[serde(rename = "savedMs")]
    pub saved_ms: u64,
}

impl Draft {
    /// Reads a draft off its record; `None` if it is none.
    pub fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The record that holds it.
    pub fn resource(&self) -> String {
        let body = serde_json::to_string(self).expect("a draft has text keys");
        let id = id(&self.author, &self.key);
        format!("{{\"resourceType\":\"{HOLDFAST_DRAFT}\",\"id\":\"{id}\",{}", &body[1..])
    }
}

/// The id of an author's draft: the same wherever it is written.
pub fn id(author: &str, key: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(author.len() as u64).to_le_bytes()).update(author.as_bytes()).update(key.as_bytes());
    hasher.finalize().to_hex()[..40].to_owned()
}

/// Whether the text may be a key.
pub fn is_key(text: &str) -> bool {
    (1..=MAX_KEY).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_comes_back_from_its_record() {
        let body = RawValue::from_string(r#"{"text":"half a sent","bp":1.50}"#.into()).unwrap();
        let draft = Draft {
            author: "u7".into(),
            key: "note/p1".into(),
            patient: Some("p1".into()),
            form: "note".into(),
            body,
            saved_ms: 7,
        };
        let json = draft.resource();
        let read = Draft::read(&json).unwrap();
        assert_eq!((read.key.as_str(), read.body.get()), ("note/p1", draft.body.get()));
        assert!(crate::types::is_id(&id("u7", "note/p1")));
        assert_ne!(id("a", "bc"), id("ab", "c"));
        assert!(Draft::read("{}").is_none() && !is_key("") && !is_key("a\nb"));
    }
}
