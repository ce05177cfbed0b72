//! Making a transaction of a bundle that only carries resources, byte for byte.

use std::collections::BTreeMap;

use holdfast_clinical::resource::Head;
use holdfast_clinical::types::{is_id, is_resource_type};

use super::job::{Entry, Write, write};

/// A transaction and what it is made of.
#[derive(Debug, Default)]
pub(super) struct Emitted {
    pub(super) text: String,
    /// For each entry of the transaction: which entry of the original it is. The bundle itself is `usize::MAX`.
    pub(super) entries: Vec<usize>,
    pub(super) writes: Vec<Write>,
}

/// The place of the bundle itself among [`Emitted::entries`].
pub(super) const WHOLE: usize = usize::MAX;

type Wrong = (&'static str, String);

/// A transaction that puts each resource under its own id. `whole` is the bundle itself with its id, if it is to be
/// kept too.
///
/// # Errors
/// Code and text for the first entry at fault.
pub(super) fn transaction(entries: &[Entry<'_>], whole: Option<(&str, &str)>) -> Result<Emitted, Wrong> {
    let mut out = Emitted {
        text: r#"{"resourceType":"Bundle","type":"transaction","entry":["#.to_owned(),
        ..Emitted::default()
    };
    let mut last_by_name = BTreeMap::new();
    let mut parts = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let Some(part) = Part::of(at, entry)? else { continue };
        if let Some(earlier) = last_by_name.insert(part.name.clone(), parts.len()) {
            // One resource twice, as in a search that includes it under two hits: the later one counts.
            parts[earlier] = None;
        }
        parts.push(Some(part));
    }
    for part in parts.into_iter().flatten() {
        part.emit(&mut out);
    }
    if let Some((text, id)) = whole.filter(|(_, id)| is_id(id)) {
        Part::put(WHOLE, None, "Bundle", id, text.to_owned()).emit(&mut out);
    }
    out.text.push_str("]}");
    Ok(out)
}

/// One entry of the transaction.
struct Part {
    at: usize,
    full_url: Option<String>,
    method: &'static str,
    url: String,
    /// By which two entries for one resource are known.
    name: String,
    resource: String,
}

impl Part {
    fn of(at: usize, entry: &Entry<'_>) -> Result<Option<Self>, Wrong> {
        let bad = |reason: &str| {
            ("bundle-bad-entry", format!("cannot import Bundle.entry[{at}]: {reason}; correct the entry"))
        };
        let Some(resource) = entry.resource else { return Err(bad("it has no resource")) };
        let text = resource.get();
        let head = Head::read(text).map_err(|_| bad("its resource has no resourceType"))?;
        if !is_resource_type(&head.kind) {
            return Err(bad(&format!("R4 has no resource type \"{}\"", head.kind)));
        }
        if head.kind == "OperationOutcome" && head.id.is_none() {
            // Says how a search went; it is nobody's record.
            return Ok(None);
        }
        let full_url = entry.full_url.clone();
        let from_url = full_url.as_deref().and_then(|url| id_in(url, &head.kind)).map(str::to_owned);
        let part = match (head.id, from_url) {
            (Some(id), _) if !is_id(&id) => return Err(bad("its resource's id is not a FHIR id")),
            (Some(id), _) => Self::put(at, full_url, &head.kind, &id, text.to_owned()),
            (None, Some(id)) => Self::put(at, full_url, &head.kind, &id, with_id(text, &id)),
            (None, None) if full_url.as_deref().is_some_and(|url| url.starts_with("urn:uuid:")) => {
                // The API stores it under the UUID, so that importing again changes nothing.
                let name = full_url.clone().unwrap_or_default();
                Self { at, full_url, method: "POST", url: head.kind, name, resource: text.to_owned() }
            }
            (None, None) => {
                let id = id_of_content(text);
                Self::put(at, full_url, &head.kind, &id, with_id(text, &id))
            }
        };
        Ok(Some(part))
    }

    fn put(at: usize, full_url: Option<String>, kind: &str, id: &str, resource: String) -> Self {
        let url = format!("{kind}/{id}");
        Self { at, full_url, method: "PUT", name: url.clone(), url, resource }
    }

    fn emit(self, out: &mut Emitted) {
        if !out.entries.is_empty() {
            out.text.push(',');
        }
        out.entries.push(self.at);
        out.writes.push(write(&self.name, &self.resource));
        out.text.push('{');
        if let Some(url) = &self.full_url {
            out.text.push_str("\"fullUrl\":");
            out.text.push_str(&serde_json::Value::from(url.as_str()).to_string());
            out.text.push(',');
        }
        out.text.push_str("\"resource\":");
        out.text.push_str(&self.resource);
        out.text
            .push_str(&format!(",\"request\":{{\"method\":\"{}\",\"url\":\"{}\"}}}}", self.method, self.url));
    }
}

/// The id in `http://server/fhir/Type/id`.
fn id_in<'u>(full_url: &'u str, kind: &str) -> Option<&'u str> {
    let path = full_url.strip_prefix("https://").or(full_url.strip_prefix("http://"))?;
    let (rest, id) = path.rsplit_once('/')?;
    (rest.rsplit_once('/')?.1 == kind && is_id(id)).then_some(id)
}

