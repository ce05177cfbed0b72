//! Saving single elements of a person: the others stay as they are, with whatever conflict they are in.

use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::{StoreError, Tx};
use serde_json::{Map, Value};

/// Sets elements of a person's record; `null` takes one away. Of several values of one of them, the one that is set stands
/// alone.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Stale`], or the database.
pub(crate) fn save(
    tx: &mut Tx<'_>,
    entity: &Entity,
    set: &[(&'static str, Value)],
    base: &Base,
    author: &str,
) -> Result<(), StoreError> {
    let stored = tx.view()?.read(entity)?;
    let mut resource: Map<String, Value> = serde_json::from_str(&stored.json).unwrap_or_default();
    for (element, value) in set {
        match value {
            Value::Null => resource.remove(*element),
            value => resource.insert((*element).to_owned(), value.clone()),
        };
    }
    tx.put(entity, &Value::Object(resource).to_string(), base, author)?;
    let open = tx.view()?.conflicts_of(entity)?;
    for conflict in open {
        if let Some((_, value)) = set.iter().find(|(element, _)| *element == conflict.key) {
            let value = Some(value).filter(|value| !value.is_null()).map(ToString::to_string);
            tx.resolve(entity, &conflict.key, value, author)?;
        }
    }
    Ok(())
}
