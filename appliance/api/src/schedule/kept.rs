//! What searches for free times keep between them: what is taken of everybody's time, and who there is. A booking decides for itself:
//! nothing that is kept is looked at where time is given away.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use holdfast_clinical::people::HOLDFAST_USER;
use holdfast_clinical::scheduling::span::Span;
use holdfast_clinical::search::booked::{self, APPOINTMENT, EVER};
use holdfast_store::StoreError;
use holdfast_store::happened::Happened;
use holdfast_store::view::View;

use super::demand::{Demand, Figured, Past, past_of};
use super::parts::{Parts, runs};
use super::roster::Roster;

/// What is kept is looked through for so much that happened; past that it is all read again.
const MOST_HAPPENED: u64 = 2_000;
/// Rows of one run of parts: a year of a large clinic.
const MOST_ROWS: u64 = 4_000_000;
/// Types whose demand is kept.
const MOST_TYPES: usize = 500;
/// Of what a roster is made.
const OF_ROSTER: [&str; 6] =
    [HOLDFAST_USER, "Practitioner", "PractitionerRole", "Location", "Device", "Schedule"];

/// What is taken in one part of the calendar, by whose time it is.
pub(super) type Taken = BTreeMap<Arc<str>, Vec<Span>>;

/// What is kept by a host.
#[derive(Default, Debug)]
pub(crate) struct Kept(Mutex<Inner>);

#[derive(Default, Debug)]
struct Inner {
    /// Up to where what happened was looked through.
    moment: u64,
    taken: Parts<Taken>,
    roster: Option<Arc<Roster>>,
    /// Appointments that were kept or missed.
    past: Parts<Vec<Past>>,
    /// What was worked out of them, by type.
    demand: BTreeMap<Option<String>, (Figured, Arc<Demand>)>,
}

/// What was kept and missed in a window, and whether that is what it was.
pub(super) struct PastParts {
    pub(super) parts: Vec<Arc<Vec<Past>>>,
    pub(super) generation: u64,
}

impl Kept {
    /// As it is at the moment that the view shows, or later.
    fn at(&self, view: &mut View<'_>) -> Result<(MutexGuard<'_, Inner>, u64), StoreError> {
        let moment = view.moment()?;
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.moment < moment {
            inner.follow(view)?;
            inner.moment = moment;
        }
        Ok((inner, moment))
    }

    /// Who there is. The view must not be narrowed.
    pub(super) fn roster(&self, view: &mut View<'_>, clinic: &str) -> Result<Arc<Roster>, StoreError> {
        let (inner, moment) = self.at(view)?;
        if let Some(roster) = &inner.roster {
            return Ok(roster.clone());
        }
        drop(inner);
        let roster = Arc::new(Roster::read(view, clinic, &[])?);
        self.keep(moment, |inner| inner.roster = Some(roster.clone()));
        Ok(roster)
    }

    /// What is taken in a window, by parts of the calendar. The view must not be narrowed.
    pub(super) fn taken(&self, view: &mut View<'_>, window: Span) -> Result<Vec<Arc<Taken>>, StoreError> {
        let (inner, moment) = self.at(view)?;
        let wanted = std::iter::once(EVER).chain(booked::parts_of(APPOINTMENT, window));
        let mut known: BTreeMap<i64, Option<Arc<Taken>>> =
            wanted.map(|part| (part, inner.taken.get(part))).collect();
        drop(inner);
        let missing: Vec<i64> =
            known.iter().filter(|(_, taken)| taken.is_none()).map(|(part, _)| *part).collect();
        for run in runs(&missing) {
            let mut read: BTreeMap<i64, (Taken, Vec<String>)> =
                run.clone().map(|part| (part, <(Taken, Vec<String>)>::default())).collect();
            let (from, below) = booked::taken_in(run);
            let rows = view.values_between("Appointment", APPOINTMENT, (&from, &below), MOST_ROWS)?;
            for (id, value) in rows {
                let Some((whose, span)) = booked::read(&value) else { continue };
                let Some((taken, ids)) = booked::part_in(&value).and_then(|part| read.get_mut(&part)) else {
                    continue;
                };
                match taken.get_mut(whose) {
                    Some(spans) => spans.push(span),
                    None => drop(taken.insert(whose.into(), vec![span])),
                }
                ids.push(id);
            }
            for (part, (taken, ids)) in read {
                let taken = Arc::new(taken);
                self.keep(moment, |inner| {
                    inner.taken.keep(part, taken.clone(), ids.iter().map(String::as_str));
                });
                known.insert(part, Some(taken));
            }
        }
        Ok(known.into_values().flatten().collect())
    }

    /// The appointments that begin in a window and were kept or missed. The view must not be narrowed.
    pub(super) fn past(&self, view: &mut View<'_>, window: Span) -> Result<PastParts, StoreError> {
        let (inner, moment) = self.at(view)?;
        let wanted = booked::parts_of(APPOINTMENT, window);
        let known: Vec<(i64, Option<Arc<Vec<Past>>>)> =
            wanted.map(|part| (part, inner.past.get(part))).collect();
        let mut generation = inner.past.generation;
        drop(inner);
        let mut parts = Vec::new();
        for (part, past) in known {
            if let Some(past) = past {
                parts.push(past);
                continue;
            }
            let (past, ids) = past_of(view, part)?;
            let past = Arc::new(past);
            self.keep(moment, |inner| {
                inner.past.keep(part, past.clone(), ids.iter().map(String::as_str));
                generation = inner.past.generation;
            });
            parts.push(past);
        }
        Ok(PastParts { parts, generation })
    }

    /// The demand of a type as it was worked out upon the same.
    pub(super) fn demand(&self, kind: Option<&str>, upon: &Figured) -> Option<Arc<Demand>> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (figured, demand) = inner.demand.get(&kind.map(ToOwned::to_owned))?;
        (figured == upon).then(|| demand.clone())
    }

    pub(super) fn keep_demand(&self, kind: Option<String>, upon: Figured, demand: Arc<Demand>) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.demand.len() >= MOST_TYPES {
            inner.demand.clear();
        }
        inner.demand.insert(kind, (upon, demand));
    }

    /// Keeps what was read at that moment, unless more has happened since.
    fn keep(&self, moment: u64, keep: impl FnOnce(&mut Inner)) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.moment == moment {
            keep(&mut inner);
        }
    }
}

impl Inner {
    /// Drops what is not as it was.
    fn follow(&mut self, view: &mut View<'_>) -> Result<(), StoreError> {
        if self.taken.is_empty() && self.past.is_empty() && self.roster.is_none() {
            return Ok(());
        }
        let kinds: Vec<&str> = std::iter::once("Appointment").chain(OF_ROSTER).collect();
        let Happened::To(all) = view.happened_after(self.moment, &kinds, MOST_HAPPENED)? else {
            self.taken.clear();
            self.past.clear();
            self.roster = None;
            return Ok(());
        };
        for entity in all {
            if entity.kind == "Appointment" {
                self.taken.changed(view, &entity)?;
                self.past.changed(view, &entity)?;
            } else {
                self.roster = None;
            }
        }
        Ok(())
    }
}
