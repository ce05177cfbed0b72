//! Whose turn it is to write. Writers run side by side and one that meets another's change runs again; one that
//! keeps losing asks the others to wait, so that it is done in a bounded number of tries.

use std::time::Duration;

/// Runs of one piece of work. The last ones have the database to themselves, so that only a foreign program can
/// make them fail.
pub(super) const MAX_RUNS: u32 = 10;
/// Runs in company before others are asked to wait.
const RUNS_IN_COMPANY: u32 = 5;
/// The longest pause is this, doubled with each run in company.
const FIRST_PAUSE_MS: u64 = 2;

/// The statements that open run number `run` (from 0). `LOCK TABLE` comes before the snapshot is taken.
pub(super) fn begin(run: u32) -> &'static str {
    if run < RUNS_IN_COMPANY {
        "BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE schema_version IN ROW SHARE MODE"
    } else {
        "BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE schema_version IN EXCLUSIVE MODE"
    }
}

/// Waits a random while before run number `run`.
pub(super) fn pause_before(run: u32) {
    let longest_ms = FIRST_PAUSE_MS << run.min(RUNS_IN_COMPANY);
    let mut dice = [0; 2];
    // Without randomness the pause is just less fair.
    let _unfair = getrandom::fill(&mut dice);
    let share = u64::from(u16::from_le_bytes(dice));
    std::thread::sleep(Duration::from_micros(longest_ms * 1000 * share / u64::from(u16::MAX)));
}
