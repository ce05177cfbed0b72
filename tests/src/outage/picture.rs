//! What one replica shows, read over HTTP as a client would.

use super::fleet::Access;
use super::http::Client;
use super::write::told;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The most that one page of conflicts or of history holds.
const PAGE: usize = 500;

/// One resource as a replica shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// 200, 410 (deleted) or 404.
    pub(super) status: u16,
    /// The whole resource, byte for byte.
    pub(super) body: String,
    /// What `/api/conflicts/TYPE/ID` answers, but for where from here each value was made; empty if the resource is not in
    /// conflict.
    pub(super) conflicts: String,
    /// Every version kept, as JSON; asked for where the current one cannot hold every write.
    pub(super) history: Vec<String>,
}

/// Everything one replica shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) name: String,
    pub(super) seen: BTreeMap<String, Seen>,
    /// `(Type/id, element, values)` of `/api/conflicts`.
    pub(super) listed: BTreeSet<(String, String, u64)>,
}

impl Picture {
    /// Reads these resources, with so many clients at a time.
    ///
    /// # Errors
    /// The replica fails; a resource that it does not have is no error.
    pub(super) fn take(access: &Access, entities: &BTreeSet<String>, clients: usize) -> Result<Self> {
        let listed = list(&mut access.client()?)?;
        let in_conflict: BTreeSet<&str> = listed.iter().map(|(entity, _, _)| entity.as_str()).collect();
        let names: Vec<&String> = entities.iter().collect();
        let share = names.len().div_ceil(clients.max(1)).max(1);
        let parts = std::thread::scope(|scope| {
            let all: Vec<_> = names
                .chunks(share)
                .map(|mine| {
                    let in_conflict = &in_conflict;
                    scope.spawn(move || {
                        let mut client = access.client()?;
                        let read = |name: &&String| {
                            let seen = look(&mut client, name, in_conflict.contains(name.as_str()))?;
                            Ok(((*name).clone(), seen))
                        };
                        mine.iter().map(read).collect::<Result<Vec<_>>>()
                    })
                })
                .collect();
            let joined = all.into_iter().map(|one| one.join().map_err(|_| anyhow!("a reader panicked"))?);
            joined.collect::<Result<Vec<_>>>()
        });
        let parts = parts.with_context(|| format!("cannot read {}", access.name))?;
        let seen = parts.into_iter().flatten().collect();
        Ok(Self { name: access.name.to_owned(), seen, listed })
    }
}

fn look(client: &mut Client, entity: &str, is_in_conflict: bool) -> Result<Seen> {
    let current = client.get(&format!("/fhir/{entity}"))?;
    let mut seen = Seen { status: current.status, body: current.body, ..Seen::default() };
    match seen.status {
        200 | 410 => {}
        404 => return Ok(seen),
        _ => bail!("{entity}: {} {}", seen.status, seen.body),
    }
    if is_in_conflict {
        let shown = client.get(&format!("/api/conflicts/{entity}"))?;
        if shown.status != 200 {
            bail!("the conflicts of {entity}: {}", told(&shown));
        }
        seen.conflicts = without_places(&shown.body)?;
    }
    // A resource that is only ever created says all there is to know in its current version.
    if entity.starts_with("Patient/") || seen.status == 410 {
        seen.history = history(client, entity)?;
    }
    Ok(seen)
}

/// The values' places differ by design: what was made here was made elsewhere for everybody else.
fn without_places(body: &str) -> Result<String> {
    let mut shown: Value = serde_json::from_str(body)?;
    let conflicts = shown["conflicts"].as_array_mut().into_iter().flatten();
    for value in conflicts.filter_map(|one| one["values"].as_array_mut()).flatten() {
        if let Some(value) = value.as_object_mut() {
            value.remove("place");
            value.remove("replica");
        }
    }
    Ok(shown.to_string())
}

fn history(client: &mut Client, entity: &str) -> Result<Vec<String>> {
    let answer = client.get(&format!("/fhir/{entity}/_history?_count={PAGE}"))?;
    if answer.status != 200 {
        bail!("the history of {entity}: {}", told(&answer));
    }
    let bundle: Value = serde_json::from_str(&answer.body)?;
    let entries = bundle["entry"].as_array().map(Vec::as_slice).unwrap_or_default();
    if bundle["total"].as_u64() != Some(entries.len() as u64) {
        bail!("the history of {entity} is longer than a page; use more patients for so many edits");
    }
    let versions = entries.iter().filter_map(|entry| entry.get("resource"));
    Ok(versions.map(Value::to_string).collect())
}

fn list(client: &mut Client) -> Result<BTreeSet<(String, String, u64)>> {
    let (mut all, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let answer = client.get(&format!("/api/conflicts?count={PAGE}{cursor}"))?;
        if answer.status != 200 {
            bail!("the list of conflicts: {}", told(&answer));
        }
        let page: Value = serde_json::from_str(&answer.body)?;
        for one in page["conflicts"].as_array().context("no list of conflicts")? {
            let text = |name: &str| one[name].as_str().unwrap_or_default();
            let entity = format!("{}/{}", text("type"), text("id"));
            all.insert((entity, text("element").to_owned(), one["values"].as_u64().unwrap_or(0)));
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(all),
        }
    }
}
