//! Group commit: one thread takes what waits, runs each job inside the transaction on its own, commits once,
//! and only then tells the callers. One fsync carries many saves.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::error::{Result, StoreError};
use crate::readers::Readers;
use crate::records::Records;
use crate::tx::Tx;

/// Jobs that may wait: past this, callers wait for a place.
const QUEUE: usize = 4096;
/// Jobs in one commit: bounds how long the first of them waits.
const MAX_JOBS: usize = 512;

/// A unit of work; it may run more than once.
trait Job: Send {
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<()>;
    fn reply(self: Box<Self>, outcome: Result<()>);
}

struct Work<T, F> {
    work: F,
    value: Option<T>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnMut(&mut Tx<'_>) -> Result<T> + Send> Job for Work<T, F> {
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        self.value = Some((self.work)(tx)?);
        Ok(())
    }

    fn reply(self: Box<Self>, outcome: Result<()>) {
        let Self { value, reply, .. } = *self;
        let answer = outcome.and_then(|()| value.ok_or(StoreError::Closed));
        // A caller that went away does not undo what was committed.
        let _gone = reply.send(answer);
    }
}

/// The writing thread and the way to it.
struct Thread {
    /// `None` while it is dropped.
    queue: Option<SyncSender<Box<dyn Job>>>,
    handle: Option<JoinHandle<()>>,
}

impl Drop for Thread {
    /// Waits until the thread has let go of the database: the library that encrypts it frees its tables when the program
    /// exits, and a thread that still closes a connection then ends the process with a memory fault.
    fn drop(&mut self) {
        self.queue = None;
        let Some(handle) = self.handle.take() else { return };
        // A job may hold the last clone; a thread does not wait for itself.
        if handle.thread().id() != std::thread::current().id() && handle.join().is_err() {
            tracing::error!(error.code = "bug", "the writing thread had stopped on a defect of the program");
        }
    }
}

/// The one way for a server to write: cheap to clone, shared by all handlers. Dropping the last clone writes what still
/// waits and returns when the writing thread has ended.
#[derive(Clone)]
pub struct Writer {
    records: Arc<Records>,
    thread: Arc<Thread>,
    readers: Arc<Readers>,
    committed: Arc<tokio::sync::watch::Sender<u64>>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("records", &self.records).finish_non_exhaustive()
    }
}

impl Writer {
    /// Starts the writing thread. It ends when the last clone is dropped.
    ///
    /// # Errors
    /// [`StoreError::Database`] if no thread can be started.
    pub fn start(records: Arc<Records>) -> Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE);
        let committed = Arc::new(tokio::sync::watch::Sender::new(0));
        let (for_thread, tell) = (records.clone(), committed.clone());
        let handle = std::thread::Builder::new()
            .name("holdfast-writer".into())
            .spawn(move || write_all(&for_thread, &jobs, &tell))
            .map_err(|error| StoreError::Database(format!("no thread for writing: {error}")))?;
        let thread = Arc::new(Thread { queue: Some(queue), handle: Some(handle) });
        let readers = Arc::new(Readers::start(&records)?);
        Ok(Self { records, thread, readers, committed })
    }

    /// The records written to.
    pub fn records(&self) -> &Arc<Records> {
        &self.records
    }

    /// Changes with every commit that anybody makes through this writer.
    pub fn commits(&self) -> tokio::sync::watch::Receiver<u64> {
        self.committed.subscribe()
    }

    /// Runs `work` in the next commit; returns once that is durable. `work` may run more than once.
    ///
    /// # Errors
    /// What `work` fails with (nothing of it is kept, others in the commit are), or the database.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Work { work, value: None, reply });
        let queue = self.thread.queue.clone().ok_or(StoreError::Closed)?;
        if let Err(std::sync::mpsc::TrySendError::Full(job)) = queue.try_send(job) {
            let waited = tokio::task::spawn_blocking(move || queue.send(job)).await;
            waited.map_err(|_| StoreError::Closed)?.map_err(|_| StoreError::Closed)?;
        }
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Reads off the async threads.
    ///
    /// # Errors
    /// What `work` fails with, or the database.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut crate::view::View<'_>) -> Result<T> + Send + 'static,
    {
        self.readers.run(move |records| records.read(work)).await
    }

    /// Runs something blocking on the records off the async threads.
    ///
    /// # Errors
    /// What `work` fails with.
    pub async fn call<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Records) -> Result<T> + Send + 'static,
    {
        let records = self.records.clone();
        tokio::task::spawn_blocking(move || work(&records)).await.map_err(|_| StoreError::Closed)?
    }

    /// Tells those who wait for news that something was committed by another way.
    pub fn announce(&self) {
        self.committed.send_modify(|count| *count += 1);
    }
}

fn write_all(records: &Records, jobs: &Receiver<Box<dyn Job>>, committed: &tokio::sync::watch::Sender<u64>) {
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        while batch.len() < MAX_JOBS
            && let Ok(next) = jobs.try_recv()
        {
            batch.push(next);
        }
        run_batch(records, batch, committed);
    }
}

/// Whoever has been told that a save is durable finds it in the count of commits: what is remembered of an earlier state is
/// looked at again.
fn run_batch(records: &Records, mut batch: Vec<Box<dyn Job>>, committed: &tokio::sync::watch::Sender<u64>) {
    let together = catch_unwind(AssertUnwindSafe(|| commit(records, &mut batch)));
    let outcomes = match together {
        Ok(Ok(outcomes)) => outcomes,
        Ok(Err(error)) if batch.len() == 1 => vec![Err(error)],
        // One of them broke the whole commit, or panicked: each on its own, so that only the culprit fails.
        Ok(Err(_)) | Err(_) => batch.iter_mut().map(|job| run_alone(records, job)).collect(),
    };
    // What was refused has committed nothing: who waits for a commit must not be woken by their own refusal.
    if outcomes.iter().any(Result::is_ok) {
        committed.send_modify(|count| *count += 1);
    }
    for (job, outcome) in batch.into_iter().zip(outcomes) {
        job.reply(outcome);
    }
}

fn run_alone(records: &Records, job: &mut Box<dyn Job>) -> Result<()> {
    let alone = catch_unwind(AssertUnwindSafe(|| commit(records, std::slice::from_mut(job))));
    match alone {
        Ok(outcome) => outcome.and_then(|mut outcomes| outcomes.pop().unwrap_or(Err(StoreError::Closed))),
        Err(_) => {
            tracing::error!(error.code = "bug", "a write panicked; it was left out, the others go on");
            Err(StoreError::Database("a defect in the program stopped this save; it was left out".into()))
        }
    }
}

fn commit(records: &Records, batch: &mut [Box<dyn Job>]) -> Result<Vec<Result<()>>> {
    if let [job] = batch {
        return Ok(vec![records.write(|tx| job.run(tx))]);
    }
    records.write_each(batch.len(), |at, tx| batch[at].run(tx))
}
