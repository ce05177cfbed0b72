//! `_include` and `_revinclude`: what is answered beside what was found.
//!
//! Source: <https://hl7.org/fhir/R4/search.html#include>.

use std::collections::BTreeSet;

use holdfast_clinical::search::query::{Include, Query};
use holdfast_clinical::search::{references, references_of_siblings};
use holdfast_core::id::Entity;
use holdfast_core::search::{Clause, Match};
use holdfast_store::StoreError;
use holdfast_store::search::PAGE_BYTES;
use holdfast_store::view::{Few, Stored, View};

use super::elsewhere::Note;
use crate::request::limits::{MAX_INCLUDED, MAX_ITERATIONS};

/// What stands beside a page.
pub(crate) struct Included {
    /// Each once, none that was found anyhow.
    pub(crate) resources: Vec<Stored>,
    /// Said if not all are there.
    pub(crate) note: Option<Note>,
}

/// What the query wants beside a page.
///
/// # Errors
/// The database. Cost: a read or an index scan for each reference, of which [`MAX_INCLUDED`] bounds the number.
pub(crate) fn included(view: &mut View<'_>, query: &Query, page: &[Stored]) -> Result<Included, StoreError> {
    let mut known: BTreeSet<Entity> = page.iter().map(|one| one.entity.clone()).collect();
    let mut out = Included { resources: Vec::new(), note: None };
    let mut last: Vec<Stored> = page.to_vec();
    let mut wanted: Vec<&Include> = query.includes.iter().collect();
    let mut bytes = PAGE_BYTES;
    for _ in 0..MAX_ITERATIONS {
        let mut new = Vec::new();
        for include in &wanted {
            let room = MAX_INCLUDED - out.resources.len() - new.len();
            let Few { resources: mut found, is_cut } = if include.is_reverse {
                referring(view, include, &last, room)?
            } else {
                referred(view, include, &last, room, bytes)?
            };
            bytes = bytes.saturating_sub(found.iter().map(|one| one.json.len()).sum());
            if is_cut || found.len() > room || bytes == 0 {
                found.truncate(room);
                out.note = Some(Note::new(
                    "included-cut",
                    format!(
                        "more than {MAX_INCLUDED} resources, or very large ones, stand beside this page; ask for a smaller _count, or search for them"
                    ),
                ));
            }
            new.extend(found.into_iter().filter(|one| !one.deleted && known.insert(one.entity.clone())));
        }
        wanted.retain(|include| include.iterates);
        out.resources.extend(new.iter().cloned());
        if new.is_empty() || wanted.is_empty() || out.note.is_some() {
            break;
        }
        last = new;
    }
    Ok(out)
}

/// Those that the resources refer to.
fn referred(
    view: &mut View<'_>,
    include: &Include,
    from: &[Stored],
    room: usize,
    bytes: usize,
) -> Result<Few, StoreError> {
    let mut texts: BTreeSet<String> = BTreeSet::new();
    for one in from.iter().filter(|one| one.entity.kind == include.source) {
        let (parameter, target) = (include.parameter, include.target.as_deref());
        texts.extend(if one.conflicts > 0 {
            references_of_siblings(&view.siblings(one)?, parameter, target)
        } else {
            references(&one.json, parameter, target)
        });
    }
    let entities: Vec<Entity> = texts
        .iter()
        .filter_map(|text| text.split_once('/'))
        .map(|(kind, id)| Entity::new(kind, id))
        .take(room + 1)
        .collect();
    view.get_all(&entities, bytes)
}

/// Those that refer to the resources.
fn referring(view: &mut View<'_>, include: &Include, to: &[Stored], room: usize) -> Result<Few, StoreError> {
    let leads_here = |one: &&Stored| {
        let kind = one.entity.kind.as_str();
        let targets = &include.parameter.targets;
        (targets.is_empty() || targets.contains(&kind))
            && include.target.as_deref().is_none_or(|target| target == kind)
    };
    let any: Vec<Match> =
        to.iter().filter(leads_here).map(|one| Match::Exact(one.entity.to_string())).collect();
    if any.is_empty() {
        return Ok(Few::default());
    }
    let by = |number: u32| Clause::Param { param: number, any: any.clone() };
    let clause = Clause::Any(include.parameter.slots.iter().map(|slot| by(slot.number)).collect());
    let count = u32::try_from(room + 1).unwrap_or(u32::MAX);
    let found = view.search(&include.source, &[clause], 0, count)?;
    Ok(Few { resources: found.resources, is_cut: found.next.is_some() })
}
