//! Five resource types, one or two a lane: enough rules for every path of the store that touches the disk.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::id::{Lane, Scope};
use holdfast_core::json;
use holdfast_core::rules::{IndexRow, Policy, Rules, SplitError};
use holdfast_core::state::EntityState;

/// Every resource type used, the patient first.
pub const KINDS: [&str; 5] = ["Patient", "AllergyIntolerance", "Observation", "Appointment", "AuditEvent"];

/// The rules of [`KINDS`].
#[derive(Clone, Copy, Debug)]
pub struct CrashRules;

impl Rules for CrashRules {
    fn lane(&self, kind: &str) -> Lane {
        match kind {
            "AllergyIntolerance" => Lane::SAFETY,
            "Appointment" => Lane::OPERATIONS,
            "AuditEvent" => Lane::AUDIT,
            _ => Lane::CHART,
        }
    }

    fn policy(&self, _: &str, _: &str) -> Policy {
        Policy::Register
    }

    fn scopes(&self, state: &EntityState, clinic: &str) -> BTreeSet<Scope> {
        match state.entity.kind.as_str() {
            "Patient" => BTreeSet::from([Scope::patient(&state.entity.id)]),
            "Appointment" | "AuditEvent" => BTreeSet::from([Scope::clinic(clinic)]),
            _ => state.values("subject").map(|subject| Scope::patient(subject.trim_matches('"'))).collect(),
        }
    }

    fn index(&self, state: &EntityState) -> Vec<IndexRow> {
        let rows = |element, param| {
            state
                .values(element)
                .map(move |v| IndexRow { param, value: v.trim_matches('"').chars().take(40).collect() })
        };
        let all: BTreeSet<IndexRow> = rows("name", 1).chain(rows("subject", 2)).collect();
        all.into_iter().collect()
    }

    fn touches_index(&self, _: &str, key: &str) -> bool {
        key == "name" || key == "subject"
    }

    fn split(&self, _: &str, text: &str) -> Result<BTreeMap<String, String>, SplitError> {
        let members = json::members(text).map_err(|reason| SplitError { element: "?".into(), reason })?;
        Ok(members
            .into_iter()
            .filter(|(key, _)| !["resourceType", "id", "meta"].contains(&key.as_str()))
            .collect())
    }
}
