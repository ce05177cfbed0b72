//! The head of a resource: its type and id, read without taking the rest apart.

use serde::Deserialize;

/// `resourceType` and `id` of a resource's text.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Head {
    /// `resourceType`.
    #[serde(rename = "resourceType")]
    pub kind: String,
    /// `id`, if the text has one.
    #[serde(default)]
    pub id: Option<String>,
}

/// A text that is no resource.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot read the resource: {reason}; send a JSON object with a resourceType")]
pub struct HeadError {
    reason: String,
}

impl HeadError {
    /// Stable name of the error, for answers, logs and metrics.
    pub fn code(&self) -> &'static str {
        "not-a-resource"
    }
}

impl Head {
    /// Reads the head of a resource. O(n), without building a tree. Neither type nor id is checked; see
    /// [`crate::validate`].
    ///
    /// # Errors
    /// [`HeadError`] if the text is not a JSON object with a string `resourceType`.
    pub fn read(json: &str) -> Result<Self, HeadError> {
        serde_json::from_str(json).map_err(|error| HeadError { reason: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_is_read_or_refused() {
        let head = Head::read(r#"{"a":[1.10],"resourceType":"Patient","id":"p"}"#).unwrap();
        assert_eq!((head.kind.as_str(), head.id.as_deref()), ("Patient", Some("p")));
        for bad in [
            "[]",
            "{}",
            "{\"resourceType\":1}",
            "{\"resourceType\":\"Patient\"",
            "{\"resourceType\":\"Patient\",\"id\":5}",
        ] {
            assert_eq!(Head::read(bad).unwrap_err().code(), "not-a-resource", "{bad}");
        }
    }
}
