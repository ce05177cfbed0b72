//! How the replicas below stand, for whoever looks after the fleet.

use std::collections::BTreeSet;

use crate::error::{Result, StoreError};
use crate::notice;
use crate::sql::{Database, Sql};
use crate::upstream::REVOKED;

/// Marks counted a replica: past this "many" is all that a person needs to know.
const COUNTED: u32 = 10_000;

/// One replica below.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplicaState {
    /// Its clinic.
    pub clinic: String,
    /// Its name.
    pub name: String,
    /// `node`, `desktop` or `hub`.
    pub kind: String,
    /// Whether it is revoked.
    pub revoked: bool,
    /// When it was last heard of, in Unix milliseconds; a minute may be missing.
    pub seen_ms: u64,
    /// Scopes with news that it has not fetched; at most ten thousand are counted.
    pub waiting: u64,
}

/// Every replica, by clinic and name.
///
/// # Errors
/// The database.
pub fn replicas(db: &dyn Database) -> Result<Vec<ReplicaState>> {
    let mut out = Vec::new();
    db.read(&mut |sql: &mut dyn Sql| {
        out.clear();
        let text = "SELECT no, clinic, name, kind, state, seen_ms FROM replica ORDER BY clinic, name";
        for row in sql.query(text, &[])? {
            let waiting = format!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM dirty WHERE replica_no = $1 LIMIT {COUNTED}) AS marks"
            );
            let marks = sql.query(&waiting, &[row.int(0)?.into()])?;
            out.push(ReplicaState {
                clinic: row.text(1)?.to_owned(),
                name: row.text(2)?.to_owned(),
                kind: row.text(3)?.to_owned(),
                revoked: row.int(4)? == REVOKED,
                seen_ms: row.uint(5)?,
                waiting: marks.first().map_or(Ok(0), |row| row.uint(0))?,
            });
        }
        Ok(())
    })?;
    Ok(out)
}

/// The replicas that are revoked: clinic and name.
///
/// # Errors
/// The database.
pub fn revoked(db: &dyn Database) -> Result<BTreeSet<(String, String)>> {
    let mut out = BTreeSet::new();
    db.read(&mut |sql| {
        out.clear();
        for row in sql.query("SELECT clinic, name FROM replica WHERE state = $1", &[REVOKED.into()])? {
            out.insert((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
        }
        Ok(())
    })?;
    Ok(out)
}

/// Revokes a replica and leaves a notice: its requests are refused, what it still sends is kept for review.
///
/// # Errors
/// [`StoreError::NotFound`], or the database.
pub fn revoke(db: &dyn Database, clinic: &str, replica: &str, now_ms: u64, reason: &str) -> Result<()> {
    db.write(&mut |sql| {
        let text = "UPDATE replica SET state = $3 WHERE clinic = $1 AND name = $2";
        match sql.execute(text, &[clinic.into(), replica.into(), REVOKED.into()])? {
            0 => Err(StoreError::NotFound(format!("replica {clinic}/{replica}"))),
            _ => notice::leave(sql, now_ms, "replica-revoked", &format!("{clinic}/{replica}: {reason}")),
        }
    })
}
