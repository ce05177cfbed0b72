//! Which requests may be in flight together: not two that write one resource with different content, since then the
//! later one must win.

use std::collections::BTreeMap;

use super::job::{Job, Write};

#[derive(Debug, Default)]
pub(super) struct InFlight {
    by_job: BTreeMap<u64, Vec<Write>>,
    /// Name → content, and how many jobs in flight write it.
    by_name: BTreeMap<u64, (u64, usize)>,
}

impl InFlight {
    pub(super) fn may_start(&self, job: &Job) -> bool {
        if job.is_barrier && !self.by_job.is_empty() {
            return false;
        }
        job.writes
            .iter()
            .all(|(name, content)| self.by_name.get(name).is_none_or(|(held, _)| held == content))
    }

    pub(super) fn add(&mut self, job: &Job) {
        for (name, content) in &job.writes {
            self.by_name.entry(*name).or_insert((*content, 0)).1 += 1;
        }
        self.by_job.insert(job.spot.serial, job.writes.clone());
    }

    pub(super) fn remove(&mut self, serial: u64) {
        for (name, _) in self.by_job.remove(&serial).unwrap_or_default() {
            if let Some((_, count)) = self.by_name.get_mut(&name) {
                *count -= 1;
                if *count == 0 {
                    self.by_name.remove(&name);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::job::{Prepared, Spot, prepare};
    use super::*;

    fn job(serial: u64, text: &str) -> Job {
        match prepare(Spot { serial, file: "f".into(), line: 1, position: 0 }, text.to_owned()) {
            Prepared::Job(job) => job,
            Prepared::Refused(outcome) => panic!("{outcome:?}"),
        }
    }

    #[test]
    fn other_content_waits_and_the_same_does_not() {
        let first = job(0, r#"{"resourceType":"Patient","id":"a","y":1}"#);
        let same = job(1, r#"{"resourceType":"Patient","id":"a","y":1}"#);
        let other = job(2, r#"{"resourceType":"Patient","id":"a","y":2}"#);
        let mut in_flight = InFlight::default();
        in_flight.add(&first);
        assert!(in_flight.may_start(&same) && !in_flight.may_start(&other));
        in_flight.add(&same);
        in_flight.remove(0);
        assert!(!in_flight.may_start(&other));
        in_flight.remove(1);
        assert!(in_flight.may_start(&other));
    }

    #[test]
    fn barrier_waits_for_all() {
        let first = job(0, r#"{"resourceType":"Organization","id":"a"}"#);
        let mut after = job(1, r#"{"resourceType":"Patient","id":"b"}"#);
        after.is_barrier = true;
        let mut in_flight = InFlight::default();
        in_flight.add(&first);
        assert!(!in_flight.may_start(&after));
        in_flight.remove(0);
        assert!(in_flight.may_start(&after));
    }
}
