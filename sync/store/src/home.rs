//! Which clinic a resource belongs to that is in a clinic's own scope (a schedule, an appointment, a record without a
//! patient), at an upstream that serves many clinics: the clinic of the replica that brought it first, for good,
//! whoever edits it later. A node needs none of this: its clinic is its own.

use std::collections::HashMap;
use std::sync::Arc;

use holdfast_core::id::Scope;
use holdfast_core::rules::Rules;
use holdfast_core::state::EntityState;

use crate::error::Result;
use crate::schema;
use crate::sql::{Sql, Value};

/// No clinic has this name, so a scope under it says that the rules put the resource into its clinic's scope.
const NOBODY: &str = "";

/// Whether the rules put this resource into its clinic's own scope.
pub(crate) fn is_in_clinic_scope(rules: &dyn Rules, state: &EntityState) -> bool {
    rules.scopes(state, NOBODY).contains(&Scope::clinic(NOBODY))
}

/// The clinics of resources by number; a resource that no replica brought has none.
pub(crate) fn find(sql: &mut dyn Sql, numbers: &[i64]) -> Result<HashMap<i64, Arc<str>>> {
    let keys: Vec<Vec<Value>> = numbers.iter().map(|no| vec![(*no).into()]).collect();
    let rows = sql.lookup(&schema::HOME, &["resource_no"], &["clinic"], &keys)?;
    let mut out = HashMap::new();
    for (no, row) in numbers.iter().zip(rows) {
        if let Some(row) = row {
            out.insert(*no, Arc::from(row.text(0)?));
        }
    }
    Ok(out)
}

/// Remembers where resources belong; what is known already stays.
pub(crate) fn remember(sql: &mut dyn Sql, homes: Vec<(i64, Arc<str>)>) -> Result<()> {
    let rows = homes.into_iter().map(|(no, clinic)| vec![no.into(), (&*clinic).into()]).collect();
    sql.insert_new(&schema::HOME, rows).map(|_| ())
}
