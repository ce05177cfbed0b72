//! Which line and entry says last what each resource should be.

use super::bundle::Targets;
use super::json::Json;
use super::receipts::{Receipt, Refused};
use std::collections::{BTreeMap, BTreeSet};

/// A line of all sets, and an entry of it (0 for a single resource).
pub(super) type Place = (usize, usize);
/// The entry number of the bundle itself, where it is kept as a record.
pub(super) const WHOLE: usize = usize::MAX;

/// Everything that should be in the node.
#[derive(Debug, Default)]
pub(super) struct World {
    /// `Type/id` → who says what it is.
    pub(super) owners: BTreeMap<String, Place>,
    /// `Type?identifier=system|value` → who has it.
    identifiers: BTreeMap<String, BTreeSet<String>>,
    /// Resources that were deleted and not written again.
    pub(super) deleted: BTreeSet<String>,
    /// Signed notes, each by its elements.
    signed: BTreeMap<String, BTreeMap<String, String>>,
}

/// What became of one line, counted.
#[derive(Debug, Default, Clone)]
pub(super) struct LineFate {
    /// Resources that the line carries.
    pub(super) carried: u64,
    pub(super) stored: u64,
    /// Said again by a later entry of the same bundle, or found by `ifNoneExist`.
    pub(super) superseded: u64,
    /// Outcomes of searches, which are nobody's record.
    pub(super) left_out: u64,
    pub(super) refused: u64,
    /// Neither stored nor refused.
    pub(super) unaccounted: Vec<String>,
}

/// Bundles that are carried out or unpacked; others are records themselves.
pub(super) fn is_unpacked(line: &Json<'_>) -> bool {
    let kinds = ["transaction", "batch", "collection", "searchset", "document", "message"];
    line.text_of("resourceType") == Some("Bundle")
        && line.text_of("type").is_some_and(|kind| kinds.contains(&kind))
}

/// `fullUrl` → where the entry is now, for the entries of one bundle.
pub(super) fn targets(line: &Json<'_>, receipt: &Receipt) -> Targets {
    let mut targets = Targets::default();
    for (at, entry) in line.items_of("entry").iter().enumerate() {
        let stored = receipt.stored.get(at).cloned().flatten().or_else(|| own_name(entry, receipt));
        if let (Some(full_url), Some(stored)) = (entry.text_of("fullUrl"), stored) {
            targets.add(full_url, &stored);
        }
    }
    targets
}

/// `Type/id` of an entry that a later one of the same bundle repeats.
fn own_name(entry: &Json<'_>, receipt: &Receipt) -> Option<String> {
    let resource = entry.get("resource")?;
    let name = format!("{}/{}", resource.text_of("resourceType")?, resource.text_of("id")?);
    receipt.stored.iter().flatten().any(|stored| *stored == name).then_some(name)
}

impl World {
    /// Takes in one line with its receipt, in the order of the import.
    pub(super) fn take(&mut self, number: usize, line: &Json<'_>, receipt: &Receipt) -> LineFate {
        let mut fate = LineFate::default();
        if !is_unpacked(line) {
            fate.carried = 1;
            match receipt.stored.first().cloned().flatten() {
                Some(stored) => self.own(stored, (number, 0), line, &mut fate),
                None if !receipt.refused.is_empty() => fate.refused = 1,
                None => fate.unaccounted.push("the resource".to_owned()),
            }
            return fate;
        }
        let entries = line.items_of("entry");
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by_key(|at| rank(&entries[*at]));
        for at in order {
            self.take_entry((number, at), &entries[at], receipt, &mut fate);
        }
        if let Some(whole) = &receipt.whole {
            self.own(whole.clone(), (number, WHOLE), line, &mut LineFate::default());
        }
        fate
    }

