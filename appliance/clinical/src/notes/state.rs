//! Where a note stands: being written, signed, withdrawn; and what of it no longer changes.

use holdfast_core::state::EntityState;

/// The statuses of a note whose words stand (decision 26).
const SIGNED: [&str; 3] = ["\"final\"", "\"amended\"", "\"entered-in-error\""];
/// What of a signed note still changes: it can be withdrawn, and systems label it.
const OPEN: [&str; 3] = ["status", "meta.security", "meta.tag"];

/// Whether an element of a resource no longer changes, as it stands: the words of a signed note. Of a status that people
/// settled apart, one that is signed is enough. [`holdfast_core::op::DELETED`] stands for the resource as a whole.
pub(crate) fn is_sealed(state: &EntityState, element: &str) -> bool {
    state.entity.kind == "Composition" && !OPEN.contains(&element) && is_signed(state)
}

fn is_signed(state: &EntityState) -> bool {
    let status = state.registers.get("status").map(|register| &register.siblings[..]).unwrap_or_default();
    status.iter().any(|one| one.value.as_deref().is_some_and(|value| SIGNED.contains(&value)))
}

#[cfg(test)]
mod tests {
    use holdfast_core::op::DELETED;

    use super::*;
    use crate::testing::{state, state_with_siblings};

    #[test]
    fn the_words_of_a_signed_note_stand_and_it_can_be_withdrawn() {
        for (kind, status, expected) in [
            ("Composition", "preliminary", false),
            ("Composition", "final", true),
            ("Composition", "amended", true),
            ("Composition", "entered-in-error", true),
            ("Observation", "final", false),
        ] {
            let state = state(&format!(r#"{{"resourceType":"{kind}","id":"n","status":"{status}"}}"#));
            for element in ["section", "author", "attester", "_status", "meta", DELETED] {
                assert_eq!(is_sealed(&state, element), expected, "{kind} {status} {element}");
            }
            assert!(OPEN.iter().all(|element| !is_sealed(&state, element)), "{kind} {status}");
        }
    }

    #[test]
    fn one_signature_of_two_values_is_enough() {
        let signed = state_with_siblings("Composition", "status", &["\"preliminary\"", "\"final\""]);
        let drafts = state_with_siblings("Composition", "status", &["\"preliminary\"", "\"preliminary\""]);
        assert!(is_sealed(&signed, "section") && !is_sealed(&drafts, "section"));
    }
}
