//! In the way of every save made here: time is taken by whoever owns it, once.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::id::Entity;
use holdfast_core::rights::span::{Span, Spans};
use holdfast_core::rights::{Ledger, Refusal, SKEW_BOUND_MS, Takes, check_span, counted};
use holdfast_core::view;

use super::known::{self, ledger, may_sell};
use crate::error::{Result, StoreError};
use crate::tx::Tx;

/// A record as a transaction found it and leaves it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changed {
    /// Which.
    pub entity: Entity,
    /// Its JSON before the transaction; `None` if it was not there, or deleted.
    pub before: Option<String>,
    /// Its JSON now.
    pub after: String,
}

/// What a resource took before a save.
pub(crate) struct Before {
    takes: Takes,
    is_there: bool,
}

impl Tx<'_> {
    /// What a resource takes before it is saved; `None` if its type takes nothing.
    pub(crate) fn takes_before(&mut self, entity: &Entity) -> Result<Option<Before>> {
        let rules = self.rules();
        if !rules.takes_time(&entity.kind) {
            return Ok(None);
        }
        let is_there = self.exists(entity)?;
        let state = &self.entity(entity)?.state;
        let mut takes = rules.takes(state);
        takes.is_taken &= !state.is_deleted();
        if !self.found.contains_key(entity) {
            let state = &self.entity(entity)?.state;
            let was = (is_there && !state.is_deleted()).then(|| view::render(state, rules));
            self.found.insert(entity.clone(), was);
        }
        Ok(Some(Before { takes, is_there }))
    }

    /// The records of a type that takes time which this transaction has saved, as it found and leaves them; deleted ones are left out.
    ///
    /// # Errors
    /// The database. Cost: each is rendered once, from memory.
    pub fn changed_of(&mut self, kind: &str) -> Result<Vec<Changed>> {
        let rules = self.rules();
        let saved: BTreeSet<Entity> = self
            .authored
            .values()
            .flatten()
            .map(|op| &op.entity)
            .filter(|one| one.kind == kind)
            .cloned()
            .collect();
        let mut out = Vec::with_capacity(saved.len());
        for entity in saved {
            let state = &self.entity(&entity)?.state;
            if !state.is_deleted() {
                let after = view::render(state, rules);
                let before = self.found.get(&entity).cloned().flatten();
                out.push(Changed { entity, before, after });
            }
        }
        Ok(out)
    }

    /// Refuses a save, already made in memory, that takes time which is not this database's to give, or is taken.
    ///
    /// # Errors
    /// [`StoreError::Booking`], [`StoreError::IndexBehind`], or the database.
    pub(crate) fn check_taken(&mut self, entity: &Entity, before: Option<Before>) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        let rules = self.rules();
        let loaded = self.entity(entity)?;
        let after = if loaded.state.is_deleted() { Takes::default() } else { rules.takes(&loaded.state) };
        let clinic = loaded.clinic.clone();
        let is_moved = before.is_there && before.takes.bundle != after.bundle;
        let is_forced_anew = before.is_there && before.takes.is_overbooked != after.is_overbooked;
        // What a person has chosen of several is looked at as what it now is.
        let is_chosen = before.takes.is_unsettled && !after.is_unsettled;
        // Of an appointment of which one side says that it stands, and the other not, a person has chosen: its time was given by whoever
        // owned it, and has been kept since. Only whether nobody has it is asked, not whose it is.
        let is_kept = is_chosen && before.takes.is_taken && before.takes.bundle == after.bundle;
        let is_part = after.bundle.iter().all(|one| before.takes.bundle.contains(one));
        let is_moved = is_moved && !(before.takes.is_unsettled && is_part);
        let known = if is_chosen { &[] } else { before.takes.confirmed() };
        let new = added(known, after.confirmed());
        if !is_forced_anew && (after.is_overbooked || new.is_empty() && !is_moved) {
            return Ok(());
        }
        if clinic.is_empty() {
            // Written at a database of several clinics, for none of them: nobody there would see it.
            let is_unguarded = new.is_empty() || !known::is_any(self.sql)?;
            return if is_unguarded { Ok(()) } else { Err(Refusal::NoClinic.into()) };
        }
        if !known::has_begun(self.sql, &clinic)? {
            return Ok(());
        }
        if is_forced_anew {
            return Err(Refusal::ForcedIsFixed { appointment: entity.to_string() }.into());
        }
        if crate::reindex::is_pending(self.records, self.sql)? {
            return Err(StoreError::IndexBehind);
        }
        // What this transaction has booked already counts, and stands in the index once it is flushed.
        self.flush()?;
        for span in new.values().flat_map(Kept::iter).filter(|span| !self.is_over(*span)) {
            // Before anything is looked up by it. One that is empty is a place without a number, which has words of its own.
            if !span.is_empty() && check_span(span).is_err() {
                return Err(Refusal::BadSpan { span }.into());
            }
        }
        let asked = [before.takes.confirmed(), after.confirmed()].into_iter().flatten();
        let asked: Vec<(String, Span)> =
            asked.filter(|(_, span)| check_span(*span).is_ok()).cloned().collect();
        let asked = asked.iter().map(|(resource, span)| (resource.as_str(), *span));
        let ledger = ledger(self.sql, self.records, &clinic, asked)?;
        // Whoever grants a request may add what it did not name: all of it is then theirs to give, or it is refused below.
        let is_granted = !before.takes.is_taken && after.is_taken;
        let has_all = before.takes.bundle.iter().all(|one| after.bundle.contains(one));
        if is_moved && !(is_granted && has_all) {
            self.check_move(entity, &before.takes, &ledger)?;
        }
        for (resource, spans) in &new {
            for span in spans.iter() {
                self.check_new(entity, &ledger, (resource, span), is_kept)?;
            }
        }
        Ok(())
    }

    /// Refuses to delete what takes time: an edit elsewhere, beside the deletion, would bring it back.
    pub(crate) fn check_deletable(&mut self, entity: &Entity) -> Result<()> {
        let Some(before) = self.takes_before(entity)? else { return Ok(()) };
        let clinic = self.entity(entity)?.clinic.clone();
        let open = before.takes.confirmed().iter().any(|(_, span)| !self.is_over(*span));
        if open && known::has_begun(self.sql, &clinic)? {
            return Err(Refusal::CancelFirst { appointment: entity.to_string() }.into());
        }
        Ok(())
    }

    /// The time of what is not confirmed stays as it was asked for, and what is confirmed is moved by whoever owns its time: otherwise two
    /// databases might each change a part, and the parts come together to what nobody has confirmed.
    fn check_move(&mut self, entity: &Entity, before: &Takes, ledger: &Ledger) -> Result<()> {
        if before.is_taken && before.is_overbooked {
            return Ok(());
        }
        if before.confirmed().is_empty() {
            return Err(Refusal::TimeIsFixed { appointment: entity.to_string() }.into());
        }
        for (resource, span) in before.confirmed() {
            let owners = ledger.owners(resource, *span);
            // What it confirmed as a taker it may move after the time of selling, too.
            let foreign = owners.into_iter().find(|(_, owner)| owner.actor() != Some(self.records.actor()));
            if let Some((_, owner)) = foreign {
                let appointment = entity.to_string();
                return Err(Refusal::NotOursToMove { appointment, resource: resource.clone(), owner }.into());
            }
        }
        Ok(())
    }

    /// One span that was not taken before, or (`is_kept`) of which was said that it is not any more.
    fn check_new(
        &mut self,
        entity: &Entity,
        ledger: &Ledger,
        (resource, span): (&str, Span),
        is_kept: bool,
    ) -> Result<()> {
        if counted::is_pool(resource) {
            self.check_place(resource, span)?;
        } else if span.is_empty() {
            return Err(Refusal::BadSpan { span }.into());
        } else if self.is_over(span) {
            // What is entered afterwards is no booking.
            return Ok(());
        }
        if !is_kept {
            may_sell(self.sql, self.records, ledger, (resource, span))??;
        }
        let except = entity.to_string();
        let taken = known::taken(self.sql, resource, span, Some(&except))?;
        match taken.into_iter().next() {
            Some(one) => {
                let (resource, span) = (resource.to_owned(), one.span.common(span));
                Err(Refusal::Taken { resource, span, by: one.by }.into())
            }
            None => Ok(()),
        }
    }

    /// A place is one of a session's numbers.
    fn check_place(&mut self, pool: &str, span: Span) -> Result<()> {
        let places = self.places(pool)?;
        if span.is_empty() || !counted::all(places).covers(span) {
            return Err(Refusal::NoPlace { pool: pool.to_owned() }.into());
        }
        Ok(())
    }

    /// How many places a pool has: none if what it is of is not here, or does not take place.
    pub(crate) fn places(&mut self, pool: &str) -> Result<u32> {
        let Some((kind, id)) = counted::of_pool(pool).and_then(|of| of.split_once('/')) else { return Ok(0) };
        let of = Entity::new(kind, id);
        if !self.exists(&of)? {
            return Ok(0);
        }
        let rules = self.rules();
        let state = &self.entity(&of)?.state;
        let takes = rules.takes(state);
        Ok(if takes.is_taken && !state.is_deleted() { takes.places } else { 0 })
    }

    /// Whether a span has passed, whatever this clock is wrong by.
    fn is_over(&self, span: Span) -> bool {
        let sure_ms = self.records.now_ms().saturating_sub(SKEW_BOUND_MS);
        span.to <= i64::try_from(sure_ms / 60_000).unwrap_or(i64::MAX)
    }
}

/// What is taken after a save and was not before, by resource. A span that is none is kept, to be refused.
fn added(before: &[(String, Span)], after: &[(String, Span)]) -> BTreeMap<String, Kept> {
    let of = |all: &[(String, Span)], resource: &str| -> Spans {
        all.iter().filter(|(name, _)| name == resource).map(|(_, span)| *span).collect()
    };
    let mut out = BTreeMap::new();
    for (resource, span) in after {
        let new = of(after, resource).minus(&of(before, resource));
        let odd = span.is_empty().then_some(*span);
        if !new.is_empty() || odd.is_some() {
            out.insert(resource.clone(), Kept { new, odd });
        }
    }
    out
}

/// New time of a resource.
struct Kept {
    new: Spans,
    odd: Option<Span>,
}

impl Kept {
    fn iter(&self) -> impl Iterator<Item = Span> + '_ {
        self.new.iter().chain(self.odd)
    }
}
