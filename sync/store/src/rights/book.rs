//! Booking: the one way to confirm an appointment, or to be told why not.

use holdfast_core::id::{ActorId, Entity};
use holdfast_core::rights::span::Spans;
use holdfast_core::rights::{Ledger, Refusal, counted};

use super::known::{self, ledger, taken_spans};
use crate::author::{Base, Saved};
use crate::error::{Result, StoreError};
use crate::tx::Tx;

/// What a booking has become.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Confirmed {
    /// Confirmed: its time is this database's, and nobody else has it.
    Yes,
    /// It takes no time: a request, or what was cancelled.
    No,
    /// Forced in beside others.
    Overbooked,
    /// Two databases have said different things of it: until a person has chosen, it takes all that it may be.
    Unsettled,
}

/// A booking that was saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Booked {
    /// As of any save. One that is sent twice changes nothing the second time.
    pub saved: Saved,
    /// Whether the time was given.
    pub confirmed: Confirmed,
}

impl Tx<'_> {
    /// At a database of several clinics: what is new in this transaction from here on belongs to this clinic. Elsewhere nothing.
    pub fn at_clinic(&mut self, clinic: &str) {
        if self.serves_clinics() {
            self.author_clinic = clinic.into();
        }
    }

    /// Saves an appointment: books, requests, moves, cancels or forces it in, as it says itself. It is confirmed only if this incarnation
    /// owns all the time that it takes and nobody has it, in this very transaction. At a database of several clinics say
    /// [`Tx::at_clinic`] first.
    ///
    /// # Errors
    /// [`StoreError::Booking`] with a [`Refusal`], of which [`Refusal::is_request`] says whether to file a request instead;
    /// [`StoreError::IndexBehind`] just after an upgrade; or as [`Tx::put`]. Nothing of the transaction is to be kept then.
    pub fn book(&mut self, entity: &Entity, json: &str, base: &Base, author: &str) -> Result<Booked> {
        let saved = self.put(entity, json, base, author)?;
        let rules = self.rules();
        let loaded = self.entity(entity)?;
        let (takes, clinic) = (rules.takes(&loaded.state), loaded.clinic.clone());
        let confirmed = match (takes.is_taken, takes.is_overbooked) {
            (true, _) if takes.is_unsettled => Confirmed::Unsettled,
            (false, _) => Confirmed::No,
            (true, true) => Confirmed::Overbooked,
            (true, false) => Confirmed::Yes,
        };
        // A save of a clinic that keeps no rights is let through; a booking is not.
        if confirmed == Confirmed::Yes && !known::has_begun(self.sql, &clinic)? {
            return Err(Refusal::NoCalendar { clinic: clinic.to_string() }.into());
        }
        Ok(Booked { saved, confirmed })
    }

    /// The lowest number of a pool (a place of a session, a refill) that this database may give now and has not given; `count` is how many
    /// there are. Whoever takes it writes it in this transaction.
    ///
    /// # Errors
    /// [`StoreError::Booking`] with [`Refusal::NoPlace`] if there is no such session, [`Refusal::Full`] if none is left that is ours; or
    /// the database.
    pub fn next_place(&mut self, clinic: &str, pool: &str) -> Result<u32> {
        let count = self.places(pool)?;
        if count == 0 {
            return Err(Refusal::NoPlace { pool: pool.to_owned() }.into());
        }
        self.flush()?;
        let all = counted::all(count);
        let ledger = ledger(self.sql, self.records, clinic, [(pool, all)])?;
        let free = self.sellable_of(&ledger, pool, count)?;
        let taken = taken_spans(self.sql, pool, all)?;
        counted::next(&free, &taken, count)
            .ok_or_else(|| StoreError::from(Refusal::Full { pool: pool.to_owned() }))
    }

    fn sellable_of(&mut self, ledger: &Ledger, pool: &str, count: u32) -> Result<Spans> {
        let mut out = Vec::new();
        for (part, _) in ledger.owners(pool, counted::all(count)) {
            if known::may_sell(self.sql, self.records, ledger, (pool, part))?.is_ok() {
                out.push(part);
            }
        }
        Ok(out.into_iter().collect())
    }

    /// The incarnation that writes here, in whose name time is owned.
    pub fn actor(&self) -> ActorId {
        self.records.actor()
    }
}
