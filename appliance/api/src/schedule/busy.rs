//! What is taken of everybody's time, read off index rows alone.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_clinical::scheduling::span::{Minute, Span, Spans};
use holdfast_clinical::search::booked::{self, APPOINTMENT};
use holdfast_core::search::after_prefix;
use holdfast_store::view::View;
use holdfast_store::{Records, StoreError};

use super::kept::Kept;
use super::roster::Roster;
use super::waitlist::standing;

/// Rows read of one window: three for each appointment, and far more of those than a clinic has in a month.
const MOST_ROWS: u64 = 400_000;

/// What is taken in a window, by whose time it is; each span with the appointment that takes it.
#[derive(Default, Debug)]
pub(crate) struct Busy {
    taken: BTreeMap<String, Vec<(Span, String)>>,
    /// What of whose time this database may give away; none: all of it.
    ours: Option<BTreeMap<String, Spans>>,
    /// What was offered to those who wait, and until when.
    offered: Vec<Offered>,
}

/// A time that is kept for somebody from the waitlist, until they have answered or the offer ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Offered {
    /// The entry of the waitlist.
    pub(super) waiter: String,
    pub(super) resources: Vec<String>,
    pub(super) span: Span,
    pub(super) until: Minute,
}

impl Busy {
    /// Of every resource. The view must not be narrowed: whom somebody may not see takes time, too.
    pub(crate) fn read(view: &mut View<'_>, window: Span) -> Result<Self, StoreError> {
        let mut out = Self::default();
        for (from, below) in booked::taken(APPOINTMENT, window) {
            for (id, value) in view.values_between("Appointment", APPOINTMENT, (&from, &below), MOST_ROWS)? {
                let Some((whose, span)) = booked::read(&value).filter(|(_, span)| span.overlaps(window))
                else {
                    continue;
                };
                out.taken.entry(whose.to_owned()).or_default().push((span, id));
            }
        }
        Ok(out)
    }

    /// Of these resources alone.
    pub(crate) fn read_of(view: &mut View<'_>, keys: &[String], window: Span) -> Result<Self, StoreError> {
        let mut out = Self::default();
        for key in keys {
            for begin in booked::taken_of(APPOINTMENT, key, window) {
                let below = after_prefix(&begin);
                let rows = view.values_between("Appointment", APPOINTMENT, (&begin, &below), MOST_ROWS)?;
                let met = rows.into_iter().filter_map(|(id, value)| {
                    let (_, span) = booked::read(&value).filter(|(_, span)| span.overlaps(window))?;
                    Some((span, id))
                });
                out.taken.entry(key.clone()).or_default().extend(met);
            }
        }
        Ok(out)
    }

    /// The same for whoever looks for a time: with what of these resources' time is this database's to give, and what is kept for those
    /// who wait.
    pub(super) fn to_book(
        view: &mut View<'_>,
        records: &Records,
        roster: &Roster,
        window: Span,
        now: Minute,
    ) -> Result<Self, StoreError> {
        let keys = roster.members.iter().filter(|one| one.is_active).map(|one| one.resource.key.as_str());
        let ours = records.ours_in(view, records.clinic(), keys, window)?;
        Ok(Self { ours, offered: standing(view, now)?, ..Self::read(view, window)? })
    }

    /// The same for a search, which gives nothing away: what is taken is known from the last one, as far as nothing has happened to it.
    pub(super) fn to_search(
        view: &mut View<'_>,
        records: &Records,
        roster: &Roster,
        (kept, offered): (&Kept, &[Offered]),
        window: Span,
    ) -> Result<Self, StoreError> {
        let keys = || roster.members.iter().map(|one| one.resource.key.as_str());
        let ours = records.ours_in(view, records.clinic(), keys(), window)?;
        let mut taken: BTreeMap<String, Vec<(Span, String)>> =
            keys().map(|key| (key.to_owned(), Vec::new())).collect();
        for part in kept.taken(view, window)? {
            for (whose, spans) in part.iter() {
                if let Some(all) = taken.get_mut(&**whose) {
                    let within = spans.iter().filter(|span| span.overlaps(window));
                    all.extend(within.map(|span| (*span, String::new())));
                }
            }
        }
        Ok(Self { taken, ours, offered: offered.to_vec() })
    }

    /// As if all time were this database's, so that whoever owns it says why it is not.
    pub(super) fn disowned(self) -> Self {
        Self { ours: None, ..self }
    }

    /// What of somebody's time may be given away within the window.
    pub(super) fn ours(&self, whose: &str, window: Span) -> Spans {
        match &self.ours {
            Some(ours) => ours.get(whose).cloned().unwrap_or_default(),
            None => Spans::new([window]),
        }
    }

    /// What is taken of somebody's time, or kept for somebody else, without what this appointment takes or is kept for.
    pub(super) fn of(&self, whose: &str, but: Option<&str>) -> Spans {
        let kept = self.offered.iter().filter(|one| Some(one.waiter.as_str()) != but && one.is_of(whose));
        let taken = self.all(whose).filter(|(_, id)| Some(id.as_str()) != but).map(|(span, _)| *span);
        taken.chain(kept.map(|one| one.span)).collect()
    }

