//! Small rules: patients, and what points at them by `subject`; `Allergy` is urgent, a `Scan` comes last, `tags` is a set; an `Own` is written by the
//! database alone whose name is its id.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::json;
use holdfast_core::rules::{IndexRow, Policy, Rules, SplitError};
use holdfast_core::state::EntityState;

pub(crate) struct SmallRules;

/// Search parameter `name`.
pub(crate) const NAME: u32 = 1;

impl Rules for SmallRules {
    fn lane(&self, kind: &str) -> Lane {
        match kind {
            "Allergy" => Lane::SAFETY,
            "Scan" => Lane::AUDIT,
            _ => Lane::CHART,
        }
    }

    fn policy(&self, _: &str, element: &str) -> Policy {
        if element == "tags" { Policy::Set } else { Policy::Register }
    }

    fn may_write(&self, entity: &Entity, actor: ActorId) -> bool {
        entity.kind != "Own" || entity.id == actor.to_string()
    }

    fn scopes(&self, state: &EntityState, _: &str) -> BTreeSet<Scope> {
        if state.entity.kind == "Patient" {
            return BTreeSet::from([Scope::patient(&state.entity.id)]);
        }
        let scopes: BTreeSet<Scope> =
            state.values("subject").map(|s| Scope::patient(s.trim_matches('"'))).collect();
        if scopes.is_empty() { BTreeSet::from([Scope::directory()]) } else { scopes }
    }

    fn index(&self, state: &EntityState) -> Vec<IndexRow> {
        let row = |value: &str| IndexRow { param: NAME, value: value.trim_matches('"').into() };
        state.values("name").map(row).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn touches_index(&self, _: &str, key: &str) -> bool {
        key == "name" || key == "subject"
    }

    fn split(&self, _: &str, text: &str) -> Result<BTreeMap<String, String>, SplitError> {
        let members = json::members(text).map_err(|reason| SplitError { element: "?".into(), reason })?;
        Ok(members
            .into_iter()
            .filter(|(k, _)| !["resourceType", "id", "meta"].contains(&k.as_str()))
            .collect())
    }
}
