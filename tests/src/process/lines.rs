//! The lines of a child's stdout, gathered by a thread of their own so that the child never blocks on a full pipe.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Lines kept of one child; later ones are read and dropped. A server prints two, a tool a few hundred.
const LINES_MAX: usize = 100_000;

#[derive(Debug, Default)]
struct Gathered {
    lines: Vec<String>,
    ended: bool,
}

/// What a child has printed so far.
#[derive(Debug)]
pub(super) struct Lines {
    shared: Arc<(Mutex<Gathered>, Condvar)>,
}

impl Lines {
    /// Starts the reading thread; it ends when the stream does.
    pub(super) fn read(stream: impl Read + Send + 'static) -> Self {
        let shared = Arc::new((Mutex::new(Gathered::default()), Condvar::new()));
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || gather(stream, &theirs));
        Self { shared }
    }

    /// The rest of the first line that starts with `prefix`; waits until `limit` or the end of the stream.
    pub(super) fn wait(&self, prefix: &str, limit: Duration) -> Option<String> {
        let until = Instant::now() + limit;
        let mut gathered = lock(&self.shared.0);
        loop {
            if let Some(rest) = rest_of(&gathered.lines, prefix) {
                return Some(rest);
            }
            let left = until.saturating_duration_since(Instant::now());
            if gathered.ended || left.is_zero() {
                return None;
            }
            gathered = self.shared.1.wait_timeout(gathered, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// As [`Lines::wait`], without waiting.
    pub(super) fn find(&self, prefix: &str) -> Option<String> {
        rest_of(&lock(&self.shared.0).lines, prefix)
    }

    /// Every line, each with its newline; waits at most `limit` for the end of the stream, which a grandchild that
    /// outlives the child can hold open.
    pub(super) fn all(&self, limit: Duration) -> String {
        let gathered = lock(&self.shared.0);
        let waited = self.shared.1.wait_timeout_while(gathered, limit, |gathered| !gathered.ended);
        waited
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .lines
            .iter()
            .fold(String::new(), |all, line| all + line + "\n")
    }
}

fn rest_of(lines: &[String], prefix: &str) -> Option<String> {
    lines.iter().find_map(|line| line.strip_prefix(prefix)).map(|rest| rest.trim().to_owned())
}

fn lock(mutex: &Mutex<Gathered>) -> MutexGuard<'_, Gathered> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn gather(stream: impl Read, shared: &(Mutex<Gathered>, Condvar)) {
    for line in BufReader::new(stream).split(b'\n') {
        let Ok(line) = line else { break };
        let mut gathered = lock(&shared.0);
        if gathered.lines.len() < LINES_MAX {
            gathered.lines.push(String::from_utf8_lossy(&line).into_owned());
            shared.1.notify_all();
        }
    }
    lock(&shared.0).ended = true;
    shared.1.notify_all();
}
