//! Whose turn it is to write: one writer at a time over all hub processes, as on SQLite.
//!
//! The store reads before it writes, and what it writes depends on rows that it only read: who subscribes to a
//! scope, which nodes a clinic has. Side by side under snapshot isolation, of two such writers neither would see
//! the other (write skew): a node that says hello while another pushes would never be told of the patients in
//! that push. `SERIALIZABLE` notices, but promotes bulk reads to locks on whole tables, so that any two pushes
//! abort each other. Waiting for a turn costs less, and a hub process has one writing thread anyway.
//!
//! What takes long and needs no turn (decoding, verifying signatures, reading) is done outside of it.

use std::time::Duration;

/// Opens a transaction in its turn. `LOCK TABLE` comes before the snapshot is taken, so that the snapshot has
/// everything the one before committed. Turns are given in the order asked for; readers do not notice.
pub(super) const BEGIN: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE schema_version IN EXCLUSIVE MODE";

/// Runs of one piece of work. In its turn only a foreign program (an operator's psql, a restore) can make it fail,
/// or a database that already breaks a rule.
pub(super) const MAX_RUNS: u32 = 10;
/// The longest first pause; it doubles with each run up to [`LAST_DOUBLING`].
const FIRST_PAUSE_MS: u64 = 2;
const LAST_DOUBLING: u32 = 6;

/// Waits a random while before run number `run` (from 1).
pub(super) fn pause_before(run: u32) {
    let longest_ms = FIRST_PAUSE_MS << run.min(LAST_DOUBLING);
    let mut dice = [0; 2];
    // Without randomness the pause is just less fair.
    let _unfair = getrandom::fill(&mut dice);
    let share = u64::from(u16::from_le_bytes(dice));
    std::thread::sleep(Duration::from_micros(longest_ms * 1000 * share / u64::from(u16::MAX)));
}
