//! The search index follows its definitions. A build that indexes more, or otherwise, finds at opening that the index was
//! made by others, and makes it again in steps, beside everything else: what is saved meanwhile is indexed as always, and
//! searches find what is indexed so far.
//!
//! A parameter's number never changes its meaning (`appliance/clinical`), so that the rows that are there stay right; those
//! under numbers that are no more go at the end.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::error::Result;
use crate::identity::{meta, set_meta};
use crate::records::Records;
use crate::schema;
use crate::scrub::index_entries;
use crate::writer::Writer;

/// Between two steps: others get their turn.
const PAUSE: Duration = Duration::from_millis(2);
const PAUSE_AFTER_TROUBLE: Duration = Duration::from_secs(10);
/// How often the log says how far it is.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// The version of the definitions that the index follows.
const VERSION: &str = "index-version";
/// The number of the resource up to which the index has been made again.
const REACHED: &str = "index-reached";

/// How far the index has been made again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reindexed {
    /// Number of the last resource that is done.
    pub reached: i64,
    /// Number of the last resource of all, about.
    pub last: i64,
}

/// Looks at opening whether the index follows the definitions in force.
pub(crate) fn look(records: &Records) -> Result<()> {
    let current = records.rules().index_version().to_le_bytes();
    let (mut is_current, mut is_empty) = (false, false);
    records.db.read(&mut |sql| {
        is_current = meta(sql, VERSION)?.as_deref() == Some(&current[..]);
        is_empty = is_current || sql.query("SELECT 1 FROM resource LIMIT 1", &[])?.is_empty();
        Ok(())
    })?;
    if is_empty && !is_current {
        records.db.write(&mut |sql| set_meta(sql, VERSION, Some(&current)))?;
    }
    records.reindexing.store(!is_current && !is_empty, Ordering::Relaxed);
    Ok(())
}

impl Records {
    /// Whether the search index is being made again: searches may miss what is not done yet.
    pub fn is_reindexing(&self) -> bool {
        self.reindexing.load(Ordering::Relaxed)
    }

    /// Makes the index of the next resources again, some hundred of them; `None` if there is nothing more to do. Call it
    /// until then, with pauses as there are others.
    ///
    /// # Errors
    /// The database. What was done stays done.
    pub fn reindex(&self) -> Result<Option<Reindexed>> {
        if !self.is_reindexing() {
            return Ok(None);
        }
        let done = self.write(|tx| {
            let reached =
                meta(tx.sql, REACHED)?.and_then(|bytes| bytes.try_into().ok()).map_or(0, i64::from_le_bytes);
            let rows = tx.sql.query("SELECT MAX(no) FROM resource", &[])?;
            let last = rows.first().filter(|row| !row.is_null(0)).map_or(Ok(0), |row| row.int(0))?;
            if let Some((reached, entries)) = index_entries(self, tx.sql, reached)? {
                tx.sql.insert_new(&schema::SEARCH, entries)?;
                set_meta(tx.sql, REACHED, Some(&reached.to_le_bytes()))?;
                return Ok(Some(Reindexed { reached, last }));
            }
            for row in tx.sql.query("SELECT DISTINCT param FROM search", &[])? {
                let param = row.int(0)?;
                if !u32::try_from(param).is_ok_and(|param| self.rules().has_param(param)) {
                    tx.sql.execute("DELETE FROM search WHERE param = $1", &[param.into()])?;
                }
            }
            set_meta(tx.sql, REACHED, None)?;
            set_meta(tx.sql, VERSION, Some(&self.rules().index_version().to_le_bytes()))?;
            Ok(None)
        })?;
        self.reindexing.store(done.is_some(), Ordering::Relaxed);
        Ok(done)
    }
}

/// Makes the index again if it has to be, until it is done or `stop` says so; a step at a time, with room between them.
pub async fn run(writer: Writer, mut stop: watch::Receiver<bool>) {
    let mut told = Instant::now();
    loop {
        let pause = match writer.call(Records::reindex).await {
            Ok(None) => return,
            Ok(Some(Reindexed { reached, last })) => {
                if reached == last || told.elapsed() >= TELL_EVERY {
                    tracing::info!(reached, last, "the search index is being made again");
                    told = Instant::now();
                }
                PAUSE
            }
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the search index waits to be made again");
                PAUSE_AFTER_TROUBLE
            }
        };
        if tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}
