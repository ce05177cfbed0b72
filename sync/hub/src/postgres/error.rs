//! PostgreSQL's errors, sorted into what a caller can act on.
//!
//! Only the server's one-line message is passed on: its `DETAIL` quotes the values of the row, which may be a
//! patient's.

use std::error::Error as _;

use holdfast_store::error::StoreError;
use postgres::error::{DbError, SqlState};

use super::cell::CellError;

/// What an error means for the connection and the transaction it came from.
pub(super) fn map_error(error: &postgres::Error) -> StoreError {
    if let Some(found) = error.as_db_error() {
        return map_answer(found);
    }
    if let Some(cell) = error.source().and_then(|source| source.downcast_ref::<CellError>()) {
        return cell.to_store_error();
    }
    let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    StoreError::Database(format!("PostgreSQL cannot be reached or answered nonsense ({error}{cause})"))
}

fn map_answer(error: &DbError) -> StoreError {
    let code = error.code();
    let text = || format!("{} (SQLSTATE {})", error.message(), code.code());
    match code {
        &SqlState::DISK_FULL => StoreError::DiskFull,
        &SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED => StoreError::Corrupt(text()),
        &SqlState::T_R_SERIALIZATION_FAILURE
        | &SqlState::T_R_DEADLOCK_DETECTED
        // Another writer inserted the same key after this one had looked.
        | &SqlState::UNIQUE_VIOLATION
        // The schema was migrated under a prepared statement, or a proxy lost it.
        | &SqlState::INVALID_SQL_STATEMENT_NAME => StoreError::Retry,
        &SqlState::FEATURE_NOT_SUPPORTED if error.message().contains("cached plan") => StoreError::Retry,
        &SqlState::PROGRAM_LIMIT_EXCEEDED => StoreError::Refused {
            code: "value-too-long",
            message: "a name, id or search value is too long to be indexed (about 2,700 bytes); shorten it".into(),
        },
        &SqlState::LOCK_NOT_AVAILABLE => StoreError::Database("another hub has been writing for too long".into()),
        _ => StoreError::Database(text()),
    }
}

/// Whether the server has ended this connection, or is about to.
pub(super) fn ends_connection(error: &postgres::Error) -> bool {
    match error.code() {
        // Class 57P: shutdown, crash of another backend, not yet up. 25P03: idle in a transaction for too long.
        Some(code) => {
            code.code().starts_with("57P") || code.code().starts_with("08") || code.code() == "25P03"
                // What is prepared here no longer fits: begin with a fresh connection.
                || code == &SqlState::INVALID_SQL_STATEMENT_NAME
                || code == &SqlState::FEATURE_NOT_SUPPORTED
        }
        None => error.is_closed() || is_io(error),
    }
}

fn is_io(error: &postgres::Error) -> bool {
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}
