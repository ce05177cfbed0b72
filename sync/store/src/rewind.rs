//! A `Hold` that takes a scope back to an earlier position, and the pulls that travel beside it.
//!
//! Requests of one connection may overtake each other, and so a pull that was sent before a `Hold` may be heard after it.
//! The positions that it confirms were reached before; taken at their word, they would undo the `Hold`, and what the
//! replica asked for again would never come. So from a `Hold` on, only what was sent after it counts as received:
//!
//! ```text
//! Hold at 0 ─▶ rewound (hold 7, served to 0) ─▶ page 0…30 (served to 30) ─▶ confirmed 30: counts, and the note goes
//!                      └▶ an older pull confirms 50: more than was served, does not count
//! ```
//!
//! A scope that is held from its end is waited for no more: its note goes at once. So the position that counts as held
//! is never beyond the one served.

use std::collections::HashMap;

use holdfast_core::id::Scope;
use holdfast_core::message::Page;

use crate::error::Result;
use crate::pull::Marked;
use crate::schema;
use crate::sql::{Sql, Value};

/// How far a rewound scope has been sent since its `Hold`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rewound {
    pub(crate) hold_no: i64,
    pub(crate) served_to: i64,
}

/// A stretch of a rewound scope that a page covers.
pub(crate) struct Served {
    scope_no: i64,
    hold_no: i64,
    to: i64,
}

/// Notes that scopes, each with the position asked for, are held again by one `Hold`.
pub(crate) fn begin(sql: &mut dyn Sql, replica: i64, scopes: &[(i64, i64)]) -> Result<()> {
    if scopes.is_empty() {
        return Ok(());
    }
    let hold_no = sql.allocate("hold", 1)?;
    let row = |(scope_no, at): &(i64, i64)| -> Vec<Value> {
        vec![(*scope_no).into(), replica.into(), hold_no.into(), (*at).into()]
    };
    sql.upsert(&schema::REWOUND, scopes.iter().map(row).collect())
}

/// Forgets the notes on these scopes.
pub(crate) fn end(sql: &mut dyn Sql, replica: i64, scopes: impl IntoIterator<Item = i64>) -> Result<()> {
    let keys: Vec<Vec<Value>> = scopes.into_iter().map(|no| vec![no.into(), replica.into()]).collect();
    sql.delete(&schema::REWOUND, keys).map(|_| ())
}

/// The notes on these scopes, by scope number.
pub(crate) fn find(
    sql: &mut dyn Sql,
    replica: i64,
    scopes: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Rewound>> {
    let numbers: Vec<i64> = scopes.into_iter().collect();
    let keys: Vec<Vec<Value>> = numbers.iter().map(|no| vec![(*no).into(), replica.into()]).collect();
    let columns = ["hold_no", "served_to"];
    let rows = sql.lookup(&schema::REWOUND, &["scope_no", "replica_no"], &columns, &keys)?;
    let mut out = HashMap::new();
    for (no, row) in numbers.into_iter().zip(rows) {
        if let Some(row) = row {
            out.insert(no, Rewound { hold_no: row.int(0)?, served_to: row.int(1)? });
        }
    }
    Ok(out)
}

/// What a page sends of rewound scopes, as far as it goes on from what was sent before.
pub(crate) fn served<'a>(page: &Page, marked: impl Iterator<Item = &'a Marked>) -> Vec<Served> {
    let rewound: HashMap<&Scope, (&Marked, Rewound)> =
        marked.filter_map(|scope| Some((&scope.name, (scope, scope.rewound?)))).collect();
    let mut out = Vec::new();
    for visit in &page.visits {
        let Some((scope, rewound)) = rewound.get(&visit.scope) else { continue };
        let (from, to) =
            (i64::try_from(visit.from).unwrap_or(i64::MAX), i64::try_from(visit.to).unwrap_or(0));
        if from <= rewound.served_to && to > rewound.served_to {
            out.push(Served { scope_no: scope.scope_no, hold_no: rewound.hold_no, to });
        }
    }
    out
}

/// Notes what a page sends, before it goes out. Of a scope that was rewound once more meanwhile it says nothing.
pub(crate) fn note_served(sql: &mut dyn Sql, replica: i64, served: &[Served]) -> Result<()> {
    for one in served {
        let text = "UPDATE rewound SET served_to = $4 WHERE scope_no = $1 AND replica_no = $2 AND hold_no = $3 \
                    AND served_to < $4";
        let params: [Value; 4] = [one.scope_no.into(), replica.into(), one.hold_no.into(), one.to.into()];
        sql.execute(text, &params)?;
    }
    Ok(())
}
