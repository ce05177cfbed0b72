//! Lines for whoever looks after a replica: what was refused, repaired or revoked, and why.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::identity::{meta, set_meta};
use crate::schema;
use crate::sql::{Database, Sql};

/// Leaves a line, and logs it. `detail` holds nothing of patients.
///
/// # Errors
/// The database.
pub fn leave(sql: &mut dyn Sql, now_ms: u64, code: &str, detail: &str) -> Result<()> {
    let detail = &*crate::index::without_nul(detail);
    tracing::warn!(error.code = code, detail, "notice");
    let no = sql.allocate("notice", 1)?;
    sql.upsert(&schema::NOTICE, vec![vec![no.into(), now_ms.into(), code.into(), detail.into()]])
}

const DAY_MS: u64 = 86_400_000;

/// Whether a line about `topic` was not left yet today.
pub(crate) fn is_due(db: &dyn Database, topic: &str, now_ms: u64) -> Result<bool> {
    let mut is_due = true;
    db.read(&mut |sql| {
        is_due = is_new_today(sql, topic, now_ms)?;
        Ok(())
    })?;
    Ok(is_due)
}

/// Leaves a line about `topic`, once a day: what goes on is not said again with each request.
pub(crate) fn leave_daily(
    sql: &mut dyn Sql,
    now_ms: u64,
    topic: &str,
    (code, detail): (&str, &str),
) -> Result<()> {
    if !is_new_today(sql, topic, now_ms)? {
        return Ok(());
    }
    set_meta(sql, topic, Some(&(now_ms / DAY_MS).to_le_bytes()))?;
    leave(sql, now_ms, code, detail)
}

fn is_new_today(sql: &mut dyn Sql, topic: &str, now_ms: u64) -> Result<bool> {
    Ok(meta(sql, topic)?.as_deref() != Some(&(now_ms / DAY_MS).to_le_bytes()[..]))
}

/// How many lines there are of each code.
///
/// # Errors
/// The database.
pub fn counts(db: &dyn Database) -> Result<BTreeMap<String, u64>> {
    let mut out = BTreeMap::new();
    db.read(&mut |sql: &mut dyn Sql| {
        out.clear();
        for row in sql.query("SELECT code, COUNT(*) FROM notice GROUP BY code", &[])? {
            out.insert(row.text(0)?.to_owned(), row.uint(1)?);
        }
        Ok(())
    })?;
    Ok(out)
}
