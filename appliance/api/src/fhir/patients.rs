//! Patients that a search is about: one who is not held here is looked for at head office first, so that an empty answer
//! never stands for a record that is elsewhere.

use std::collections::BTreeSet;

use holdfast_core::id::Entity;
use holdfast_core::sight::May;

use crate::access::policy::Principal;
use crate::error::{ApiError, RequestError};
use crate::finder::FindOutcome;
use crate::request::limits::FIND_TIMEOUT;
use crate::request::query::Asked;
use crate::state::ApiState;

/// Patients looked for on behalf of one search; a search about more is one over what is held here.
const MOST: usize = 4;

/// The ids of the patients that a search names.
pub(crate) fn named(kind: &str, asked: &Asked) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for (name, value) in &asked.pairs {
        let name = name.split_once(':').map_or(name.as_str(), |(name, _)| name);
        let is_own = kind == "Patient" && name == "_id";
        if !is_own && !matches!(name, "patient" | "subject") {
            continue;
        }
        for one in value.split(',') {
            let id = match one.rsplit_once('/') {
                None => Some(one),
                Some((kind, id)) => (kind == "Patient" || kind.ends_with("/Patient")).then_some(id),
            };
            ids.extend(id.filter(|id| holdfast_clinical::types::is_id(id)).map(str::to_owned));
        }
    }
    ids
}

/// Has the patients taken in that a search is about; takes note that they were opened.
///
/// # Errors
/// [`RequestError::NotHeld`] if one is not held here and head office could not be asked; the store.
pub(crate) async fn bring(
    state: &ApiState,
    caller: &Principal,
    kind: &str,
    asked: &Asked,
) -> Result<(), ApiError> {
    let Some(finder) = &state.parts().finder else { return Ok(()) };
    let named = named(kind, asked);
    if named.len() > MOST || !caller.sight.grants.of(kind).includes(May::SEARCH) {
        return Ok(());
    }
    for id in named {
        let entity = Entity::new("Patient", &id);
        if caller.sight.patient.as_ref().is_some_and(|own| *own != id) {
            continue;
        }
        let wanted = entity.clone();
        if state.writer().read(move |view| view.get(&wanted)).await?.is_some() {
            finder.visited(&id);
            continue;
        }
        let found = tokio::time::timeout(FIND_TIMEOUT, finder.find(&entity)).await;
        if found.unwrap_or(FindOutcome::Unreachable) == FindOutcome::Unreachable {
            return Err(RequestError::NotHeld { entity: entity.to_string() }.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patients_are_read_off_what_is_searched_for() {
        let asked = |text: &str| Asked::read(&[text]).unwrap();
        let of = |kind: &str, text: &str| named(kind, &asked(text)).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(of("Observation", "patient=p1&code=x"), "p1");
        assert_eq!(of("Observation", "subject=Patient/p1,Patient/p2"), "p1 p2");
        assert_eq!(of("Observation", "subject:Patient=p1&subject=Group/g1"), "p1");
        assert_eq!((of("Patient", "_id=p1"), of("Observation", "_id=o1")), ("p1".into(), String::new()));
        assert_eq!(of("Observation", "patient=5,1,2,1"), "1 2 5");
    }
}