/// The resource with an id, which it must not have yet; every other byte as it was.
pub(super) fn with_id(text: &str, id: &str) -> String {
    let inside = text.trim_start().strip_prefix('{').unwrap_or(text).trim_start();
    let comma = if inside.starts_with('}') { "" } else { "," };
    format!("{{\"id\":\"{id}\"{comma}{inside}")
}

/// An id that the same content always gets.
pub(super) fn id_of_content(text: &str) -> String {
    let hash = blake3::derive_key("holdfast 2026 import id of a resource without one", text.as_bytes());
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("import-{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emitted(entries: &str) -> Emitted {
        let entries: Vec<Entry<'_>> = serde_json::from_str(entries).unwrap();
        transaction(&entries, None).unwrap()
    }

    #[test]
    fn entries_are_put_under_their_ids_byte_for_byte() {
        let made = emitted(
            r#"[{"fullUrl":"http://x/Patient/a","resource":{"resourceType":"Patient","id":"a","y":1.50}},
                {"fullUrl":"http://x/Patient/b","resource":{"resourceType":"Patient"}},
                {"fullUrl":"urn:uuid:c","resource":{"resourceType":"Patient"}},
                {"resource":{"resourceType":"OperationOutcome","issue":[]}}]"#,
        );
        let bundle: serde_json::Value = serde_json::from_str(&made.text).unwrap();
        let requests: Vec<String> =
            bundle["entry"].as_array().unwrap().iter().map(|e| e["request"].to_string()).collect();
        assert_eq!(
            requests,
            [
                r#"{"method":"PUT","url":"Patient/a"}"#,
                r#"{"method":"PUT","url":"Patient/b"}"#,
                r#"{"method":"POST","url":"Patient"}"#
            ]
        );
        assert!(made.text.contains(r#"{"resourceType":"Patient","id":"a","y":1.50}"#));
        assert_eq!(bundle["entry"][1]["resource"]["id"], "b");
        assert_eq!(made.entries, [0, 1, 2]);
    }

    #[test]
    fn later_of_two_entries_for_one_resource_counts() {
        let made = emitted(
            r#"[{"resource":{"resourceType":"Patient","id":"a","y":1}},{"resource":{"resourceType":"Patient","id":"a","y":2}}]"#,
        );
        assert_eq!(made.entries, [1]);
    }

    #[test]
    fn id_goes_into_any_object() {
        assert_eq!(with_id("{\"a\":1}", "x"), "{\"id\":\"x\",\"a\":1}");
        assert_eq!(with_id(" { }", "x"), "{\"id\":\"x\"}");
    }
}
