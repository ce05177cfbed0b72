//! Rules of the simulated fleet, in two schema versions. The old one does not know the element `fresh` nor the
//! type `Vaccine`: it must carry both all the same.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::id::{Entity, Lane, Scope};
use holdfast_core::json;
use holdfast_core::op::member_key;
use holdfast_core::rules::{IndexRow, Policy, Rules, SplitError};
use holdfast_core::state::EntityState;

/// The schema version of an up-to-date replica; the old one is one less.
pub const SCHEMA: u16 = 2;
/// Patients of the simulated fleet.
pub const PATIENTS: [&str; 3] = ["p1", "p2", "p3"];
/// Clinics of the simulated fleet.
pub const CLINICS: [&str; 2] = ["north", "south"];

/// The rules of one schema version.
#[derive(Clone, Copy, Debug)]
pub struct FleetRules {
    /// Lacks the newest element and type.
    pub is_old: bool,
}

/// The resources that a simulated fleet writes.
pub fn universe() -> Vec<Entity> {
    let mut all: Vec<Entity> = PATIENTS.iter().map(|id| Entity::new("Patient", *id)).collect();
    all.extend(["o1", "o2", "o3", "o4"].iter().map(|id| Entity::new("Obs", *id)));
    all.extend(["a1", "a2"].iter().map(|id| Entity::new("Allergy", *id)));
    all.extend([Entity::new("Vaccine", "v1"), Entity::new("Visit", "x1"), Entity::new("Code", "c1")]);
    all
}

/// Whether a resource of this type points at its patient.
pub fn has_subject(kind: &str) -> bool {
    matches!(kind, "Obs" | "Allergy" | "Vaccine")
}

impl FleetRules {
    fn indexed(&self) -> &'static [(&'static str, u32)] {
        if self.is_old { &[("name", 1)] } else { &[("name", 1), ("fresh", 2)] }
    }
}

impl Rules for FleetRules {
    fn lane(&self, kind: &str) -> Lane {
        match kind {
            "Allergy" => Lane::SAFETY,
            "Vaccine" if !self.is_old => Lane::SAFETY,
            "Visit" | "Code" => Lane::OPERATIONS,
            _ => Lane::CHART,
        }
    }

    fn policy(&self, _: &str, element: &str) -> Policy {
        match element {
            "tags" => Policy::Set,
            "pref" => Policy::LastWriter,
            _ => Policy::Register,
        }
    }

    fn scopes(&self, state: &EntityState, _: &str) -> BTreeSet<Scope> {
        let of = |element: &str, scope: fn(&str) -> Scope| -> BTreeSet<Scope> {
            state.values(element).map(|value| scope(value.trim_matches('"'))).collect()
        };
        let scopes = match state.entity.kind.as_str() {
            "Patient" => BTreeSet::from([Scope::patient(&state.entity.id)]),
            "Visit" => of("clinic", Scope::clinic),
            _ => of("subject", Scope::patient),
        };
        if scopes.is_empty() { BTreeSet::from([Scope::directory()]) } else { scopes }
    }

    fn index(&self, state: &EntityState) -> Vec<IndexRow> {
        let rows: BTreeSet<IndexRow> = self
            .indexed()
            .iter()
            .flat_map(|(element, param)| {
                state.values(element).map(|v| IndexRow { param: *param, value: v.to_owned() })
            })
            .collect();
        rows.into_iter().collect()
    }

    fn touches_index(&self, _: &str, key: &str) -> bool {
        matches!(key, "subject" | "clinic") || self.indexed().iter().any(|(element, _)| *element == key)
    }

    fn split(&self, _: &str, text: &str) -> Result<BTreeMap<String, String>, SplitError> {
        let members = json::members(text).map_err(|reason| SplitError { element: "?".into(), reason })?;
        let mut out = BTreeMap::new();
        for (key, value) in members {
            match key.as_str() {
                "resourceType" | "id" | "meta" => {}
                "tags" => {
                    let tags = json::elements(&value).unwrap_or_default();
                    out.extend(
                        tags.iter().enumerate().map(|(at, tag)| (member_key("tags", tag), at.to_string())),
                    );
                }
                _ => {
                    out.insert(key, value);
                }
            }
        }
        Ok(out)
    }
}
