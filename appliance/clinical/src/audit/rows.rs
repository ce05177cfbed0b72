//! The search rows of a page: under AuditEvent's own numbers, so that what a search for events asks narrows the pages too.

use std::collections::BTreeSet;

use holdfast_core::op::split_key;
use holdfast_core::rules::IndexRow;
use holdfast_core::state::EntityState;

use super::event::agent_reference;
use crate::search::table;

/// The elements that rows are made of.
pub(crate) const ELEMENTS: [&str; 2] = ["agents", "patients"];

/// One row for each agent and each patient; sorted and distinct.
pub(crate) fn rows(state: &EntityState) -> Vec<IndexRow> {
    let mut out = BTreeSet::new();
    for (key, register) in &state.registers {
        let (parameter, value_of): (_, fn(&str) -> Option<String>) = match split_key(key).0 {
            "agents" => ("agent", agent_reference),
            "patients" => ("patient", |id| Some(format!("Patient/{id}"))),
            _ => continue,
        };
        let slots = || table::find("AuditEvent", parameter).into_iter().flat_map(|one| one.slots.iter());
        for text in register.siblings.iter().filter_map(|sibling| sibling.value.as_deref()) {
            let names: Vec<String> = serde_json::from_str(text).unwrap_or_default();
            for value in names.iter().filter_map(|name| value_of(name)) {
                out.extend(slots().map(|slot| IndexRow { param: slot.number, value: value.clone() }));
            }
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::page;
    use super::*;

    #[test]
    fn a_page_is_found_by_whom_it_names() {
        let state = crate::testing::state(&page(1, None).resource("a-1"));
        let mut values: Vec<String> = rows(&state).into_iter().map(|row| row.value).collect();
        values.dedup();
        values.sort_unstable();
        values.dedup();
        assert_eq!(values, ["Patient/p1", "Practitioner/anna"]);
    }
}
