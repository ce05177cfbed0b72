//! Whether what was refused had to be refused: checked anew, not believed.

use super::json::Json;
use super::receipts::Refused;
use super::world::World;
use crate::data;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::path::Path;

/// What R4 demands of the members of that name, where published data lacks it: every item of a questionnaire has a
/// linkId, every narrative a div.
const DEMANDED: [(&str, &str); 2] = [("item", "linkId"), ("text", "div")];

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
            "signed" => signed(&refused.text, line, world),
            "invalid-resource" => {
                invalid(&refused.text, entry.and_then(|e| e.get("resource")).unwrap_or(line))
            }
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

/// A resource that lacks what R4 demands.
fn invalid(text: &str, resource: &Json<'_>) -> Option<String> {
    let is_said = |part: &str| text.contains(&format!("{part} is missing"));
    let (member, part) = DEMANDED.into_iter().find(|(member, part)| {
        is_said(part) && any(resource, &mut |name, json| name == *member && lacks(json, part))
    })?;
    Some(format!("one {member} has no {part}, which R4 demands"))
}

/// Whether the object, or one of the array's, has no such member.
fn lacks(json: &Json<'_>, part: &str) -> bool {
    match json {
        Json::Array(items) => items.iter().any(|item| lacks(item, part)),
        Json::Object(members) => !members.iter().any(|(name, _)| name == part),
        _ => false,
    }
}

/// Whether any member, however deep, is such.
fn any(json: &Json<'_>, is_such: &mut dyn FnMut(&str, &Json<'_>) -> bool) -> bool {
    match json {
        Json::Array(items) => items.iter().any(|item| any(item, is_such)),
        Json::Object(members) => {
            members.iter().any(|(name, value)| is_such(name, value) || any(value, is_such))
        }
        _ => false,
    }
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

/// A signed note under the id of another one that is signed and says something else: the words of a note do not change.
fn signed(text: &str, line: &Json<'_>, world: &World) -> Option<String> {
    let path = text.split(' ').find(|word| word.starts_with("Composition/"))?;
    let (name, _) = path.rsplit_once('.')?;
    let differs = |resource: &Json<'_>| {
        let is_it = resource.text_of("resourceType") == Some("Composition")
            && name.strip_prefix("Composition/") == resource.text_of("id");
        if is_it { world.signed_otherwise(name, resource) } else { None }
    };
    let carried = line.items_of("entry").iter().filter_map(|entry| entry.get("resource"));
    let element = differs(line).or_else(|| carried.into_iter().find_map(differs))?;
    Some(format!("a signed note of that id has another {element}"))
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

#[cfg(test)]
mod tests {
    use super::super::receipts::Receipt;
    use super::*;

    #[test]
    fn an_invalid_resource_is_looked_at_again() {
        let item = r#"{"resourceType":"Questionnaire","item":[{"linkId":"1","item":[{"text":"a"}]}]}"#;
        let whole =
            r#"{"resourceType":"Questionnaire","item":[{"linkId":"1","text":"a"}],"text":{"div":"b"}}"#;
        for (json, text, expected) in [
            (item, "linkId is missing; add it (string)", true),
            (item, "div is missing; add it (xhtml)", false),
            (whole, "linkId is missing; add it (string)", false),
            (r#"{"text":{"status":"generated"}}"#, "div is missing; add it (xhtml)", true),
        ] {
            let found = invalid(text, &Json::parse(json).unwrap());
            assert_eq!(found.is_some(), expected, "{json} {text}");
        }
    }

    #[test]
    fn a_signed_note_that_comes_again_is_looked_at_again() {
        let line = |status: &str, title: &str| {
            format!(r#"{{"resourceType":"Composition","id":"n","status":"{status}","title":"{title}"}}"#)
        };
        let text = "Composition/n.title stays as it was signed; withdraw it";
        for (held, comes, expected) in [
            (line("final", "a"), line("final", "b"), true),
            (line("final", "a"), line("final", "a"), false),
            (line("preliminary", "a"), line("final", "b"), false),
        ] {
            let mut world = World::default();
            let stored = vec![Some("Composition/n".to_owned())];
            let receipt = Receipt { file: String::new(), line: 0, stored, whole: None, refused: Vec::new() };
            world.take(0, &Json::parse(&held).unwrap(), &receipt);
            assert_eq!(
                signed(text, &Json::parse(&comes).unwrap(), &world).is_some(),
                expected,
                "{held} {comes}"
            );
        }
        assert!(signed(text, &Json::parse(&line("final", "b")).unwrap(), &World::default()).is_none());
    }
}
