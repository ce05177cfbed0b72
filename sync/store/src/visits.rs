//! When a patient was last of interest here: opened by somebody, or changed by anybody.
//!
//! Time is counted by a clock of its own, which goes on while the replica runs and no faster than a day between two
//! looks: neither a month switched off nor a wall clock that jumps makes everybody look forgotten.

use std::collections::BTreeSet;

use holdfast_core::id::Scope;

use crate::error::Result;
use crate::identity;
use crate::records::Records;
use crate::schema;
use crate::sql::{Sql, Value};

/// Scopes opened since the last [`Records::note_visits`], kept in memory; more than so many are forgotten, which
/// costs nothing but an early eviction.
const MAX_OPENED: usize = 100_000;
/// The longest step of the clock.
const MAX_STEP_MS: u64 = 24 * 3600 * 1000;
const CLOCK: &str = "visits";

/// Scopes opened since they were last noted.
pub(crate) type Opened = std::sync::Mutex<BTreeSet<Scope>>;

impl Records {
    /// Takes note, in memory, that somebody here has opened a patient. Cheap; a power cut forgets it.
    pub fn visited(&self, scope: Scope) {
        let mut opened = self.opened.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if opened.len() < MAX_OPENED {
            opened.insert(scope);
        }
    }

    /// Writes down which patients were opened, or have news, since the last call; the time by the clock that
    /// [`Records::evictable`] goes by. Costs one look at every patient's head.
    ///
    /// # Errors
    /// The database; what was opened is remembered for the next call.
    pub fn note_visits(&self) -> Result<u64> {
        let opened = std::mem::take(&mut *self.opened.lock().unwrap_or_else(|e| e.into_inner()));
        let now = self.write(|tx| {
            let now = advance(tx.sql, tx.records.now_ms())?;
            let text = "SELECT s.name, s.head FROM scope s LEFT JOIN visited v ON v.scope = s.name \
                        WHERE s.name >= 'patient/' AND s.name < 'patient0' AND (v.head IS NULL OR v.head <> s.head)";
            let mut rows: Vec<Vec<Value>> = Vec::new();
            for row in tx.sql.query(text, &[])? {
                rows.push(vec![row.text(0)?.into(), now.into(), row.int(1)?.into()]);
            }
            tx.sql.upsert(&schema::VISITED, rows)?;
            for scope in &opened {
                let text = "UPDATE visited SET used_ms = $2 WHERE scope = $1";
                tx.sql.execute(text, &[scope.0.as_str().into(), now.into()])?;
            }
            Ok(now)
        });
        if now.is_err() {
            opened.into_iter().for_each(|scope| self.visited(scope));
        }
        now
    }
}

/// Moves the clock on: its time now. Kept as time, then wall clock at that time.
fn advance(sql: &mut dyn Sql, wall_ms: u64) -> Result<u64> {
    let kept: Option<[u8; 16]> = identity::meta(sql, CLOCK)?.and_then(|bytes| bytes.try_into().ok());
    let word = |at: usize| kept.map(|all| u64::from_le_bytes(std::array::from_fn(|i| all[at + i])));
    let step = word(8).map_or(0, |then| wall_ms.saturating_sub(then).min(MAX_STEP_MS));
    let now = word(0).unwrap_or(0) + step;
    identity::set_meta(sql, CLOCK, Some(&[now.to_le_bytes(), wall_ms.to_le_bytes()].concat()))?;
    Ok(now)
}
