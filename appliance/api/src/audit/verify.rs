//! Whether the trail is whole.

use std::collections::BTreeMap;

use holdfast_clinical::audit::chain::{Broken, Chain};
use holdfast_clinical::audit::{HOLDFAST_AUDIT, page_id};
use holdfast_core::id::Entity;
use holdfast_core::state::EntityState;
use holdfast_store::StoreError;
use holdfast_store::view::View;
use serde::Serialize;

/// What became of following one database's pages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// The database that wrote them, 32 hex digits.
    pub actor: String,
    /// Pages that fit together from the first on.
    pub pages: u64,
    /// Lines on them.
    pub entries: u64,
    /// Looks that could not be kept, as the pages say.
    pub lost: u64,
    /// Whose they were.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lost_of: BTreeMap<String, u64>,
    /// The hash of the last page that fits: it must be the same at head office, or an earlier one of there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// What is wrong after that; absent if nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
}

/// Follows the pages of every database that are held here.
///
/// # Errors
/// [`StoreError::OutOfSight`] if the reader may not search AuditEvents, or the database. Cost: every page is read.
pub fn verify(view: &mut View<'_>) -> Result<Vec<Verified>, StoreError> {
    let mut out = Vec::new();
    for (actor, numbers) in view.trail_pages(HOLDFAST_AUDIT)? {
        let (chain, broken) = follow(view, &actor, &numbers)?;
        let Chain { pages, entries, lost, lost_of, head } = chain;
        let broken = broken.map(|fault| fault.to_string());
        out.push(Verified { actor, pages, entries, lost, lost_of, head, broken });
    }
    Ok(out)
}

/// Follows one database's pages as far as they fit; the first fault. What others have put among them is passed over.
fn follow(view: &mut View<'_>, actor: &str, numbers: &[u64]) -> Result<(Chain, Option<Broken>), StoreError> {
    let (mut chain, mut first) = (Chain::default(), None);
    for &number in numbers {
        let page = Entity::new(HOLDFAST_AUDIT, page_id(actor, number));
        let followed = match foreign(&view.state(&page)?, actor) {
            Some(why) => {
                first.get_or_insert(Broken::Foreign { number, why });
                chain.pass(number)
            }
            None => chain.follow(number, &view.trail_page(&page)?.unwrap_or_default()),
        };
        if let Err(fault) = followed {
            first.get_or_insert(fault);
            break;
        }
    }
    Ok((chain, first))
}

/// Why what stands in the place of a page is none that this database has written; `None` if it is one.
pub(super) fn foreign(state: &EntityState, actor: &str) -> Option<&'static str> {
    let mut dots = state.registers.values().flat_map(|register| register.siblings.iter().map(|one| one.dot));
    let first = dots.next();
    if first.is_none_or(|dot| dot.actor.to_string() != actor) || state.vv.dots.len() != 1 {
        return Some("was written by another database than the one whose trail it is");
    }
    (dots.any(|dot| Some(dot) != first) || state.is_deleted()).then_some("was written to again")
}

/// What came of following the pages, for people.
pub fn describe(chains: &[Verified]) -> String {
    if chains.is_empty() {
        return "nobody has looked at anything yet: the trail is empty".to_owned();
    }
    let line = |chain: &Verified| {
        let Verified { actor, pages, entries, lost, lost_of, head, broken } = chain;
        let head = head.as_deref().unwrap_or("none");
        let lost = if *lost > 0 {
            format!(", {lost} looks not kept for too many waited{}", whose(lost_of))
        } else {
            String::new()
        };
        match broken {
            None => format!("{actor}: whole, {pages} pages with {entries} lines{lost}; head {head}"),
            Some(why) => format!("{actor}: BROKEN after {pages} pages (head {head}): {why}"),
        }
    };
    let mut lines: Vec<String> = chains.iter().map(line).collect();
    lines.push("compare each head with the one at head office (`holdfast-hub audit`): a trail that was cut off at its end is shorter here".to_owned());
    lines.join("\n")
}

fn whose(lost_of: &BTreeMap<String, u64>) -> String {
    let name = |name: &str| if name.is_empty() { "nobody signed in".to_owned() } else { name.to_owned() };
    let each: Vec<String> = lost_of.iter().map(|(who, count)| format!("{count} of {}", name(who))).collect();
    if each.is_empty() { String::new() } else { format!(" ({})", each.join(", ")) }
}

#[cfg(test)]
mod tests {
    use holdfast_core::hlc::Hlc;
    use holdfast_core::id::{ActorId, Dot, Lane};
    use holdfast_core::op::{Change, DELETED, Op};

    use super::*;

    #[test]
    fn a_page_is_written_once_by_the_database_whose_trail_it_is() {
        let own = ActorId([7; 16]);
        let op = |actor, seq, key: &str| Op {
            dot: Dot { actor, lane: Lane::AUDIT, seq },
            hlc: Hlc::new(seq, 0),
            entity: Entity::new(HOLDFAST_AUDIT, page_id(&own.to_string(), 1)),
            author: "x".into(),
            changes: vec![Change { key: key.into(), pred: vec![], value: Some("1".into()) }],
        };
        let state = |ops: &[Op]| {
            let mut state = EntityState::new(ops[0].entity.clone(), Lane::AUDIT);
            ops.iter().for_each(|op| {
                state.apply(op);
            });
            state
        };
        let of = |ops: &[Op]| foreign(&state(ops), &own.to_string());
        assert_eq!(of(&[op(own, 1, "number")]), None);
        let other = ActorId([8; 16]);
        for ops in [vec![op(other, 1, "number")], vec![op(own, 1, "number"), op(other, 1, "number")]] {
            assert!(of(&ops).unwrap().contains("another database"), "{ops:?}");
        }
        for key in ["number", "agents", DELETED] {
            assert_eq!(of(&[op(own, 1, "number"), op(own, 2, key)]), Some("was written to again"), "{key}");
        }
    }
}
