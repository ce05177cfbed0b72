//! Query strings and forms, and what in them is not part of the search itself.

use holdfast_clinical::url::parse_pairs;

use crate::error::RequestError;

/// A query's pairs, with those about paging and presentation set apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Asked {
    /// What is searched for, `_count` included, in the order given.
    pub(crate) pairs: Vec<(String, String)>,
    /// `_format` and `_pretty`.
    pub(crate) form: Vec<(String, String)>,
    /// `_cursor`.
    pub(crate) cursor: Option<String>,
    /// `-everywhere=true`, a parameter of this server's own: ask head office even if something is found here.
    pub(crate) everywhere: bool,
    /// The address of this server, as the client knows it: references below it mean resources of these records.
    pub(crate) base: Option<String>,
}

impl Asked {
    /// Reads one or several query strings.
    ///
    /// # Errors
    /// [`RequestError::BadQuery`].
    pub(crate) fn read(texts: &[&str]) -> Result<Self, RequestError> {
        let mut asked = Self::default();
        for text in texts {
            for (name, value) in parse_pairs(text).map_err(|reason| RequestError::BadQuery { reason })? {
                asked.take(name, value);
            }
        }
        Ok(asked)
    }

    /// Takes one more parameter in.
    pub(crate) fn take(&mut self, name: String, value: String) {
        match name.as_str() {
            "_cursor" => self.cursor = Some(value),
            "-everywhere" => self.everywhere = value == "true",
            // Carried out by the edge; links of pages ask for it again.
            "_format" | "_pretty" => self.form.push((name, value)),
            _ => self.pairs.push((name, value)),
        }
    }

    /// The same, asked of a server at this address.
    #[must_use]
    pub(crate) fn at(mut self, base: &str) -> Self {
        self.base = Some(base.to_owned());
        self
    }

    /// The search alone, in one form: what a cursor is bound to.
    pub(crate) fn canonical(&self) -> String {
        let search = self.pairs.iter().filter(|(name, _)| name != "_count");
        search
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect::<Vec<_>>()
            .join("&")
    }

    /// The query string of the page at `cursor`, or of this one.
    pub(crate) fn link(&self, cursor: Option<&str>) -> String {
        let cursor = cursor.map(|cursor| ("_cursor", cursor));
        let own = self.pairs.iter().chain(&self.form);
        let pairs = own.map(|(name, value)| (name.as_str(), value.as_str())).chain(cursor);
        pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
    }
}

/// Percent-encodes everything that is not unreserved (RFC 3986 §2.3).
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&format!("{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_repeat_the_search() {
        let asked =
            Asked::read(&["name=O%27Hara+x&_count=2&_cursor=abc", "_format=json&identifier=s|1"]).unwrap();
        assert_eq!(asked.cursor.as_deref(), Some("abc"));
        assert_eq!(asked.canonical(), "name=O%27Hara%20x&identifier=s%7C1");
        assert_eq!(
            asked.link(Some("d-e")),
            "name=O%27Hara%20x&_count=2&identifier=s%7C1&_format=json&_cursor=d-e"
        );
    }
}
