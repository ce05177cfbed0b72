//! How far an import is, on stderr: one line that is rewritten at a terminal, a line every five seconds elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::files::Source;
use super::outcome::Outcome;

const AT_A_TERMINAL: Duration = Duration::from_secs(1);
const ELSEWHERE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Progress {
    started: Instant,
    is_terminal: bool,
    total_bytes: u64,
    read_bytes: AtomicU64,
    done_bytes: AtomicU64,
    lines: AtomicU64,
    resources: AtomicU64,
    refused: AtomicU64,
}

impl Progress {
    pub(super) fn new(files: &[Source]) -> Self {
        Self {
            started: Instant::now(),
            is_terminal: std::io::stderr().is_terminal(),
            total_bytes: files.iter().map(|source| source.size_bytes).sum(),
            read_bytes: AtomicU64::new(0),
            done_bytes: AtomicU64::new(0),
            lines: AtomicU64::new(0),
            resources: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    pub(super) fn read(&self, bytes: u64) {
        self.read_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes read so far.
    pub(super) fn position(&self) -> u64 {
        self.read_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self, outcome: &Outcome) {
        self.done_bytes.fetch_max(outcome.spot.position, Ordering::Relaxed);
        self.lines.fetch_add(1, Ordering::Relaxed);
        self.resources.fetch_add(outcome.resources(), Ordering::Relaxed);
        self.refused.fetch_add(u64::from(!outcome.refusals.is_empty()), Ordering::Relaxed);
    }

    pub(super) fn pause(&self) -> Duration {
        if self.is_terminal { AT_A_TERMINAL } else { ELSEWHERE }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn show(&self) {
        if self.elapsed() < Duration::from_millis(500) {
            return;
        }
        let (start, end) = if self.is_terminal { ("\r\x1b[K", "") } else { ("", "\n") };
        let mut err = std::io::stderr().lock();
        let _closed = write!(err, "{start}{}{end}", self.line(self.elapsed())).and_then(|()| err.flush());
    }

    pub(super) fn end(&self) {
        if self.is_terminal {
            let _closed = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }

    fn line(&self, elapsed: Duration) -> String {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let seconds = elapsed.as_secs_f64().max(0.001);
        let share = (get(&self.done_bytes) as f64 / self.total_bytes.max(1) as f64).clamp(0.0, 1.0);
        let left = if share > 0.0 {
            format!("about {} left", duration(seconds / share - seconds))
        } else {
            "time left not known yet".to_owned()
        };
        format!(
            "importing: {:.0} %, {} resources of {} lines, {:.0} resources/s, {} lines refused, {left}",
            share * 100.0,
            get(&self.resources),
            get(&self.lines),
            get(&self.resources) as f64 / seconds,
            get(&self.refused),
        )
    }
}

fn duration(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}
