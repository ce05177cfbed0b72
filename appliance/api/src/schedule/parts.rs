//! What is worked out of appointments, kept between requests by parts of the calendar: an appointment that changes drops the parts in
//! which it was and is, and no others.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast_clinical::search::booked::parts_taken_by;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::View;

/// Parts that are kept: a year and more. Past them all are dropped.
const MOST_PARTS: usize = 2_000;
/// A part is read again after so long, whatever happened: rows of the index that are made late, and scopes that are put out, are told
/// to nobody.
const KEPT_FOR: Duration = Duration::from_secs(600);

/// What is kept.
#[derive(Debug)]
pub(super) struct Parts<T> {
    kept: BTreeMap<i64, (Arc<T>, Instant)>,
    /// From which part to which an appointment was met, by the sum of its id.
    met: HashMap<u64, (i64, i64)>,
    /// Grows whenever something is dropped.
    pub(super) generation: u64,
}

impl<T> Default for Parts<T> {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), met: HashMap::new(), generation: 0 }
    }
}

impl<T> Parts<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// A part, if it is kept.
    pub(super) fn get(&self, part: i64) -> Option<Arc<T>> {
        let (kept, since) = self.kept.get(&part)?;
        (since.elapsed() < KEPT_FOR).then(|| kept.clone())
    }

    /// Keeps a part that was read, with the ids of the appointments met in it.
    pub(super) fn keep<'i>(&mut self, part: i64, value: Arc<T>, ids: impl IntoIterator<Item = &'i str>) {
        if self.kept.len() >= MOST_PARTS {
            self.clear();
        }
        for id in ids {
            let met = self.met.entry(sum(id)).or_insert((part, part));
            *met = (met.0.min(part), met.1.max(part));
        }
        // What was read again after its time may be another.
        let was_kept = self.kept.insert(part, (value, Instant::now())).is_some();
        self.generation += u64::from(was_kept);
    }

    /// Something happened to an appointment: drops where it was and where it is.
    pub(super) fn changed(&mut self, view: &mut View<'_>, appointment: &Entity) -> Result<(), StoreError> {
        if let Some((first, last)) = self.met.remove(&sum(&appointment.id)) {
            self.drop_all(first..=last);
        }
        let state = match view.state(appointment) {
            Ok(state) => state,
            Err(StoreError::NotFound(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        for part in parts_taken_by(&state) {
            self.drop_all(part..=part);
        }
        Ok(())
    }

    fn drop_all(&mut self, parts: RangeInclusive<i64>) {
        let gone: Vec<i64> = self.kept.range(parts).map(|(part, _)| *part).collect();
        for part in &gone {
            self.kept.remove(part);
        }
        self.generation += u64::from(!gone.is_empty());
    }

    pub(super) fn clear(&mut self) {
        self.kept.clear();
        self.met.clear();
        self.generation += 1;
    }
}

/// Parts that stand side by side, as runs.
pub(super) fn runs(parts: &[i64]) -> Vec<RangeInclusive<i64>> {
    let mut out: Vec<RangeInclusive<i64>> = Vec::new();
    for part in parts {
        match out.last_mut() {
            Some(run) if *run.end() + 1 == *part => *run = *run.start()..=*part,
            _ => out.push(*part..=*part),
        }
    }
    out
}

fn sum(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_side_by_side_are_one_run() {
        assert_eq!(runs(&[-1, 4, 5, 6, 9]), [-1..=-1, 4..=6, 9..=9]);
        assert_eq!(runs(&[]), []);
    }

    #[test]
    fn what_is_dropped_is_where_the_appointment_was() {
        let mut parts = Parts::<u8>::default();
        for part in 4..=7 {
            parts.keep(part, Arc::new(0), if part == 7 { vec!["b"] } else { vec!["a"] });
        }
        let (first, last) = parts.met[&sum("a")];
        parts.drop_all(first..=last);
        assert!((4..=6).all(|part| parts.get(part).is_none()) && parts.get(7).is_some());
        assert_eq!(parts.generation, 1);
    }
}