    /// Until when somebody's time in the span is kept for another who waits.
    pub(super) fn offered_until(&self, whose: &str, span: Span, but: Option<&str>) -> Option<Minute> {
        let others = self.offered.iter().filter(|one| Some(one.waiter.as_str()) != but && one.is_of(whose));
        others.filter(|one| one.span.overlaps(span)).map(|one| one.until).max()
    }

    /// Who takes somebody's time in the span.
    pub(crate) fn by<'b>(
        &'b self,
        whose: &'b str,
        span: Span,
        but: Option<&'b str>,
    ) -> impl Iterator<Item = &'b str> {
        let meets = move |one: &&(Span, String)| one.0.overlaps(span) && Some(one.1.as_str()) != but;
        self.all(whose).filter(meets).map(|(_, id)| id.as_str())
    }

    /// What those who may see these appointments do not see: which one takes which time of which resources.
    pub(crate) fn unseen(&self, seen: &BTreeSet<String>) -> Vec<(String, Span, Vec<String>)> {
        let mut out: BTreeMap<&str, (Span, Vec<String>)> = BTreeMap::new();
        for (whose, all) in &self.taken {
            for (span, id) in all.iter().filter(|(_, id)| !seen.contains(id)) {
                let keys = &mut out.entry(id).or_insert((*span, Vec::new())).1;
                if !keys.contains(whose) {
                    keys.push(whose.clone());
                }
            }
        }
        out.into_iter().map(|(id, (span, keys))| (id.to_owned(), span, keys)).collect()
    }

    /// The appointments that take any of it, each once.
    pub(super) fn ids(self) -> Vec<String> {
        let all: BTreeSet<String> = self.taken.into_values().flatten().map(|(_, id)| id).collect();
        all.into_iter().collect()
    }

    fn all(&self, whose: &str) -> impl Iterator<Item = &(Span, String)> {
        self.taken.get(whose).into_iter().flatten()
    }
}

impl Offered {
    fn is_of(&self, whose: &str) -> bool {
        self.resources.iter().any(|key| key == whose)
    }
}

/// What is taken of one's time, a patient's as well.
pub(crate) fn taken_of(view: &mut View<'_>, whose: &str, window: Span) -> Result<Spans, StoreError> {
    let mut out = Vec::new();
    for begin in booked::taken_of(APPOINTMENT, whose, window) {
        let below = after_prefix(&begin);
        let rows = view.values_between("Appointment", APPOINTMENT, (&begin, &below), MOST_ROWS)?;
        out.extend(rows.iter().filter_map(|(_, value)| booked::read(value)).map(|(_, span)| span));
    }
    Ok(out.into_iter().collect())
}

/// Which appointments take whose time, for whoever asks of many spans at once: what stands in one part of the calendar under one name
/// is read once.
#[derive(Default, Debug)]
pub(crate) struct Takers(BTreeMap<String, Vec<(Span, String)>>);

impl Takers {
    /// An appointment other than `but` that takes somebody's time in the span. The view must not be narrowed.
    ///
    /// # Errors
    /// The database. Cost: of each part of the calendar that the span meets, what is taken there, the first time.
    pub(crate) fn other(
        &mut self,
        view: &mut View<'_>,
        (whose, span): (&str, Span),
        but: &str,
    ) -> Result<Option<String>, StoreError> {
        for begin in booked::taken_of(APPOINTMENT, whose, span) {
            let here = self.part(view, &begin)?;
            if let Some((_, id)) = here.iter().find(|(taken, id)| taken.overlaps(span) && id != but) {
                return Ok(Some(id.clone()));
            }
        }
        Ok(None)
    }

    /// Every appointment that takes somebody's time in the span, once. The view must not be narrowed.
    ///
    /// # Errors
    /// As [`other`](Self::other).
    pub(crate) fn all(
        &mut self,
        view: &mut View<'_>,
        (whose, span): (&str, Span),
    ) -> Result<Vec<String>, StoreError> {
        let mut out = BTreeSet::new();
        for begin in booked::taken_of(APPOINTMENT, whose, span) {
            let here = self.part(view, &begin)?.iter().filter(|(taken, _)| taken.overlaps(span));
            out.extend(here.map(|(_, id)| id.clone()));
        }
        Ok(out.into_iter().collect())
    }

    fn part(&mut self, view: &mut View<'_>, begin: &str) -> Result<&[(Span, String)], StoreError> {
        if !self.0.contains_key(begin) {
            let below = after_prefix(begin);
            let rows = view.values_between("Appointment", APPOINTMENT, (begin, &below), MOST_ROWS)?;
            let read = rows.into_iter().filter_map(|(id, value)| Some((booked::read(&value)?.1, id)));
            self.0.insert(begin.to_owned(), read.collect());
        }
        Ok(self.0.get(begin).map(Vec::as_slice).unwrap_or_default())
    }
}