    fn take_entry(&mut self, place: Place, entry: &Json<'_>, receipt: &Receipt, fate: &mut LineFate) {
        let (method, url) = request(entry);
        if method == "DELETE" && is_done(receipt, place.1) {
            self.delete(url);
        }
        let Some(resource) = entry.get("resource") else { return };
        if matches!(method, "GET" | "HEAD" | "PATCH" | "DELETE") {
            return;
        }
        fate.carried += 1;
        let exists = entry.get("request").is_some_and(|request| request.get("ifNoneExist").is_some());
        match receipt.stored.get(place.1).cloned().flatten() {
            Some(stored) if exists && self.owners.contains_key(&stored) => fate.superseded += 1,
            Some(stored) => self.own(stored, place, resource, fate),
            None if !is_done(receipt, place.1) => fate.refused += 1,
            None if own_name(entry, receipt).is_some() => fate.superseded += 1,
            None if resource.text_of("resourceType") == Some("OperationOutcome") => fate.left_out += 1,
            None => fate.unaccounted.push(format!("entry {}", place.1)),
        }
    }

    fn own(&mut self, stored: String, place: Place, resource: &Json<'_>, fate: &mut LineFate) {
        fate.stored += 1;
        let kind = resource.text_of("resourceType").unwrap_or_default();
        let one = [resource.get("identifier").cloned().unwrap_or(Json::Null)];
        let identifiers = resource.items_of("identifier");
        for identifier in if identifiers.is_empty() { &one } else { identifiers } {
            let value = identifier.text_of("value").unwrap_or_default();
            let system = identifier.text_of("system").unwrap_or_default();
            for token in [format!("{system}|{value}"), value.to_owned()] {
                self.identifiers
                    .entry(format!("{kind}?identifier={token}"))
                    .or_default()
                    .insert(stored.clone());
            }
        }
        self.deleted.remove(&stored);
        let is_signed = matches!(resource.text_of("status"), Some("final" | "amended"));
        if kind == "Composition"
            && is_signed
            && let Json::Object(members) = resource
        {
            let elements = members.iter().map(|(name, value)| (name.to_string(), format!("{value:?}")));
            self.signed.insert(stored.clone(), elements.collect());
        }
        self.owners.insert(stored, place);
    }

    fn delete(&mut self, url: &str) {
        let found =
            if url.contains('?') { self.named_by(url).into_iter().next() } else { Some(url.to_owned()) };
        if let Some(name) = found
            && self.owners.remove(&name).is_some()
        {
            self.deleted.insert(name);
        }
    }

    /// An element, other than the status, in which a signed note that is held under that name differs from this one, as both were
    /// published. What a refusal names may be another one: references that a bundle resolves differ in every bundle.
    pub(super) fn signed_otherwise(&self, name: &str, note: &Json<'_>) -> Option<String> {
        let (held, Json::Object(members)) = (self.signed.get(name)?, note) else { return None };
        let differs = |(element, value): &(_, String)| held.get(element) != Some(value);
        let mut own = members.iter().map(|(element, value)| (element.to_string(), format!("{value:?}")));
        own.find(|one| one.0 != "status" && differs(one)).map(|(element, _)| element)
    }

    /// Every resource that a condition `Type?identifier=…` can mean.
    pub(super) fn named_by(&self, condition: &str) -> BTreeSet<String> {
        let plain = condition.replace("%7C", "|").replace("%3A", ":").replace("%2F", "/");
        self.identifiers.get(&plain).cloned().unwrap_or_default()
    }
}

fn request<'j>(entry: &'j Json<'_>) -> (&'j str, &'j str) {
    let request = entry.get("request");
    let member = |name| request.and_then(|request| request.text_of(name)).unwrap_or_default();
    (member("method"), member("url"))
}

/// A transaction's order: DELETE, POST, PUT (<https://hl7.org/fhir/R4/http.html#trules>).
fn rank(entry: &Json<'_>) -> u8 {
    match request(entry).0 {
        "DELETE" => 0,
        "POST" => 1,
        _ => 2,
    }
}

/// Neither the bundle nor this entry was refused.
fn is_done(receipt: &Receipt, at: usize) -> bool {
    let concerns = |refused: &Refused| refused.entry.is_none_or(|entry| entry == at);
    !receipt.refused.iter().any(concerns)
}
