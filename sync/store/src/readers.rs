//! Threads that read, few and kept. A thread for each reader, as many as clients wait, would each hold memory and caches of
//! its own, and a switch of threads costs more than most reads: so readers wait in a queue instead, and a thread goes from
//! one to the next.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{Semaphore, oneshot};

use crate::error::{Result, StoreError};
use crate::records::Records;

/// Reads that may wait for a thread: past this, callers wait for a place.
const QUEUE: usize = 4096;

type Job = Box<dyn FnOnce(&Records) + Send>;

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    idle: usize,
    /// A thread was woken and has not come yet.
    is_waking: bool,
    has_ended: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    work: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes a thread if there is work for it. One at a time: it wakes the next if more waits, which by then a thread that
    /// was at work has often taken.
    fn wake_one(&self, queue: &mut Queue) {
        if queue.idle > 0 && !queue.is_waking && !queue.jobs.is_empty() {
            queue.is_waking = true;
            self.work.notify_one();
        }
    }
}

/// The reading threads. Dropped, it waits until they have ended, as [`crate::writer::Writer`] does with its own.
pub(crate) struct Readers {
    shared: Arc<Shared>,
    places: Semaphore,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts as many threads as the database reads in parallel.
    ///
    /// # Errors
    /// [`StoreError::Database`] if no thread can be started.
    pub(crate) fn start(records: &Arc<Records>) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let mut readers = Self { shared, places: Semaphore::new(QUEUE), threads: Vec::new() };
        for _ in 0..records.db.parallel_reads().max(1) {
            let (shared, records) = (readers.shared.clone(), records.clone());
            let started = std::thread::Builder::new()
                .name("holdfast-reader".into())
                .spawn(move || work_off(&shared, &records));
            let handle =
                started.map_err(|error| StoreError::Database(format!("no thread for reading: {error}")))?;
            readers.threads.push(handle);
        }
        Ok(readers)
    }

    /// Runs `work` on one of the threads, unless its caller has gone away by then.
    ///
    /// # Errors
    /// What `work` fails with; [`StoreError::Closed`] if it panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Records) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _place = self.places.acquire().await.map_err(|_| StoreError::Closed)?;
        let (reply, answer) = oneshot::channel();
        self.push(Box::new(move |records| {
            // Whoever types letter by letter leaves a search for each behind: those nobody waits for are not made.
            if !reply.is_closed() {
                let _gone = reply.send(work(records));
            }
        }));
        answer.await.map_err(|_| StoreError::Closed)?
    }

    fn push(&self, job: Job) {
        let mut queue = self.shared.lock();
        queue.jobs.push_back(job);
        self.shared.wake_one(&mut queue);
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.shared.lock().has_ended = true;
        self.shared.work.notify_all();
        let own = std::thread::current().id();
        for thread in self.threads.drain(..) {
            // A job may hold the last clone; a thread does not wait for itself.
            if thread.thread().id() != own && thread.join().is_err() {
                tracing::error!(
                    error.code = "bug",
                    "a reading thread had stopped on a defect of the program"
                );
            }
        }
    }
}

fn work_off(shared: &Shared, records: &Records) {
    let mut queue = shared.lock();
    loop {
        if let Some(job) = queue.jobs.pop_front() {
            shared.wake_one(&mut queue);
            drop(queue);
            if catch_unwind(AssertUnwindSafe(|| job(records))).is_err() {
                tracing::error!(error.code = "bug", "a read panicked; the others go on");
            }
            queue = shared.lock();
        } else if queue.has_ended {
            return;
        } else {
            queue.idle += 1;
            queue = shared.work.wait(queue).unwrap_or_else(PoisonError::into_inner);
            queue.idle -= 1;
            queue.is_waking = false;
        }
    }
}
