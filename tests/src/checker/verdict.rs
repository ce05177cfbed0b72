//! Which acknowledged writes are nowhere.

use super::Acked;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a ledger says of one replica.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Writes looked for.
    pub checked: u64,
    /// Writes that are nowhere.
    pub lost: Vec<Acked>,
}

/// Looks for every write of a ledger in one replica.
///
/// `fetch` gets `Type/id` and returns every JSON text in which a write of it may live: the current resource, each
/// sibling of its conflicts, each version of its history; none when the replica does not know it. A whole resource
/// is searched in the element that was written, any other JSON (a sibling's bare value) as a whole. Each entity is
/// fetched once.
///
/// # Errors
/// `fetch` fails, or returns text that is no JSON.
pub fn verify(acked: &[Acked], mut fetch: impl FnMut(&str) -> Result<Vec<String>>) -> Result<Verdict> {
    let mut by_entity: BTreeMap<&str, Vec<&Acked>> = BTreeMap::new();
    for one in acked {
        by_entity.entry(&one.entity).or_default().push(one);
    }
    let mut verdict = Verdict::default();
    for (entity, writes) in by_entity {
        let texts = fetch(entity).with_context(|| format!("cannot look for the writes of {entity}"))?;
        let found = parse(&texts).with_context(|| format!("{entity} came back as no JSON"))?;
        verdict.checked += writes.len() as u64;
        verdict.lost.extend(writes.into_iter().filter(|write| !is_in(&found, write)).cloned());
    }
    Ok(verdict)
}

fn parse(texts: &[String]) -> serde_json::Result<Vec<Value>> {
    texts.iter().map(|text| serde_json::from_str(text)).collect()
}

fn is_in(found: &[Value], write: &Acked) -> bool {
    found.iter().any(|json| match json.get("resourceType") {
        Some(_) => json.get(&write.element).is_some_and(|value| holds(value, &write.marker)),
        None => holds(json, &write.marker),
    })
}

/// Whether any string, number or boolean in this JSON is the marker or contains it.
fn holds(value: &Value, marker: &str) -> bool {
    match value {
        Value::String(text) => text.contains(marker),
        Value::Array(items) => items.iter().any(|item| holds(item, marker)),
        Value::Object(members) => members.values().any(|member| holds(member, marker)),
        Value::Null => false,
        other => serde_json::to_string(other).is_ok_and(|text| text == marker),
    }
}
