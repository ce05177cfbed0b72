//! One-time tokens and issued certificates, in the hub's database. They need no replica identity, so that a command
//! line may add a token or revoke a certificate while the hub runs.

use std::collections::BTreeSet;

use crate::error::{Result, StoreError};
use crate::notice;
use crate::schema;
use crate::sql::{Database, Sql, Value};

/// Why a token is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenState {
    /// Never given out.
    Unknown,
    /// Used before, for another key.
    Used,
    /// Too old.
    Expired,
}

/// What a token gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// What it entitles to.
    pub identity: String,
    /// The certificate it brought before, if the same key has used it already.
    pub certificate: Option<String>,
}

const REVOKED: i64 = 1;

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

/// Uses a token up for one key; what it entitles to, or why not. The same key may use it again within its life, for
/// the answer to the first time may have been lost.
///
/// # Errors
/// The database.
pub fn take(
    db: &dyn Database,
    hash: &[u8],
    key_sha256: &[u8],
    now_ms: u64,
) -> Result<Result<Taken, TokenState>> {
    let mut out = Err(TokenState::Unknown);
    db.write(&mut |sql: &mut dyn Sql| {
        out = take_in(sql, hash, key_sha256, now_ms)?;
        Ok(())
    })?;
    Ok(out)
}

fn take_in(
    sql: &mut dyn Sql,
    hash: &[u8],
    key_sha256: &[u8],
    now_ms: u64,
) -> Result<Result<Taken, TokenState>> {
    let key = || vec![vec![hash.into()]];
    let found = sql.lookup(&schema::TOKEN, &["hash"], &["identity", "expires_ms", "used_ms"], &key())?;
    let Some(row) = found.into_iter().next().flatten() else { return Ok(Err(TokenState::Unknown)) };
    let (identity, is_old) = (row.text(0)?.to_owned(), row.uint(1)? <= now_ms);
    if row.is_null(2) {
        if is_old {
            return Ok(Err(TokenState::Expired));
        }
        let text = "UPDATE token SET used_ms = $2 WHERE hash = $1 AND used_ms IS NULL";
        if sql.execute(text, &[hash.into(), now_ms.into()])? != 1 {
            return Err(StoreError::Retry);
        }
        sql.upsert(&schema::TOKEN_USE, vec![vec![hash.into(), key_sha256.into(), Value::Null]])?;
        return Ok(Ok(Taken { identity, certificate: None }));
    }
    let used = sql.lookup(&schema::TOKEN_USE, &["hash"], &["key_sha256", "certificate"], &key())?;
    match used.into_iter().next().flatten() {
        Some(used) if used.blob(0)? == key_sha256 && !is_old => {
            let certificate = if used.is_null(1) { None } else { Some(used.text(1)?.to_owned()) };
            Ok(Ok(Taken { identity, certificate }))
        }
        _ => Ok(Err(TokenState::Used)),
    }
}

/// A certificate on record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issued<'a> {
    /// Its number.
    pub serial: &'a [u8],
    /// Whom it names.
    pub identity: &'a str,
    /// SHA-256 of its key.
    pub key_sha256: &'a [u8],
    /// Its end, in Unix milliseconds.
    pub not_after_ms: u64,
}

/// Records a certificate before it is handed out and, if a token brought it, beside the token, for a second asking.
///
/// # Errors
/// The database.
pub fn record_issued(db: &dyn Database, issued: &Issued<'_>, token: Option<(&[u8], &str)>) -> Result<()> {
    db.write(&mut |sql| {
        let Issued { serial, identity, key_sha256, not_after_ms } = *issued;
        let row = vec![serial.into(), identity.into(), key_sha256.into(), not_after_ms.into(), Value::Int(0)];
        sql.upsert(&schema::ISSUED, vec![row])?;
        match token {
            Some((hash, pem)) => {
                sql.upsert(&schema::TOKEN_USE, vec![vec![hash.into(), key_sha256.into(), pem.into()]])
            }
            None => Ok(()),
        }
    })
}

/// Revokes one certificate by its number and leaves a notice; whom it names.
///
/// # Errors
/// [`StoreError::NotFound`] if none was issued under this number, or the database.
pub fn revoke_serial(db: &dyn Database, serial: &[u8], now_ms: u64, reason: &str) -> Result<String> {
    let mut named = String::new();
    let hex: String = serial.iter().map(|b| format!("{b:02x}")).collect();
    db.write(&mut |sql| {
        let rows = sql.query("SELECT identity FROM issued WHERE serial = $1", &[serial.into()])?;
        let row = rows.first().ok_or_else(|| StoreError::NotFound(format!("a certificate {hex}")))?;
        row.text(0)?.clone_into(&mut named);
        sql.execute("UPDATE issued SET state = $2 WHERE serial = $1", &[serial.into(), REVOKED.into()])?;
        notice::leave(sql, now_ms, "certificate-revoked", &format!("{hex} of {named}: {reason}"))
    })?;
    Ok(named)
}

/// Whether a certificate was recorded just so, and is not revoked.
///
/// # Errors
/// The database.
pub fn is_good(db: &dyn Database, shown: &Issued<'_>) -> Result<bool> {
    let mut is_good = false;
    db.read(&mut |sql| {
        let text = "SELECT identity, key_sha256, state FROM issued WHERE serial = $1";
        let rows = sql.query(text, &[shown.serial.into()])?;
        is_good = match rows.first() {
            Some(row) => {
                row.text(0)? == shown.identity && row.blob(1)? == shown.key_sha256 && row.int(2)? != REVOKED
            }
            None => false,
        };
        Ok(())
    })?;
    Ok(is_good)
}

/// The numbers of the certificates that are revoked; expired ones too, for they could be renewed still.
///
/// # Errors
/// The database.
pub fn revoked_serials(db: &dyn Database) -> Result<BTreeSet<Vec<u8>>> {
    let mut out = BTreeSet::new();
    db.read(&mut |sql| {
        out.clear();
        for row in sql.query("SELECT serial FROM issued WHERE state = $1", &[REVOKED.into()])? {
            out.insert(row.blob(0)?.to_vec());
        }
        Ok(())
    })?;
    Ok(out)
}

/// A certificate given out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
    /// Its number, big-endian.
    pub serial: Vec<u8>,
    /// Whom it names.
    pub identity: String,
    /// Its end, in Unix milliseconds.
    pub not_after_ms: u64,
    /// Whether it is revoked.
    pub revoked: bool,
}

/// Every certificate on record, latest end first.
///
/// # Errors
/// The database.
pub fn certificates(db: &dyn Database) -> Result<Vec<Certificate>> {
    let mut out = Vec::new();
    db.read(&mut |sql| {
        out.clear();
        let text =
            "SELECT serial, identity, not_after_ms, state FROM issued ORDER BY not_after_ms DESC, serial";
        for row in sql.query(text, &[])? {
            out.push(Certificate {
                serial: row.blob(0)?.to_vec(),
                identity: row.text(1)?.to_owned(),
                not_after_ms: row.uint(2)?,
                revoked: row.int(3)? == REVOKED,
            });
        }
        Ok(())
    })?;
    Ok(out)
}
