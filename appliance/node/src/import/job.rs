//! From one line or file to one request.

use std::sync::Arc;

use holdfast_clinical::resource::Head;
use holdfast_clinical::types::{is_id, is_resource_type};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::outcome::{Outcome, Refusal};
use super::wrap::{Emitted, id_of_content, transaction, with_id};

/// Where a job comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Spot {
    /// Counts the lines of all files.
    pub(super) serial: u64,
    pub(super) file: Arc<str>,
    /// From 1.
    pub(super) line: u64,
    /// Bytes of all files that were read when this line was: how far the import is once it is done.
    pub(super) position: u64,
}

/// What a job writes: a hash of the resource's name, and one of its content.
pub(super) type Write = (u64, u64);

/// One request.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Job {
    pub(super) spot: Spot,
    pub(super) method: Method,
    /// Below the node's URL.
    pub(super) path: String,
    pub(super) body: String,
    /// For each entry sent: which entry of the original it is.
    pub(super) entries: Vec<usize>,
    /// Entries of the original.
    pub(super) count: usize,
    pub(super) is_bundle: bool,
    pub(super) writes: Vec<Write>,
    /// Everything before it must be done first.
    pub(super) is_barrier: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Method {
    Post,
    Put,
}

/// A job, or why there is none.
#[derive(Debug)]
pub(super) enum Prepared {
    Job(Job),
    Refused(Outcome),
}

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(rename = "type")]
    bundle_type: Option<String>,
    id: Option<String>,
    #[serde(borrow, default)]
    entry: Vec<Entry<'a>>,
}

/// An entry of a bundle, not yet checked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<'a> {
    pub(super) full_url: Option<String>,
    #[serde(borrow)]
    pub(super) resource: Option<&'a RawValue>,
    request: Option<Request>,
}

#[derive(Deserialize)]
struct Request {
    url: Option<String>,
}

/// Makes a request of a line.
pub(super) fn prepare(spot: Spot, text: String) -> Prepared {
    let head = match Head::read(&text) {
        Ok(head) => head,
        Err(error) => return refused(spot, error.code(), error.to_string()),
    };
    let made = if head.kind == "Bundle" { bundle(&spot, text) } else { resource(&spot, head, text) };
    made.map_or_else(|(code, text)| refused(spot, code, text), Prepared::Job)
}

/// A file or line that cannot be read.
pub(super) fn unreadable(spot: Spot, error: &std::io::Error) -> Outcome {
    let text = format!("cannot read it: {error}; pack or copy the file again");
    Outcome::refused(spot, 0, Refusal { entry: None, status: 0, code: "unreadable".to_owned(), text })
}

fn refused(spot: Spot, code: &str, text: String) -> Prepared {
    Prepared::Refused(Outcome::refused(
        spot,
        1,
        Refusal { entry: None, status: 0, code: code.to_owned(), text },
    ))
}

