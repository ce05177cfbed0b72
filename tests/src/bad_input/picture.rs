//! What the node holds, seen through its API: if it is the same before and after, nothing was stored, not even in part.

use super::node::Node;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the node holds, in short: any save, deletion or conflict of any resource is the newest of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Newest(String);

/// What it holds, type by type: how many there are and the newest of the type's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whole(BTreeMap<String, (u64, String)>);

/// # Errors
/// The node does not answer.
pub(super) fn newest(node: &Node) -> Result<Newest> {
    Ok(Newest(newest_of(node, "/fhir/_history")?))
}

/// Every type that the node says it has. Some 300 requests.
///
/// # Errors
/// The node does not answer.
pub(super) fn whole(node: &Node) -> Result<Whole> {
    let said: Value = serde_json::from_str(&node.send("GET", "/fhir/metadata", None)?.text())
        .context("the node's CapabilityStatement is no JSON")?;
    let types = said["rest"][0]["resource"].as_array().context("the node says no types")?;
    let mut all = BTreeMap::new();
    for kind in types.iter().filter_map(|one| one["type"].as_str()) {
        let newest = newest_of(node, &format!("/fhir/{kind}/_history"))?;
        // Events are told of every request, these included: what is stored of them is in their history.
        if kind == "AuditEvent" {
            all.insert(kind.to_owned(), (0, newest));
            continue;
        }
        let counted = node.send("GET", &format!("/fhir/{kind}?_summary=count"), None)?.text();
        let counted: Value = serde_json::from_str(&counted).unwrap_or_default();
        let count =
            counted["total"].as_u64().with_context(|| format!("{kind} cannot be counted: {counted}"))?;
        all.insert(kind.to_owned(), (count, newest));
    }
    Ok(Whole(all))
}

fn newest_of(node: &Node, history: &str) -> Result<String> {
    let page: Value = serde_json::from_str(&node.send("GET", &format!("{history}?_count=1"), None)?.text())
        .with_context(|| format!("{history} is no JSON"))?;
    Ok(page["entry"].to_string())
}

impl Whole {
    /// How many types differ.
    pub(super) fn differs(&self, other: &Self) -> Vec<String> {
        let changed = self.0.iter().filter(|(kind, held)| other.0.get(*kind) != Some(held));
        changed.map(|(kind, _)| kind.clone()).collect()
    }
}
