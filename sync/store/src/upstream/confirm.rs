//! What a replica below says it has received, and what still waits for it.

use std::collections::BTreeMap;

use holdfast_core::id::Lane;
use holdfast_core::message::Position;

use super::peer::Known;
use crate::error::Result;
use crate::log;
use crate::rewind;
use crate::schema;
use crate::sql::{Sql, Value};

pub(crate) fn waiting(sql: &mut dyn Sql, replica: i64) -> Result<u64> {
    // Past ten thousand "many" is all a person needs to know, and counting would cost more than the page.
    let text = "SELECT COUNT(*) FROM (SELECT 1 FROM dirty WHERE replica_no = $1 LIMIT 10000) AS some_dirty";
    let rows = sql.query(text, &[replica.into()])?;
    rows.first().map_or(Ok(0), |row| row.uint(0))
}

/// Records how many pages an actor says it has taken; see [`Lane::PAGES`].
pub(crate) fn count_pages(sql: &mut dyn Sql, known: &Known, acked: &[Position]) -> Result<()> {
    let said = acked.iter().filter(|p| p.scope == crate::downstream::pages()).map(|p| p.at).max();
    let (Some(said), Some(actor_no)) = (said, known.actor_no) else { return Ok(()) };
    let (held, hash) = log::head(sql, actor_no, Lane::PAGES)?;
    if said > held { log::put_head(sql, actor_no, Lane::PAGES, said, &hash) } else { Ok(()) }
}

/// Positions confirmed by a replica, recorded; finished scopes lose their mark.
pub(crate) fn confirm(sql: &mut dyn Sql, replica: i64, acked: &[Position]) -> Result<()> {
    if acked.is_empty() {
        return Ok(());
    }
    let keys: Vec<Vec<Value>> = acked.iter().map(|p| vec![p.scope.0.as_str().into()]).collect();
    let found = sql.lookup(&schema::SCOPE, &["name"], &["no", "head"], &keys)?;
    let mut wanted: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for (position, row) in acked.iter().zip(found) {
        let Some(row) = row else { continue };
        let at = i64::try_from(position.at).unwrap_or(0);
        wanted.insert(row.int(0)?, (at, row.int(1)?));
    }
    let keys: Vec<Vec<Value>> = wanted.keys().map(|no| vec![(*no).into(), replica.into()]).collect();
    let cursors = sql.lookup(&schema::SUBSCRIPTION, &["scope_no", "replica_no"], &["cursor_pos"], &keys)?;
    let rewound = rewind::find(sql, replica, wanted.keys().copied())?;
    let (mut rows, mut done) = (Vec::new(), Vec::new());
    let (mut begun, mut ended) = (Vec::new(), Vec::new());
    let mut arrived = Vec::new();
    for ((scope_no, (at, head)), cursor) in wanted.iter().zip(cursors) {
        let Some(cursor) = cursor else { continue };
        if rewound.get(scope_no).is_some_and(|rewound| *at > rewound.served_to) {
            // It was reached before the scope was taken back.
            continue;
        }
        let before = cursor.int(0)?;
        let at = (*at).min(*head).max(before);
        if at > before {
            arrived.push(*scope_no);
        }
        rows.push(vec![(*scope_no).into(), replica.into(), at.into()]);
        if at >= *head {
            done.push(vec![replica.into(), (*scope_no).into()]);
            ended.push(vec![(*scope_no).into(), replica.into()]);
        } else if before == 0 && at > 0 {
            begun.push(vec![(*scope_no).into(), replica.into(), (*head).into()]);
        }
    }
    rewind::end(sql, replica, arrived.into_iter().filter(|scope_no| rewound.contains_key(scope_no)))?;
    sql.upsert(&schema::SUBSCRIPTION, rows)?;
    sql.upsert(&schema::FIRST_SEND, begun)?;
    sql.delete(&schema::FIRST_SEND, ended)?;
    sql.delete(&schema::DIRTY, done).map(|_| ())
}
