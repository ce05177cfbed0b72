//! Following the links between records of one person: from any of them to the one that stands for all, and from that one to
//! the others.

use std::collections::BTreeSet;

use holdfast_clinical::identity::links::{REPLACED_BY, REPLACES};
use holdfast_clinical::identity::person::Person;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::{Stored, View};

use super::hit::Found;

/// The most records of one person that are followed: more is a mistake, or a ring.
const MOST: usize = 16;

/// The record that stands for this one, in sight and not deleted; this one if there is none.
pub(super) fn survivor(view: &mut View<'_>, stored: Stored) -> Result<Found, StoreError> {
    let mut seen = BTreeSet::from([stored.entity.id.clone()]);
    let mut person = Person::read(&stored.json);
    let mut stored = stored;
    while seen.len() <= MOST {
        let Some(next) = person.linked(REPLACED_BY).find(|id| !seen.contains(*id)).map(str::to_owned) else {
            break;
        };
        seen.insert(next.clone());
        let Some(other) = there(view, &next)? else { break };
        person = Person::read(&other.json);
        stored = other;
    }
    let replaced = replaced(view, &stored, &person)?;
    Ok(Found { stored, person, replaced })
}

/// The records that this one stands for, and those that they stood for.
pub(super) fn replaced(
    view: &mut View<'_>,
    stored: &Stored,
    person: &Person,
) -> Result<Vec<(Stored, Person)>, StoreError> {
    let mut out: Vec<(Stored, Person)> = Vec::new();
    let mut seen = BTreeSet::from([stored.entity.id.clone()]);
    let mut waiting: Vec<String> = person.linked(REPLACES).map(str::to_owned).collect();
    while let Some(id) = waiting.pop().filter(|_| out.len() < MOST) {
        if !seen.insert(id.clone()) {
            continue;
        }
        let Some(other) = there(view, &id)? else { continue };
        let person = Person::read(&other.json);
        waiting.extend(person.linked(REPLACES).map(str::to_owned));
        out.push((other, person));
    }
    Ok(out)
}

/// The ids of all records of the person whose record this is, this one included.
///
/// # Errors
/// [`StoreError::NotFound`] if it is not here or out of sight, [`StoreError::Gone`], or the store.
pub(crate) fn linked_ids(view: &mut View<'_>, patient: &Entity) -> Result<BTreeSet<String>, StoreError> {
    let stored = view.read(patient)?;
    Ok(survivor(view, stored)?.ids())
}

fn there(view: &mut View<'_>, id: &str) -> Result<Option<Stored>, StoreError> {
    Ok(view.get(&Entity::new("Patient", id))?.filter(|found| !found.deleted))
}
