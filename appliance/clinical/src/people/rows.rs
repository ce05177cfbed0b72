//! The search rows of people and of their drafts: by what they sign in, and under what names they write. They stand under numbers that
//! no search parameter has, so that no FHIR search finds anybody.

use std::collections::BTreeSet;

use holdfast_core::rules::IndexRow;
use holdfast_core::search::{Clause, Match};
use holdfast_core::state::EntityState;

use super::kept;
use super::{HOLDFAST_DRAFT, HOLDFAST_USER, login_key};

/// Far behind the numbers of FHIR's parameters, which are those of its types times 1,000.
const LOGIN: u32 = 900_001;
const AUTHOR: u32 = 900_002;
const DRAFT_AUTHOR: u32 = 900_003;

/// The elements that rows are made of.
pub(crate) const ELEMENTS: [&str; 3] = ["author", "login", "practitioner"];

/// Whether resources of this type have rows of people's.
pub(crate) fn has_rows(kind: &str) -> bool {
    matches!(kind, HOLDFAST_USER | HOLDFAST_DRAFT)
}

/// Whether rows of people stand under this number.
pub(crate) fn is_row(param: u32) -> bool {
    matches!(param, LOGIN | AUTHOR | DRAFT_AUTHOR) || kept::is_row(param)
}

/// Read off every value of either element; sorted and distinct.
pub(crate) fn rows(state: &EntityState) -> Vec<IndexRow> {
    if state.entity.kind == HOLDFAST_DRAFT {
        return texts(state, "author").map(|value| IndexRow { param: DRAFT_AUTHOR, value }).collect();
    }
    let own = IndexRow { param: AUTHOR, value: format!("{HOLDFAST_USER}/{}", state.entity.id) };
    let mut out = BTreeSet::from([own]);
    out.extend(texts(state, "login").map(|login| IndexRow { param: LOGIN, value: login_key(&login) }));
    out.extend(texts(state, "practitioner").map(|value| IndexRow { param: AUTHOR, value }));
    out.into_iter().collect()
}

/// An element's values that are texts; sorted and distinct.
fn texts(state: &EntityState, element: &str) -> impl Iterator<Item = String> + use<> {
    let siblings = state.registers.get(element).map(|register| &register.siblings[..]).unwrap_or_default();
    let values = siblings.iter().filter_map(|one| serde_json::from_str::<String>(one.value.as_deref()?).ok());
    values.collect::<BTreeSet<_>>().into_iter()
}

/// What finds the people with a login name.
pub fn of_login(login: &str) -> Clause {
    Clause::Param { param: LOGIN, any: vec![Match::Exact(login_key(login))] }
}

/// What finds the people who write under a name.
pub fn of_author(author: &str) -> Clause {
    Clause::Param { param: AUTHOR, any: vec![Match::Exact(author.to_owned())] }
}

/// What finds a person's drafts, by the id of their record.
pub fn of_draft_author(id: &str) -> Clause {
    Clause::Param { param: DRAFT_AUTHOR, any: vec![Match::Exact(id.to_owned())] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_found_by_login_and_by_the_names_they_write_under() {
        let json = r#"{"resourceType":"HoldfastUser","id":"u","login":"Anna","practitioner":"Practitioner/7","name":"x"}"#;
        let state = crate::testing::state(json);
        let rows = crate::search::index(&state);
        for (clause, expected) in [
            (of_login("ANNA"), true),
            (of_login("ann"), false),
            (of_author("Practitioner/7"), true),
            (of_author("HoldfastUser/u"), true),
            (of_author("Practitioner/8"), false),
        ] {
            assert_eq!(clause.holds(&rows, "u", 0), expected, "{clause:?}");
        }
        assert!(
            rows.iter().all(|row| crate::search::is_prompt(row.param) && crate::search::has_param(row.param))
        );
    }
}
