//! [`FhirRules`]: what the core must be told about resource types.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::rights::Takes;
use holdfast_core::rules::{IndexRow, Policy, Rules, SplitError};
use holdfast_core::search::Clause;
use holdfast_core::sight::Reader;
use holdfast_core::state::EntityState;

use crate::types::{HOLDFAST_AUDIT, HOLDFAST_RIGHT, HOLDFAST_USER};

/// The rules of FHIR R4, as this version of Holdfast knows them. Holds nothing; copy it freely.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FhirRules;

impl Rules for FhirRules {
    fn lane(&self, kind: &str) -> Lane {
        crate::lane::lane(kind)
    }

    fn policy(&self, kind: &str, element: &str) -> Policy {
        crate::policy::policy(kind, element)
    }

    fn said_with(&self, kind: &str, element: &str) -> &'static [&'static str] {
        crate::policy::said_with(kind, element)
    }

    fn check_step(&self, kind: &str, element: &str, from: &str, to: &str) -> Result<(), String> {
        if element != "status" {
            return Ok(());
        }
        let text = |json: &str| serde_json::from_str::<String>(json).ok();
        let Some(to) = text(to) else {
            return Err(format!(
                "cannot set {kind}.status to {to}: it is not a string; send one of R4's statuses"
            ));
        };
        crate::lifecycle::check_step(kind, text(from).as_deref(), &to).map_err(|error| error.to_string())
    }

    fn is_sealed(&self, state: &EntityState, element: &str) -> bool {
        crate::notes::is_sealed(state, element)
    }

    fn due_on(&self, day: &str) -> Option<(&'static str, String)> {
        Some(("Appointment", format!("\"start\":\"{day}")))
    }

    fn may_write(&self, entity: &Entity, actor: ActorId) -> bool {
        entity.kind != HOLDFAST_AUDIT
            || crate::audit::read_page_id(&entity.id).is_some_and(|(writer, _)| writer == actor.to_string())
    }

    fn scopes(&self, state: &EntityState, clinic: &str) -> BTreeSet<Scope> {
        crate::scope::scopes(state, clinic)
    }

    fn index(&self, state: &EntityState) -> Vec<IndexRow> {
        crate::search::index(state)
    }

    fn prompt_index(&self, state: &EntityState) -> Vec<IndexRow> {
        crate::search::prompt_index(state)
    }

    fn is_prompt(&self, param: u32) -> bool {
        crate::search::is_prompt(param)
    }

    fn of_patient(&self, kind: &str, patient: &Entity) -> Option<Clause> {
        crate::search::of_patient(kind, patient)
    }

    fn kept(&self) -> Option<Clause> {
        Some(crate::people::kept::kept())
    }

    fn of_reader(&self, kind: &str, reader: &Reader) -> Option<Clause> {
        crate::people::kept::bound(kind, reader)
    }

    fn records_of_author(&self, author: &str) -> Option<(&'static str, Clause)> {
        Some((HOLDFAST_USER, crate::people::of_author(author)))
    }

    fn withdrawn_since(&self, state: &EntityState) -> Option<Hlc> {
        crate::people::withdrawn_since(state)
    }

    fn is_written_above(&self, kind: &str) -> bool {
        matches!(kind, HOLDFAST_RIGHT | HOLDFAST_USER)
    }

    fn takes_time(&self, kind: &str) -> bool {
        kind == "Appointment"
    }

    fn takes(&self, state: &EntityState) -> Takes {
        crate::scheduling::booking::takes(state)
    }

    fn index_version(&self) -> u64 {
        crate::search::version()
    }

    fn has_param(&self, param: u32) -> bool {
        crate::search::has_param(param)
    }

    fn index_of(&self, state: &EntityState, elements: &[&str]) -> Vec<IndexRow> {
        crate::search::index_of(state, elements)
    }

    fn touches_index(&self, kind: &str, register_key: &str) -> bool {
        crate::search::touches_index(kind, register_key)
    }

    fn touches_scopes(&self, kind: &str, register_key: &str) -> bool {
        crate::search::touches_scopes(kind, register_key)
    }

    fn check(&self, json: &str, param: u32, text: &str) -> bool {
        crate::search::check::check(json, param, text)
    }

    fn check_siblings(&self, state: &EntityState, param: u32, text: &str) -> bool {
        crate::search::check::check_siblings(state, param, text)
    }

    fn split(&self, kind: &str, json: &str) -> Result<BTreeMap<String, String>, SplitError> {
        crate::split::split(kind, json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifecycle_speaks_json() {
        let step = |from, to| FhirRules.check_step("Appointment", "status", from, to);
        assert_eq!(step("\"booked\"", "\"arrived\""), Ok(()));
        assert!(step("\"cancelled\"", "\"arrived\"").unwrap_err().contains("final"));
        assert!(step("\"booked\"", "7").unwrap_err().contains("not a string"));
        assert_eq!(FhirRules.check_step("Appointment", "comment", "7", "8"), Ok(()));
    }
}
