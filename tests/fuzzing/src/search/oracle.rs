//! What a search should find, worked out on each resource by the text of R4, without index, clauses or SQL. Where it cannot
//! tell (parameters it does not know, letters it cannot fold) a condition is left out: then it finds too much, and says so.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Pairs;
use super::date::Stretch;
use super::paths::{Kind, known, nodes};
use super::value::{Alternative, alternatives, displays, folded, texts, tokens};
use crate::world::{NOW_MS, Record, world};

/// Longer texts are cut in the index.
const LONGEST_TEXT: usize = 100;

/// What was found.
pub(super) struct Found {
    pub(super) ids: BTreeSet<String>,
    /// Nothing was left out.
    pub(super) is_whole: bool,
}

pub(super) fn find(kind: &str, pairs: &Pairs) -> Found {
    let of_kind = |ids: &mut BTreeSet<String>| {
        ids.extend(records(kind).map(|record| record.id.clone()));
    };
    let mut found = Found { ids: BTreeSet::new(), is_whole: true };
    of_kind(&mut found.ids);
    for (name, value) in pairs.iter().filter(|(name, _)| !is_about_form(name)) {
        match condition(kind, name, value) {
            Some(ids) => found.ids.retain(|id| ids.contains(id)),
            None => found.is_whole = false,
        }
    }
    found
}

fn is_about_form(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "_elements",
        "_format",
        "_pretty",
        "_summary",
        "_count",
        "_include",
        "_revinclude",
        "_sort",
        "_total",
    ];
    name.split(':').next().is_some_and(|name| NAMES.contains(&name))
}

fn records(kind: &str) -> impl Iterator<Item = &'static Record> {
    world().records.iter().filter(move |record| record.kind == kind)
}

/// The ids that one parameter finds.
fn condition(kind: &str, name: &str, value: &str) -> Option<BTreeSet<String>> {
    if let Some(rest) = name.strip_prefix("_has:") {
        let mut parts = rest.splitn(3, ':');
        let (source, reference, inner) = (parts.next()?, parts.next()?, parts.next()?);
        let by = condition(source, inner, value)?;
        let from = records(source).filter(|record| by.contains(&record.id));
        let links: BTreeSet<String> =
            from.map(|one| links(one, reference)).collect::<Option<Vec<_>>>()?.concat().into_iter().collect();
        return select(kind, |record| Some(links.contains(&format!("{kind}/{}", record.id))));
    }
    if let Some((reference, inner)) = name.split_once('.') {
        let (reference, to) = reference.split_once(':').unwrap_or((reference, ""));
        let (Kind::Reference(targets), _) = known(kind, reference)? else { return None };
        let to = match targets {
            [only] => only,
            _ if !to.is_empty() => to,
            _ => return None,
        };
        let there = condition(to, inner, value)?;
        return select(kind, |record| {
            let is_there =
                |link: &String| link.split_once('/').is_some_and(|(of, id)| of == to && there.contains(id));
            Some(links(record, reference)?.iter().any(is_there))
        });
    }
    plain(kind, name, value)
}

fn select(kind: &str, is_met: impl Fn(&Record) -> Option<bool>) -> Option<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for record in records(kind) {
        if is_met(record)? {
            ids.insert(record.id.clone());
        }
    }
    Some(ids)
}

fn plain(kind: &str, name: &str, value: &str) -> Option<BTreeSet<String>> {
    let (name, modifier) = name.split_once(':').unwrap_or((name, ""));
    let asked = alternatives(value);
    match name {
        "_id" => return select(kind, |record| Some(asked.iter().any(|one| one.whole() == record.id))),
        "_lastUpdated" => {
            return select(kind, |record| {
                any(&asked, |one| Stretch::of_ms(record.updated_ms)?.meets(&one.raw, NOW_MS))
            });
        }
        _ => {}
    }
    // Reads show a tag on what is in conflict, which stands in no text.
    if name == "_tag"
        && (modifier == "missing" || ["conflict", "holdfast"].iter().any(|one| value.contains(one)))
    {
        return None;
    }
    let (what, _) = known(kind, name)?;
    match (what, modifier) {
        (_, "missing") => select(kind, |record| Some(is_missing(record, name)? == (value == "true"))),
        (Kind::Token, "") => select(kind, |record| token(record, name, &asked)),
        (Kind::Token, "not") => select(kind, |record| token(record, name, &asked).map(|is_met| !is_met)),
        (Kind::Token, "text") => {
            select(kind, |record| any(&asked, |one| text_of_code(record, name, &one.whole())))
        }
        (Kind::Text, _) => {
            select(kind, |record| any(&asked, |one| text(record, name, modifier, &one.whole())))
        }
        (Kind::Date, "") => select(kind, |record| {
            let stretches: Vec<Stretch> = values(record, name)?.into_iter().filter_map(Stretch::of).collect();
            any(&asked, |one| met(&stretches, |stretch| stretch.meets(&one.raw, NOW_MS)))
        }),
        (Kind::Reference(targets), _) => {
            let targets: Vec<&str> =
                targets.iter().copied().filter(|to| modifier.is_empty() || *to == modifier).collect();
            select(kind, |record| any(&asked, |one| reference(record, name, &targets, &one.whole())))
        }
        _ => None,
    }
}

