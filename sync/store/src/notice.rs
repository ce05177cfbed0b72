//! Lines for whoever looks after a replica: what was refused, repaired or revoked, and why.

use std::collections::BTreeMap;

use crate::error::Result;
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
