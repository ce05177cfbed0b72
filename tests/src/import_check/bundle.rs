//! What the references of one bundle stand for, by the rules of FHIR alone
//! (<https://hl7.org/fhir/R4/bundle.html#references>).

use std::collections::BTreeMap;

/// `fullUrl` in normal form → where that entry is now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Targets(BTreeMap<String, String>);

impl Targets {
    pub(super) fn add(&mut self, full_url: &str, stored: &str) {
        self.0.insert(normal(full_url), stored.to_owned());
    }

    /// What a reference stands for, written in an entry with this `fullUrl`; `None` if it names no entry.
    pub(super) fn of(&self, reference: &str, within: Option<&str>) -> Option<String> {
        let (path, fragment) = match reference.split_once('#') {
            Some((path, fragment)) => (path, format!("#{fragment}")),
            None => (reference, String::new()),
        };
        let (path, version) = match path.split_once("/_history/") {
            Some((path, version)) => (path, format!("/_history/{version}")),
            None => (path, String::new()),
        };
        let absolute = || Some(format!("{}/{path}", base(within?)?));
        let stored = self.0.get(&normal(path)).or_else(|| self.0.get(&normal(&absolute()?)))?;
        Some(format!("{stored}{version}{fragment}"))
    }
}

/// `urn:` URLs compare without regard to case.
fn normal(url: &str) -> String {
    if url.len() > 4 && url[..4].eq_ignore_ascii_case("urn:") {
        url.to_ascii_lowercase()
    } else {
        url.to_owned()
    }
}

/// `http://server/fhir` of `http://server/fhir/Patient/1`.
fn base(full_url: &str) -> Option<&str> {
    if !full_url.starts_with("http") {
        return None;
    }
    let (rest, _id) = full_url.rsplit_once('/')?;
    Some(rest.rsplit_once('/')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_by_full_url_and_by_base() {
        let mut targets = Targets::default();
        targets.add("urn:uuid:AB", "Patient/ab");
        targets.add("http://x/fhir/Patient/1", "Patient/1");
        let within = Some("http://x/fhir/Observation/2");
        for (reference, within, expected) in [
            ("urn:uuid:ab", None, Some("Patient/ab")),
            ("http://x/fhir/Patient/1", None, Some("Patient/1")),
            ("Patient/1", within, Some("Patient/1")),
            ("Patient/1/_history/3", within, Some("Patient/1/_history/3")),
            ("Patient/1#a", within, Some("Patient/1#a")),
            ("Patient/1", Some("http://y/Observation/2"), None),
            ("Patient/1", None, None),
            ("#a", within, None),
        ] {
            assert_eq!(targets.of(reference, within).as_deref(), expected, "{reference}");
        }
    }
}
