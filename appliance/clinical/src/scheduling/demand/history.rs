//! What happened, counted.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;

use crate::scheduling::span::Minute;
use crate::scheduling::zone::Zone;

/// Hours of a day.
pub(super) const HOURS: usize = 24;
/// Steps of [`super::STEP_MIN`] that a visit's length is counted in: eight hours, and whatever is longer.
pub(super) const LENGTHS: usize = 96;
/// The most days of a history: what is older says nothing of next week.
pub const MAX_DAYS: usize = 1_500;

/// What became of an appointment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The patient came.
    Came,
    /// The patient did not come, and had not cancelled.
    Missed,
}

/// An appointment of the past. Those that were cancelled are none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visit {
    /// Its type.
    pub kind: String,
    /// When the patient came, or was expected.
    pub start: Minute,
    /// What became of it.
    pub outcome: Outcome,
    /// Minutes from arrival to end, or those it was meant to take; none: nobody knows.
    pub length_min: Option<i64>,
}

/// Patients of one day.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Who came.
    pub came: u32,
    /// Who did not.
    pub missed: u32,
}

impl Counts {
    /// Who was expected.
    pub fn booked(self) -> u32 {
        self.came.saturating_add(self.missed)
    }
}

/// What is known of one type.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct OfKind {
    /// One for each day of the history.
    pub(super) days: Vec<Counts>,
    /// How many came by weekday (from Monday) and hour of the local clock.
    pub(super) hours: [[u32; HOURS]; 7],
    /// How many took so many steps; the last: longer.
    pub(super) lengths: [u32; LENGTHS],
}

impl OfKind {
    fn new(days: usize) -> Self {
        Self { days: vec![Counts::default(); days], hours: [[0; HOURS]; 7], lengths: [0; LENGTHS] }
    }
}

/// A clinic's past, in whole local days.
#[derive(Clone, PartialEq, Debug)]
pub struct History {
    pub(super) first: Date,
    pub(super) days: usize,
    /// Days that say nothing of others: holidays, and those of which nothing was noted.
    pub(super) silent: BTreeSet<Date>,
    pub(super) kinds: BTreeMap<String, OfKind>,
}

impl History {
    /// Counts visits of the days from `first` to the one before `end`; the last [`MAX_DAYS`] at the most. `closed` are days on which
    /// the clinic was closed.
    ///
    /// A day without any visit, on a weekday on which there mostly were some, was closed or nobody noted anything: it says nothing. On a
    /// weekday that mostly has none it is a true zero.
    pub fn gather<'v>(
        visits: impl IntoIterator<Item = &'v Visit>,
        zone: &Zone,
        first: Date,
        end: Date,
        closed: &BTreeSet<Date>,
    ) -> Self {
        let first = first.max(end.saturating_sub(i64::try_from(MAX_DAYS).unwrap_or(i64::MAX).days()));
        let days = usize::try_from(days_between(first, end)).unwrap_or(0);
        let mut history = Self { first, days, silent: BTreeSet::new(), kinds: BTreeMap::new() };
        for visit in visits {
            let local = zone.local(visit.start);
            let Some(at) = history.place(local.date()) else { continue };
            let of = history.kinds.entry(visit.kind.clone()).or_insert_with(|| OfKind::new(days));
            of.count(at, weekday(local.date()), usize::try_from(local.hour()).unwrap_or(0), visit);
        }
        history.silent = history.dates().filter(|date| closed.contains(date)).collect();
        let unheard = history.unheard();
        history.silent.extend(unheard);
        history
    }

    /// The types of which anything is known.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.keys().map(String::as_str)
    }

    /// What was counted of a type on a day; `None` outside of the history, or on a day that says nothing.
    pub fn counts(&self, kind: &str, date: Date) -> Option<Counts> {
        let at = self.place(date).filter(|_| !self.silent.contains(&date))?;
        self.kinds.get(kind)?.days.get(at).copied()
    }

    /// How many came by weekday (from Monday) and hour.
    pub fn by_hour(&self, kind: &str) -> Option<&[[u32; HOURS]; 7]> {
        self.kinds.get(kind).map(|of| &of.hours)
    }

    /// The same history as it was known at the beginning of that day.
    pub(super) fn until(&self, end: Date) -> Self {
        let mut out = self.clone();
        out.days = usize::try_from(days_between(self.first, end)).unwrap_or(0).min(self.days);
        out.silent.retain(|date| *date < end);
        for of in out.kinds.values_mut() {
            of.days.truncate(out.days);
        }
        out
    }

    pub(super) fn dates(&self) -> impl Iterator<Item = Date> + use<> {
        self.first.series(1.day()).take(self.days)
    }

    /// The days that say something, each with its place.
    pub(super) fn telling(&self) -> impl Iterator<Item = (usize, Date)> + '_ {
        self.dates().enumerate().filter(|(_, date)| !self.silent.contains(date))
    }

    fn place(&self, date: Date) -> Option<usize> {
        usize::try_from(days_between(self.first, date)).ok().filter(|at| *at < self.days)
    }

    fn unheard(&self) -> Vec<Date> {
        let total = |at: usize| self.kinds.values().map(|of| of.days[at].booked()).sum::<u32>();
        let mut with = [[0_u32; 2]; 7];
        let open: Vec<(usize, Date)> = self.telling().collect();
        for (at, date) in &open {
            with[weekday(*date)][usize::from(total(*at) > 0)] += 1;
        }
        let is_odd = |(at, date): &(usize, Date)| {
            let [without, with] = with[weekday(*date)];
            total(*at) == 0 && with >= without
        };
        open.into_iter().filter(is_odd).map(|(_, date)| date).collect()
    }
}

impl OfKind {
    fn count(&mut self, at: usize, weekday: usize, hour: usize, visit: &Visit) {
        match visit.outcome {
            Outcome::Missed => self.days[at].missed += 1,
            Outcome::Came => {
                self.days[at].came += 1;
                self.hours[weekday][hour.min(HOURS - 1)] += 1;
                if let Some(length) = visit.length_min.filter(|length| *length > 0) {
                    let step = usize::try_from((length - 1) / super::STEP_MIN).unwrap_or(LENGTHS);
                    self.lengths[step.min(LENGTHS - 1)] += 1;
                }
            }
        }
    }
}

/// From Monday, 0 to 6.
pub(super) fn weekday(date: Date) -> usize {
    usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)
}

/// Days from one to the other; negative if that is earlier.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}
