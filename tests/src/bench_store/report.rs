//! The figures of `make bench-store`.

use super::commits::Commits;
use super::local::Held;
use super::reads::Reads;
use super::reconciling::{Backlog, Reconciling};
use crate::figure::{self, print};
use crate::load::Measured;

/// Everything that was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Saves in the store alone.
    pub commits: Commits,
    /// The data folder that the node holds.
    pub held: Held,
    /// CPU time of a bare SQLite read of the same rows, in microseconds.
    pub bare: f64,
    /// From the start of the node's process until `/readyz` answered 200, in milliseconds.
    pub ready_ms: f64,
    /// Resident memory in bytes: of a node without records, of one with all of them, and of that after the load.
    pub rss_empty: u64,
    /// As above.
    pub rss_idle: u64,
    /// As above.
    pub rss_loaded: u64,
    /// Reads and searches while nothing else goes on.
    pub idle: Reads,
    /// Reads while the node reconciles.
    pub reconciling: Reconciling,
}

impl Report {
    /// Reads at all connections cost so many times the CPU of bare SQLite reads of the same rows. A read over HTTP cannot
    /// cost as little: it also takes a request from the kernel, finds out who asks, and gives an answer back.
    #[must_use]
    pub fn read_vs_bare(&self) -> f64 {
        self.idle.many.cpu_us / self.bare
    }

    /// Prints every figure.
    pub fn print(&self) {
        self.print_store();
        load("read", &self.idle.many);
        load("read_1", &self.idle.one);
        print("bare_sqlite_read_us", format!("{:.2}", self.bare), "us");
        print("store_read_us", format!("{:.2}", self.held.store_read_us), "us");
        print("read_vs_bare_sqlite", format!("{:.2}", self.read_vs_bare()), "ratio");
        load("search_name", &self.idle.names);
        load("search_name_1", &self.idle.name);
        self.print_reconciling();
        print("ready_ms", format!("{:.0}", self.ready_ms), "ms");
        for (name, bytes) in [
            ("rss_empty_mb", self.rss_empty),
            ("rss_idle_mb", self.rss_idle),
            ("rss_loaded_mb", self.rss_loaded),
            ("rss_reconciling_peak_mb", self.reconciling.rss_peak),
        ] {
            print(name, format!("{:.1}", bytes as f64 / 1e6), "MB");
        }
    }

    fn print_store(&self) {
        let (ops, took) = (self.commits.ops as f64, self.commits.took.as_secs_f64());
        let whole = took + self.commits.indexed_after.as_secs_f64();
        print("store_ops_per_s", format!("{:.0}", ops / took), "1/s");
        print("store_ops_indexed_per_s", format!("{:.0}", ops / whole), "1/s");
        print("store_records", self.held.records, "count");
        print("store_bytes_per_record", format!("{:.0}", self.held.bytes_each), "bytes");
    }

    fn print_reconciling(&self) {
        for (way, Backlog { ops, reads }) in
            [("leaving", &self.reconciling.leaving), ("arriving", &self.reconciling.arriving)]
        {
            print(&format!("reconciling_{way}_ops"), ops, "count");
            print(&format!("reconciling_{way}_s"), format!("{:.1}", reads.seconds), "s");
            load(&format!("read_{way}"), reads);
        }
        let p99 = |backlog: &Backlog| backlog.reads.times.percentile_ms(99.0);
        let worst = p99(&self.reconciling.leaving).max(p99(&self.reconciling.arriving));
        print("read_p99_ms_reconciling", figure::ms(worst), "ms");
    }
}

/// A load's figures: `NAME_per_s`, `NAME_p50_ms`, `NAME_p99_ms`, `NAME_cpu_us`.
pub(crate) fn load(name: &str, measured: &Measured) {
    print(&format!("{name}_per_s"), format!("{:.0}", measured.per_second()), "1/s");
    for (percentile, percent) in [("p50", 50.0), ("p99", 99.0)] {
        let ms = measured.times.percentile_ms(percent);
        print(&format!("{name}_{percentile}_ms"), figure::ms(ms), "ms");
    }
    print(&format!("{name}_cpu_us"), format!("{:.1}", measured.cpu_us), "us");
}