/// Whether one of them is so; `None` if that cannot be said of one.
fn any(asked: &[Alternative], is_met: impl Fn(&Alternative) -> Option<bool>) -> Option<bool> {
    met(asked, is_met)
}

fn met<T>(all: &[T], is_met: impl Fn(&T) -> Option<bool>) -> Option<bool> {
    all.iter().map(is_met).try_fold(false, |so_far, one| one.map(|one| so_far || one))
}

/// The values of a parameter, of everybody who changed the resource.
fn values<'r>(record: &'r Record, name: &str) -> Option<Vec<&'r Value>> {
    let (_, paths) = known(&record.kind, name)?;
    let all = record.texts.iter().flat_map(|text| paths.iter().flat_map(|path| nodes(text, path)));
    Some(all.collect())
}

fn is_missing(record: &Record, name: &str) -> Option<bool> {
    let (kind, _) = known(&record.kind, name)?;
    let nodes = values(record, name)?;
    let Kind::Reference(targets) = kind else {
        return Some(nodes.iter().all(|node| node.is_null()));
    };
    let to = |node: &&Value| {
        let link = node["reference"].as_str().and_then(|text| text.split_once('/'));
        link.map(|(to, _)| targets.contains(&to))
    };
    let leads: Vec<Option<bool>> = nodes.iter().map(to).collect();
    match (leads.contains(&Some(true)), leads.contains(&None)) {
        (true, _) => Some(false),
        // To what type one leads that says no more than a name, is not told.
        (false, true) => None,
        (false, false) => Some(true),
    }
}

fn token(record: &Record, name: &str, asked: &[Alternative]) -> Option<bool> {
    let nodes = values(record, name)?;
    let names_system = |one: &Alternative| one.parts.len() > 1 && !one.parts[0].is_empty();
    // R4 gives a plain code the systems of its value set, which this does not know.
    if asked.iter().any(names_system) && nodes.iter().any(|node| !node.is_object()) {
        return None;
    }
    let tokens: Vec<_> = nodes.into_iter().flat_map(tokens).collect();
    any(asked, |one| {
        let is_met = |(code, system): &(String, String)| match &one.parts[..] {
            [only] => Some(code == only),
            [of, only] if only.is_empty() => Some(system == of),
            [of, only] => Some(code == only && system == of),
            _ => None,
        };
        met(&tokens, is_met)
    })
}

fn text_of_code(record: &Record, name: &str, asked: &str) -> Option<bool> {
    let asked = folded(asked)?;
    let displays = values(record, name)?.into_iter().flat_map(displays);
    let mut is_met = false;
    for text in displays {
        let text = folded(&text)?;
        let begins = |wanted: &str| text.split(' ').any(|word| word.starts_with(wanted));
        is_met |= asked.split(' ').all(begins);
    }
    Some(is_met)
}

fn text(record: &Record, name: &str, modifier: &str, asked: &str) -> Option<bool> {
    let wanted = folded(asked).filter(|wanted| wanted.len() <= LONGEST_TEXT)?;
    let texts: Vec<String> = values(record, name)?.into_iter().flat_map(texts).collect();
    met(&texts, |text| {
        let plain = folded(text)?;
        Some(match modifier {
            "" => plain.starts_with(&wanted) || plain.split(' ').any(|word| word.starts_with(&wanted)),
            "contains" => plain.contains(&wanted),
            "exact" => text == asked,
            _ => return None,
        })
    })
}

/// `Type/id` of each resource that is referred to.
fn links(record: &Record, name: &str) -> Option<Vec<String>> {
    let (Kind::Reference(targets), _) = known(&record.kind, name)? else { return None };
    let texts = values(record, name)?.into_iter().filter_map(|node| node["reference"].as_str());
    let is_allowed = |text: &&str| text.split_once('/').is_some_and(|(to, _)| targets.contains(&to));
    Some(texts.filter(is_allowed).map(str::to_owned).collect())
}

fn reference(record: &Record, name: &str, targets: &[&str], asked: &str) -> Option<bool> {
    let is_id = |text: &str| {
        !text.is_empty()
            && text.len() <= 64
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
    };
    let links = links(record, name)?;
    match asked.split_once('/') {
        None if is_id(asked) => Some(targets.iter().any(|to| links.contains(&format!("{to}/{asked}")))),
        Some((to, id)) if targets.contains(&to) && is_id(id) => Some(links.iter().any(|link| link == asked)),
        _ => None,
    }
}
