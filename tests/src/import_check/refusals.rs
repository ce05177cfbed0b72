//! Whether what was refused had to be refused: checked anew, not believed.

use super::json::Json;
use super::receipts::Refused;
use super::world::World;
use crate::data;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::path::Path;

/// What a refusal can be checked against.
pub(super) struct Judge {
    /// The resource types of R4, from its JSON schema.
    types: BTreeSet<String>,
}

impl Judge {
    pub(super) fn load(data: &Path) -> Result<Self> {
        let file = data.join("fhir-r4/fhir.schema.json.zst");
        let text: String = data::lines(&file)?.collect::<Result<Vec<_>>>()?.join("\n");
        let schema = Json::parse(&text).context("the schema of R4 is no JSON")?;
        let mapping = schema.get("discriminator").and_then(|found| found.get("mapping"));
        let Some(Json::Object(types)) = mapping else {
            anyhow::bail!("the schema of R4 names no resource types")
        };
        Ok(Self { types: types.iter().map(|(name, _)| name.to_string()).collect() })
    }

    /// Why the refusal is right; `None` if it is not explained.
    pub(super) fn explain(&self, refused: &Refused, line: &Json<'_>, world: &World) -> Option<String> {
        let entry = refused.entry.and_then(|at| line.items_of("entry").get(at));
        if let Some(entry) = entry
            && entry.get("resource").is_none()
        {
            let method =
                entry.get("request").and_then(|request| request.text_of("method")).unwrap_or("nothing");
            return Some(format!("the entry carries no resource (it asks to {method})"));
        }
        match refused.code.as_str() {
            "bundle-bad-url" => operation(line),
            "bundle-unresolved-reference" => unresolved(&refused.text, line),
            "bundle-no-match" => no_match(&refused.text, line, world),
            "bundle-many-matches" => many_match(&refused.text, world),
            "unknown-type" | "bundle-bad-entry" => self.wrong_type(&refused.text, line),
            _ => None,
        }
    }

    fn wrong_type(&self, text: &str, line: &Json<'_>) -> Option<String> {
        let kind = quoted(text).find(|word| !self.types.contains(*word))?;
        let kinds =
            line.items_of("entry").iter().filter_map(|entry| entry.get("resource")?.text_of("resourceType"));
        let is_there =
            line.text_of("resourceType") == Some(kind) || kinds.into_iter().any(|found| found == kind);
        is_there.then(|| format!("R4 has no resource type {kind}"))
    }
}

/// A server need not offer an operation, and a transaction that asks for one cannot be carried out in part.
fn operation(line: &Json<'_>) -> Option<String> {
    let urls = line.items_of("entry").iter().filter_map(|entry| entry.get("request")?.text_of("url"));
    let asked = urls.into_iter().find(|url| url.contains('$'))?;
    Some(format!("the bundle asks for the operation {asked}, which is not offered"))
}

/// What stands in quotes in a message.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

fn unresolved(text: &str, line: &Json<'_>) -> Option<String> {
    let reference = quoted(text).find(|word| word.starts_with("urn:"))?;
    let same = |full_url: &str| full_url.eq_ignore_ascii_case(reference);
    let is_carried = line.items_of("entry").iter().any(|entry| entry.text_of("fullUrl").is_some_and(same));
    (!is_carried && holds(line, reference)).then(|| format!("no entry of the bundle is {reference}"))
}

fn no_match(text: &str, line: &Json<'_>, world: &World) -> Option<String> {
    let condition = quoted(text).find(|word| word.contains('?'))?;
    (world.named_by(condition).is_empty() && holds(line, condition))
        .then(|| format!("nothing is {condition}"))
}

fn many_match(text: &str, world: &World) -> Option<String> {
    let condition = quoted(text).find(|word| word.contains('?'))?;
    let found = world.named_by(condition).len();
    (found > 1).then(|| format!("{found} resources are {condition}"))
}

/// Whether the text stands anywhere in the line.
fn holds(json: &Json<'_>, text: &str) -> bool {
    match json {
        Json::String(found) => found == text,
        Json::Array(items) => items.iter().any(|item| holds(item, text)),
        Json::Object(members) => members.iter().any(|(_, value)| holds(value, text)),
        _ => false,
    }
}
