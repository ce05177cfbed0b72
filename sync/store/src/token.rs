//! One-time tokens and issued certificates, in the hub's database. They need no replica identity, so that a command
//! line may add a token while the hub runs.

use crate::error::{Result, StoreError};
use crate::schema;
use crate::sql::{Database, Sql, Value};

/// Why a token is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenState {
    /// Never given out.
    Unknown,
    /// Used before.
    Used,
    /// Too old.
    Expired,
}

/// Remembers the hash of a token with what it entitles to.
///
/// # Errors
/// The database.
pub fn insert(db: &dyn Database, hash: &[u8], identity: &str, expires_ms: u64) -> Result<()> {
    db.write(&mut |sql| {
        let row: Vec<Value> = vec![hash.into(), identity.into(), expires_ms.into(), Value::Null];
        sql.upsert(&schema::TOKEN, vec![row])
    })
}

/// Uses a token up; what it entitles to, or why not.
///
/// # Errors
/// The database.
pub fn take(db: &dyn Database, hash: &[u8], now_ms: u64) -> Result<Result<String, TokenState>> {
    let mut out = Err(TokenState::Unknown);
    db.write(&mut |sql: &mut dyn Sql| {
        let key = vec![hash.into()];
        let found = sql.lookup(&schema::TOKEN, &["hash"], &["identity", "expires_ms", "used_ms"], &[key])?;
        out = match found.into_iter().next().flatten() {
            None => Err(TokenState::Unknown),
            Some(row) if !row.is_null(2) => Err(TokenState::Used),
            Some(row) if row.uint(1)? < now_ms => Err(TokenState::Expired),
            Some(row) => {
                let text = "UPDATE token SET used_ms = $2 WHERE hash = $1 AND used_ms IS NULL";
                match sql.execute(text, &[hash.into(), now_ms.into()])? {
                    1 => Ok(row.text(0)?.to_owned()),
                    _ => return Err(StoreError::Retry),
                }
            }
        };
        Ok(())
    })?;
    Ok(out)
}

/// Records a certificate before it is handed out.
///
/// # Errors
/// The database.
pub fn record_issued(
    db: &dyn Database,
    serial: &[u8],
    identity: &str,
    key_sha256: &[u8],
    not_after_ms: u64,
) -> Result<()> {
    db.write(&mut |sql| {
        let row = vec![serial.into(), identity.into(), key_sha256.into(), not_after_ms.into(), Value::Int(0)];
        sql.upsert(&schema::ISSUED, vec![row])
    })
}
