//! The figures of `make bench-fhir`.

use super::import::Fate;
use super::side::{Loads, Side};
use crate::bench_store::load;
use crate::figure::print;
use std::time::Duration;

/// Both sides.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Clients of the larger load.
    pub connections: usize,
    /// Our node.
    pub ours: Side,
    /// The peer.
    pub theirs: Option<Side>,
}

impl Report {
    /// Prints every figure.
    pub fn print(&self) {
        self.print_side("fhir", &self.ours);
        print("fhir_indexed_after_ms", self.ours.indexed_after.as_millis(), "ms");
        if let Some(theirs) = &self.theirs {
            self.print_side("fhir_peer", theirs);
            self.compare(theirs);
        }
    }

    fn print_side(&self, prefix: &str, side: &Side) {
        let (stored, took) = total(&side.fates, |_| true);
        let each = |value: f64| value / stored.max(1) as f64;
        let whole = took + side.indexed_after;
        print(&format!("{prefix}_resources"), stored, "count");
        print(&format!("{prefix}_bundles_refused"), side.refused(), "count");
        print(&format!("{prefix}_import_per_s"), per_second(stored, took), "1/s");
        print(&format!("{prefix}_import_indexed_per_s"), per_second(stored, whole), "1/s");
        print(
            &format!("{prefix}_import_cpu_us"),
            format!("{:.0}", each(side.import_cpu_ms as f64 * 1e3)),
            "us",
        );
        print(&format!("{prefix}_bytes_per_resource"), format!("{:.0}", each(side.bytes as f64)), "bytes");
        for (name, loads) in side.loads() {
            load(&format!("{prefix}_{name}_1"), &loads.one);
            load(&format!("{prefix}_{name}_{}", self.connections), &loads.many);
        }
        for (name, bytes) in [("imported", side.rss_imported), ("loaded", side.rss_loaded)] {
            print(&format!("{prefix}_rss_{name}_mb"), format!("{:.1}", bytes as f64 / 1e6), "MB");
        }
        if let Some(refusal) = side.fates.iter().find_map(|fate| fate.refusal.as_ref()) {
            eprintln!("{prefix}: the first bundle refused: {refusal}");
        }
    }

    fn compare(&self, theirs: &Side) {
        let both = |at: usize| {
            let taken = |side: &Side| side.fates.get(at).is_some_and(|fate| fate.refusal.is_none());
            taken(&self.ours) && taken(theirs)
        };
        let rate = |side: &Side| {
            let (stored, took) = total(&side.fates, both);
            stored as f64 / took.as_secs_f64()
        };
        ratio("fhir_import_vs_peer", rate(&self.ours) / rate(theirs));
        ratio("fhir_bytes_vs_peer", self.ours.bytes_each() / theirs.bytes_each());
        let cpu = |side: &Side| side.reads.many.cpu_us;
        ratio("fhir_read_cpu_vs_peer", cpu(&self.ours) / cpu(theirs));
        let p99 = |loads: &Loads| loads.many.times.percentile_ms(99.0);
        let searches = [(&self.ours.by_patient, &theirs.by_patient), (&self.ours.by_name, &theirs.by_name)];
        let [by_patient, by_name] = searches.map(|(ours, theirs)| p99(ours) / p99(theirs));
        ratio("fhir_search_patient_p99_vs_peer", by_patient);
        ratio("fhir_search_name_p99_vs_peer", by_name);
        ratio("fhir_search_p99_vs_peer", by_patient.max(by_name));
        let differ =
            self.ours.found.iter().zip(&theirs.found).filter(|(ours, theirs)| ours != theirs).count();
        let missing = self.ours.found.len().abs_diff(theirs.found.len());
        print("fhir_searches", self.ours.found.len(), "count");
        print("fhir_searches_found_otherwise", differ + missing, "count");
    }
}

impl Side {
    /// Bundles that the server refused.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.fates.iter().filter(|fate| fate.refusal.is_some()).count()
    }

    /// Resources that the server says it has stored.
    #[must_use]
    pub fn stored(&self) -> u64 {
        total(&self.fates, |_| true).0
    }

    fn bytes_each(&self) -> f64 {
        self.bytes as f64 / self.stored().max(1) as f64
    }

    fn loads(&self) -> [(&'static str, &Loads); 3] {
        [("read", &self.reads), ("search_patient", &self.by_patient), ("search_name", &self.by_name)]
    }
}

/// Resources stored by these bundles, and the time that took.
fn total(fates: &[Fate], counts: impl Fn(usize) -> bool) -> (u64, Duration) {
    let counted = fates.iter().enumerate().filter(|(at, _)| counts(*at)).map(|(_, fate)| fate);
    counted.fold((0, Duration::ZERO), |(stored, took), fate| (stored + fate.stored, took + fate.took))
}

fn per_second(count: u64, took: Duration) -> String {
    format!("{:.0}", count as f64 / took.as_secs_f64())
}

fn ratio(name: &str, value: f64) {
    print(name, format!("{value:.3}"), "ratio");
}
