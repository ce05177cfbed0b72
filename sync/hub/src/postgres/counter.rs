//! Named counters: one sequence each, advanced by whole ranges.
//!
//! `nextval` alone gives one number; a row that is updated would hold every writer up until the first commits.
//! So a small function takes the range under an advisory lock that it holds for microseconds. Numbers are taken
//! outside the transaction: one that is rolled back leaves a hole. They rise in the order taken, whichever
//! process takes them, so a writer that has seen another's rows always gets higher ones: histories rely on that.

use holdfast_store::error::{Result, StoreError};

use super::connection::Connection;

/// Advisory lock class of counters ("HFct").
const LOCK_CLASS: i32 = 0x4846_6374;

/// The statement that makes the function. A counter's sequence is made when it is first used; of two
/// transactions that do so at once, one is repeated.
pub(super) fn function_ddl() -> String {
    format!(
        "CREATE OR REPLACE FUNCTION holdfast_take(counter text, n bigint) RETURNS bigint LANGUAGE plpgsql AS $$ \
         DECLARE \
           name text := 'counter_' || counter; \
           first bigint; \
         BEGIN \
           IF to_regclass(name) IS NULL THEN \
             EXECUTE format('CREATE SEQUENCE %I AS bigint MINVALUE 1 NO CYCLE', name); \
           END IF; \
           PERFORM pg_advisory_lock({LOCK_CLASS}, hashtext(name)); \
           first := nextval(name::regclass); \
           IF n > 1 THEN PERFORM setval(name::regclass, first + n - 1); END IF; \
           PERFORM pg_advisory_unlock({LOCK_CLASS}, hashtext(name)); \
           RETURN first; \
         END $$"
    )
}

/// Takes `n` (at least 1) consecutive numbers; the first one.
///
/// # Errors
/// [`StoreError::Database`] unless the name is lower-case letters and `_`, or the database's.
pub(super) fn take(connection: &mut Connection, counter: &str, n: u64) -> Result<u64> {
    if counter.is_empty() || !counter.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
        return Err(StoreError::Database(format!("\"{counter}\" cannot name a counter")));
    }
    let n = i64::try_from(n.max(1)).map_err(|_| StoreError::Database(format!("{n} numbers at once")))?;
    let taken = connection.query("SELECT holdfast_take($1, $2)", &[&counter, &n]);
    if taken.is_err() {
        // A cancelled call may have left the lock with this session.
        connection.give_up();
    }
    let first: i64 = match taken?.first() {
        Some(row) => row.get(0),
        None => return Err(StoreError::Corrupt("a counter gave no number".into())),
    };
    u64::try_from(first).map_err(|_| StoreError::Corrupt(format!("the counter {counter} went below zero")))
}
