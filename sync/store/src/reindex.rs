//! Catching the search index up: with rows that a large save left for later ([`crate::unindexed`]), and with its
//! definitions. A build that indexes more, or otherwise, finds at opening that the index was made by others, and makes it
//! again in steps, beside everything else: what is saved meanwhile is indexed as always, and searches find what is indexed
//! so far.
//!
//! A parameter's number never changes its meaning (`appliance/clinical`), so that the rows that are there stay right; those
//! under numbers that are no more go at the end.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::error::Result;
use crate::identity::{meta, set_meta};
use crate::records::Records;
use crate::schema;
use crate::scrub::index_entries;
use crate::sql::Sql;
use crate::tx::Tx;
use crate::unindexed;
use crate::view::View;
use crate::writer::Writer;

/// Between two steps: others get their turn.
const PAUSE: Duration = Duration::from_millis(2);
const PAUSE_AFTER_TROUBLE: Duration = Duration::from_secs(10);
/// While commits follow each other faster than this, the index waits: what comes in large amounts is stored first.
const QUIET: Duration = Duration::from_secs(2);
/// So long it waits at most.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Another process on the same database may have left rows for later.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How often the log says how far it is.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// The version of the definitions that the index follows.
const VERSION: &str = "index-version";
/// The number of the resource up to which the index has been made again.
const REACHED: &str = "index-reached";

/// What one step did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Rows of so many resources that were left for later.
    Late(usize),
    /// The index is made again after a change of definitions.
    Again {
        /// Number of the last resource that is done.
        reached: i64,
        /// Number of the last resource of all, about.
        last: i64,
    },
}

/// Notes in an empty database that its index will follow the definitions in force.
pub(crate) fn begin(records: &Records) -> Result<()> {
    let is_new = records.read(|view| {
        Ok(!view.has_current_index()? && view.sql.query("SELECT 1 FROM resource LIMIT 1", &[])?.is_empty())
    })?;
    if !is_new {
        return Ok(());
    }
    let current = records.rules().index_version().to_le_bytes();
    records.db.write(&mut |sql| set_meta(sql, VERSION, Some(&current)))
}

/// Whether rows by new definitions are still to be made, those that are else made at once among them.
pub(crate) fn is_pending(records: &Records, sql: &mut dyn Sql) -> Result<bool> {
    let current = records.rules().index_version().to_le_bytes();
    Ok(meta(sql, VERSION)?.as_deref() != Some(&current[..]))
}

impl View<'_> {
    /// Whether the search index lacks rows: searches by others than those that are made at once may miss something.
    ///
    /// # Errors
    /// The database.
    pub fn is_index_behind(&mut self) -> Result<bool> {
        Ok(unindexed::is_any(self.sql)? || !self.has_current_index()?)
    }

    /// Whether the index follows the definitions in force.
    fn has_current_index(&mut self) -> Result<bool> {
        Ok(meta(self.sql, VERSION)?.as_deref() == Some(&self.rules.index_version().to_le_bytes()[..]))
    }
}

impl Records {
    /// Catches the index up by some hundred resources; `None` if there is nothing more to do. Call it until then, with
    /// pauses as there are others.
    ///
    /// # Errors
    /// The database. What was done stays done.
    pub fn index_step(&self) -> Result<Option<Step>> {
        let (has_late, is_current) =
            self.read(|view| Ok((unindexed::is_any(view.sql)?, view.has_current_index()?)))?;
        if has_late {
            let late = self.write(|tx| unindexed::step(self, tx.sql))?;
            if late > 0 {
                return Ok(Some(Step::Late(late)));
            }
        }
        if is_current { Ok(None) } else { self.write(|tx| self.again(tx)) }
    }

    /// Makes the index of the next resources again.
    fn again(&self, tx: &mut Tx<'_>) -> Result<Option<Step>> {
        let reached =
            meta(tx.sql, REACHED)?.and_then(|bytes| bytes.try_into().ok()).map_or(0, i64::from_le_bytes);
        let rows = tx.sql.query("SELECT MAX(no) FROM resource", &[])?;
        let last = rows.first().filter(|row| !row.is_null(0)).map_or(Ok(0), |row| row.int(0))?;
        if let Some((reached, entries)) = index_entries(self, tx.sql, reached)? {
            tx.sql.insert_new(&schema::SEARCH, entries)?;
            set_meta(tx.sql, REACHED, Some(&reached.to_le_bytes()))?;
            return Ok(Some(Step::Again { reached, last }));
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
    }
}

impl Writer {
    /// Makes rows that were left for later, for as long as `limit`.
    ///
    /// # Errors
    /// The database.
    pub async fn catch_up_index(&self, limit: Duration) -> Result<()> {
        let until = Instant::now() + limit;
        while let Some(Step::Late(_)) = self.call(Records::index_step).await?
            && Instant::now() < until
        {}
        Ok(())
    }
}

/// Keeps the index up until `stop` says so: a step at a time, with room between them, when nothing else is written.
pub async fn run(writer: Writer, mut stop: watch::Receiver<bool>) {
    let mut told = Instant::now();
    let mut commits = writer.commits();
    loop {
        let pause = match writer.call(Records::index_step).await {
            Ok(None) => {
                tokio::select! {
                    _ = stop.wait_for(|stop| *stop) => return,
                    () = wait_for_work(&mut commits) => {}
                }
                continue;
            }
            Ok(Some(Step::Late(_))) => PAUSE,
            Ok(Some(Step::Again { reached, last })) => {
                if reached == last || told.elapsed() >= TELL_EVERY {
                    tracing::info!(reached, last, "the search index is being made again");
                    told = Instant::now();
                }
                PAUSE
            }
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the search index waits to be caught up");
                PAUSE_AFTER_TROUBLE
            }
        };
        if tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}

/// Returns once something was committed and things have quietened, or after a while.
async fn wait_for_work(commits: &mut watch::Receiver<u64>) {
    if tokio::time::timeout(LOOK_EVERY, commits.changed()).await.is_err() {
        return;
    }
    let since = Instant::now();
    while since.elapsed() < LONGEST_WAIT {
        // A writer that is gone has nothing more to index.
        if !matches!(tokio::time::timeout(QUIET, commits.changed()).await, Ok(Ok(()))) {
            return;
        }
    }
}
