//! What is wrong with what the replicas show. No network, no clock: each check has a must-fail control in the tests.

use super::picture::{Picture, Seen};
use super::plan::{DELETED, Outcome, Rivals};
use crate::checker::{Acked, Verdict, verify};
use anyhow::Result;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The tag of a resource in conflict.
const TAG: &str = "\"urn:holdfast:tag\"";

/// Acknowledged writes that are nowhere in a replica.
///
/// # Errors
/// The replica's answers are no JSON.
pub(super) fn lost(acked: &[Acked], picture: &Picture) -> Result<Verdict> {
    verify(acked, |entity| Ok(picture.seen.get(entity).map(texts).unwrap_or_default()))
}

/// Every text of a resource in which a write may live.
fn texts(seen: &Seen) -> Vec<String> {
    let mut all = seen.history.clone();
    match seen.status {
        200 => all.push(seen.body.clone()),
        410 => all.push(format!("{{\"resourceType\":\"\",\"{DELETED}\":\"{DELETED}\"}}")),
        _ => {}
    }
    if !seen.conflicts.is_empty() {
        all.push(seen.conflicts.clone());
    }
    all
}

/// Resources that any of the replicas lacks or shows otherwise, conflicts included.
pub(super) fn differing(pictures: &[Picture]) -> BTreeSet<String> {
    let Some((first, others)) = pictures.split_first() else { return BTreeSet::new() };
    let mut differ = BTreeSet::new();
    for other in others {
        let names: BTreeSet<&String> = first.seen.keys().chain(other.seen.keys()).collect();
        let shown = |picture: &Picture, name: &str| {
            picture.seen.get(name).map(|seen| (seen.status, seen.body.clone(), seen.conflicts.clone()))
        };
        let unequal = |name: &&String| {
            let (here, there) = (shown(first, name), shown(other, name));
            here != there || here.is_none_or(|(status, _, _)| status == 404)
        };
        differ.extend(names.into_iter().filter(unequal).cloned());
        let lists = first.listed.symmetric_difference(&other.listed);
        differ.extend(lists.map(|(entity, _, _)| entity.clone()));
    }
    differ
}

/// Conflicts that a replica does not show in full, and those that it shows and nobody made. A line each.
pub(super) fn hidden(rivals: &[Rivals], picture: &Picture) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut expected = BTreeSet::new();
    for one in rivals {
        expected.insert((one.entity.as_str(), one.element));
        if let Some(why) = not_shown(one, picture) {
            wrong.push(format!("{}: {} of {}: {why}", picture.name, one.element, one.entity));
        }
    }
    for (entity, element, _) in &picture.listed {
        if !expected.contains(&(entity.as_str(), element.as_str())) {
            wrong.push(format!(
                "{}: {element} of {entity} is in conflict and nobody made it so",
                picture.name
            ));
        }
    }
    wrong
}

/// Why one conflict does not count as shown.
fn not_shown(rivals: &Rivals, picture: &Picture) -> Option<String> {
    let count = rivals.markers.len() as u64;
    let listed = (rivals.entity.clone(), rivals.element.to_owned(), count);
    if !picture.listed.contains(&listed) {
        return Some(format!("it is not in the list with {count} values"));
    }
    let Some(seen) = picture.seen.get(&rivals.entity) else { return Some("the resource is missing".into()) };
    if !seen.body.contains(TAG) {
        return Some("the resource bears no tag".into());
    }
    let shown: Value = serde_json::from_str(&seen.conflicts).unwrap_or_default();
    let elements = shown["conflicts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let element = elements.iter().find(|one| one["element"] == rivals.element);
    let values = element.and_then(|one| one["values"].as_array()).map(Vec::as_slice).unwrap_or_default();
    if values.len() as u64 != count {
        return Some(format!("{} values are shown", values.len()));
    }
    rivals.markers.iter().find_map(|(side, marker)| {
        let own = values.iter().find(|value| value["value"].to_string().contains(marker.as_str()));
        match own {
            None => Some(format!("the value of {} is hidden", side.name())),
            Some(value) if value["author"] != side.author() => {
                Some(format!("the value of {} is said to be by {}", side.name(), value["author"]))
            }
            Some(value) if value["atMs"].as_u64().is_none_or(|at| at == 0) => {
                Some(format!("the value of {} has no time", side.name()))
            }
            Some(_) => None,
        }
    })
}

/// Elements that do not show the last value written though nobody wrote against it, deletions that are none, and
/// deleted resources that are back. A line each.
pub(super) fn decided(outcome: &Outcome, picture: &Picture) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut parsed: BTreeMap<&str, Value> = BTreeMap::new();
    for ((entity, element), marker) in &outcome.values {
        let current = parsed.entry(entity).or_insert_with(|| {
            let body = picture.seen.get(entity).filter(|seen| seen.status == 200).map(|seen| &seen.body);
            body.and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default()
        });
        if !current[element].to_string().contains(marker.as_str()) {
            wrong.push(format!("{}: {element} of {entity} does not show {marker}", picture.name));
        }
    }
    for entity in &outcome.deleted {
        if picture.seen.get(entity).is_none_or(|seen| seen.status != 410) {
            wrong.push(format!("{}: {entity} is not gone", picture.name));
        }
    }
    wrong
}