type Made = Result<Job, (&'static str, String)>;

fn bundle(spot: &Spot, text: String) -> Made {
    let bundle: Bundle<'_> = serde_json::from_str(&text)
        .map_err(|e| ("bundle-unreadable", format!("cannot read the bundle: {e}; correct it")))?;
    match bundle.bundle_type.as_deref() {
        Some("transaction" | "batch") => {
            let (count, writes) = (bundle.entry.len(), writes_of(&bundle.entry));
            Ok(job(spot, text, (0..count).collect(), count, writes))
        }
        Some("collection" | "searchset") => unpacked(spot, &bundle, None),
        // A document or message is more than its parts: it is also kept as it is, under its own id.
        Some("document" | "message") => unpacked(spot, &bundle, Some(&text)),
        // Histories and answers report what happened elsewhere: nothing in them is to be carried out.
        _ => whole(spot, bundle.id.clone(), text),
    }
}

/// A bundle that only carries resources: a transaction that puts each under its own id.
fn unpacked(spot: &Spot, bundle: &Bundle<'_>, whole: Option<&str>) -> Made {
    let Emitted { text, entries, writes } = transaction(&bundle.entry, whole.zip(bundle.id.as_deref()))?;
    if entries.is_empty() {
        return Err((
            "bundle-empty",
            "cannot import the bundle: it carries no resource; leave it out".to_owned(),
        ));
    }
    Ok(job(spot, text, entries, bundle.entry.len(), writes))
}

/// A bundle that is a record itself.
fn whole(spot: &Spot, id: Option<String>, text: String) -> Made {
    resource(spot, Head { kind: "Bundle".to_owned(), id }, text)
}

fn job(spot: &Spot, body: String, entries: Vec<usize>, count: usize, writes: Vec<Write>) -> Job {
    Job {
        spot: spot.clone(),
        method: Method::Post,
        path: "/fhir".to_owned(),
        body,
        entries,
        count,
        is_bundle: true,
        writes,
        is_barrier: false,
    }
}

/// A resource under its own id, or under one that is made of its content.
fn resource(spot: &Spot, head: Head, text: String) -> Made {
    if !is_resource_type(&head.kind) {
        let text = format!("cannot import a \"{}\": R4 has no such resource type; leave it out", head.kind);
        return Err(("unknown-type", text));
    }
    if let Some(id) = head.id.as_deref().filter(|id| !is_id(id)) {
        return Err((
            "bad-id",
            format!("cannot import {}/{id}: its id is not a FHIR id; correct it", head.kind),
        ));
    }
    let (id, body) = match head.id {
        Some(id) => (id, text),
        None => {
            let id = id_of_content(&text);
            let body = with_id(&text, &id);
            (id, body)
        }
    };
    let path = format!("/fhir/{}/{id}", head.kind);
    let writes = vec![write(&format!("{}/{id}", head.kind), &body)];
    Ok(Job { method: Method::Put, path, is_bundle: false, ..job(spot, body, vec![0], 1, writes) })
}

/// What the entries of a bundle write, as far as it is known beforehand.
fn writes_of(entries: &[Entry<'_>]) -> Vec<Write> {
    let named = |entry: &Entry<'_>| {
        let url = entry.request.as_ref().and_then(|request| request.url.clone());
        let name = match url {
            Some(url) if url.contains('/') || url.contains('?') => url,
            _ => entry.full_url.clone()?,
        };
        Some(write(&name, entry.resource.map_or("", RawValue::get)))
    };
    entries.iter().filter_map(named).collect()
}

pub(super) fn write(name: &str, content: &str) -> Write {
    let hash = |text: &str| {
        let hash = blake3::hash(text.as_bytes());
        u64::from_le_bytes(std::array::from_fn(|at| hash.as_bytes()[at]))
    };
    // `urn:uuid:U`, `Type/U` and `http://x/Type/U` all name U.
    (hash(name.rsplit(['/', ':']).next().unwrap_or(name)), hash(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> Prepared {
        prepare(Spot { serial: 0, file: "f".into(), line: 1, position: 0 }, text.to_owned())
    }

    fn made(text: &str) -> Job {
        match prepared(text) {
            Prepared::Job(job) => job,
            Prepared::Refused(outcome) => panic!("{outcome:?}"),
        }
    }

    fn code(text: &str) -> String {
        match prepared(text) {
            Prepared::Job(job) => panic!("{job:?}"),
            Prepared::Refused(outcome) => outcome.refusals[0].code.clone(),
        }
    }

    #[test]
    fn transaction_goes_as_it_is() {
        let text = r#"{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","x":1.50},"request":{"method":"POST","url":"Patient"}}]}"#;
        let job = made(text);
        assert_eq!((job.path.as_str(), job.body.as_str(), job.entries), ("/fhir", text, vec![0]));
        assert_eq!(job.writes, [write("1", r#"{"resourceType":"Patient","x":1.50}"#)]);
    }

    #[test]
    fn resource_goes_under_its_own_id_or_its_contents() {
        let job = made(r#"{"resourceType":"Patient","id":"p","x":1.50}"#);
        assert_eq!((job.method, job.path.as_str()), (Method::Put, "/fhir/Patient/p"));
        let (a, b) =
            (made(r#"{"resourceType":"Patient","x":1}"#), made(r#"{"resourceType":"Patient","x":1}"#));
        assert_eq!(a.path, b.path, "importing again changes nothing");
        assert!(a.body.contains(&format!("\"id\":\"{}\"", a.path.rsplit('/').next().unwrap())), "{}", a.body);
    }

    #[test]
    fn what_cannot_be_imported_says_why() {
        for (text, expected) in [
            ("{", "not-a-resource"),
            ("{\"resourceType\":\"Dragon\",\"id\":\"x\"}", "unknown-type"),
            ("{\"resourceType\":\"Patient\",\"id\":\"a_b\"}", "bad-id"),
            ("{\"resourceType\":\"Bundle\",\"type\":\"collection\"}", "bundle-empty"),
            ("{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{}]}", "bundle-bad-entry"),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
    }
}
