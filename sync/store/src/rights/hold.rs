//! The calendar, and time that goes to a hub and comes back.

use std::collections::BTreeMap;

use holdfast_core::id::{ActorId, Entity, Lane};
use holdfast_core::rights::span::{Span, Spans};
use holdfast_core::rights::{
    Act, Holder, KIND, Ledger, Owner, Piece, Record, Refusal, SKEW_BOUND_MS, check_span, counted,
    may_take_back, rows,
};

use super::heard::pulled_ms;
use super::known::{self, ledger, taken, taken_spans};
use crate::author::Base;
use crate::error::{Result, StoreError};
use crate::log;
use crate::tx::Tx;

/// Pieces by the epoch that the next record about them has.
type ByEpoch = BTreeMap<u64, Vec<Piece>>;

impl Tx<'_> {
    /// Writes a record of this database's.
    pub(crate) fn write_right(&mut self, clinic: &str, act: Act, author: &str) -> Result<Record> {
        let bytes: [u8; 16] = self.records.surroundings.random_bytes();
        let record = Record { id: ActorId(bytes).to_hex(), clinic: clinic.to_owned(), act };
        record.check().map_err(Refusal::from)?;
        self.at_clinic(clinic);
        let entity = Entity::new(KIND, record.id.as_str());
        self.put(&entity, &record.json(), &Base::Absent, author)?;
        self.flush()?;
        Ok(record)
    }

    /// Begins a clinic's calendar: all its time is this database's. `hubs` are those to whom it may grant; they do not change later, for
    /// each has to fence this database before another follows it. Says nothing new if it holds the calendar already.
    ///
    /// # Errors
    /// [`StoreError::Booking`] with [`Refusal::AlreadyBegun`] if another holds it, [`Refusal::HubNotHeard`] as long as a hub may know of
    /// one that is not known here ([`crate::Records::caught_up`]); or the database.
    pub fn begin_calendar(&mut self, clinic: &str, hubs: &[ActorId], author: &str) -> Result<()> {
        self.flush()?;
        let me = self.records.actor();
        match ledger(self.sql, self.records, clinic, [])?.holder() {
            Holder::Is { actor, .. } if actor == me => return Ok(()),
            Holder::Is { actor: holder, .. } => {
                return Err(Refusal::AlreadyBegun { clinic: clinic.to_owned(), holder }.into());
            }
            Holder::Contested => {
                return Err(Refusal::AlreadyBegun { clinic: clinic.to_owned(), holder: me }.into());
            }
            Holder::Nobody => {}
        }
        for hub in hubs {
            if pulled_ms(self.sql, self.records, *hub)?.is_none() {
                return Err(Refusal::HubNotHeard { clinic: clinic.to_owned(), hub: *hub }.into());
            }
        }
        self.write_right(clinic, Act::Calendar { holder: me, hubs: hubs.to_vec() }, author).map(|_| ())
    }

    /// Grants time that is the calendar's, held here and unsold, to a hub, until `sell_until_ms` (Unix milliseconds). From the commit on
    /// it is not sold here.
    ///
    /// # Errors
    /// [`StoreError::Booking`] with [`Refusal::UnknownTaker`], [`Refusal::NotOurs`], [`Refusal::Taken`] or [`Refusal::BadRecord`]; or the
    /// database.
    pub fn grant(
        &mut self,
        clinic: &str,
        taker: ActorId,
        pieces: &[Piece],
        sell_until_ms: u64,
        author: &str,
    ) -> Result<Vec<Record>> {
        self.flush()?;
        let ledger = self.ledger_of(clinic, pieces)?;
        if !ledger.takers().contains(&taker) {
            return Err(Refusal::UnknownTaker { taker }.into());
        }
        let giver = self.records.actor();
        for (resource, span) in each(pieces) {
            let foreign =
                ledger.owners(resource, span).into_iter().find(|(_, owner)| *owner != Owner::Holder(giver));
            if let Some((span, owner)) = foreign {
                return Err(Refusal::NotOurs { resource: resource.to_owned(), span, owner }.into());
            }
            if let Some(one) = taken(self.sql, resource, span, None)?.into_iter().next() {
                let (resource, span) = (resource.to_owned(), one.span.common(span));
                return Err(Refusal::Taken { resource, span, by: one.by }.into());
            }
        }
        let after = self.last_operation()?;
        let act = |epoch, pieces| Act::Grant { giver, taker, epoch, sell_until_ms, after, pieces };
        self.write_by_epoch(clinic, by_epoch(&ledger, pieces), author, act)
    }

    /// How far this database's own log of operations, in which appointments travel, has come.
    fn last_operation(&mut self) -> Result<u64> {
        if let Some(next) = self.next_seq.get(&Lane::OPERATIONS) {
            return Ok(next.saturating_sub(1));
        }
        let no = self.actor_no(self.records.actor())?;
        log::last_seq(self.sql, no, Lane::OPERATIONS)
    }

    /// Returns what was granted to this database and is not sold: what is sold no more, or (`also_before`) all of it. What is sold stays,
    /// for the record of it may come later than this one. Call it now and then.
    ///
    /// # Errors
    /// The database.
    pub fn return_unsold(&mut self, clinic: &str, also_before: bool, author: &str) -> Result<Vec<Record>> {
        self.flush()?;
        let (me, now) = (self.records.actor(), self.records.highest_ms());
        let mut written = Vec::new();
        for (taker, sell_until_ms, pieces) in self.grants(clinic)? {
            if taker == me && (also_before || sell_until_ms <= now) {
                let rest = self.unsold(clinic, &pieces, (taker, sell_until_ms))?;
                let act = |epoch, pieces| Act::Return { by: me, epoch, pieces };
                written.extend(self.write_by_epoch(clinic, rest, author, act)?);
            }
        }
        Ok(written)
    }

    /// Takes back what a taker has not returned, if it can have sold no more than is known here: a pull that began after its time of
    /// selling and twice the skew of clocks has brought everything, or it is gone. Call it now and then.
    ///
    /// # Errors
    /// The database. What may not be taken back yet is left alone.
    pub fn take_back(&mut self, clinic: &str, author: &str) -> Result<Vec<Record>> {
        self.flush()?;
        let by = self.records.actor();
        let holder = ledger(self.sql, self.records, clinic, [])?;
        if !matches!(holder.holder(), Holder::Is { actor, .. } if actor == by) {
            return Ok(Vec::new());
        }
        let mut written = Vec::new();
        for (of, sell_until_ms, pieces) in self.grants(clinic)? {
            if self.is_silent(&holder, of, sell_until_ms)? {
                let rest = self.unsold(clinic, &pieces, (of, sell_until_ms))?;
                let act = |epoch, pieces| Act::TakeBack { by, of, epoch, pieces };
                written.extend(self.write_by_epoch(clinic, rest, author, act)?);
            }
        }
        Ok(written)
    }

    /// Whether a taker has sold nothing that is not known here, and sells no more.
    fn is_silent(&mut self, calendar: &Ledger, of: ActorId, sell_until_ms: u64) -> Result<bool> {
        // Of those who are gone the calendar knows only whom this database has heard of to the end.
        if calendar.gone_by(of).is_some() {
            return Ok(true);
        }
        let skew_ms = SKEW_BOUND_MS;
        #[cfg(feature = "sabotage")]
        let skew_ms = if self.records.is_broken(crate::sabotage::Sabotage::NoGuardGap) { 0 } else { skew_ms };
        let pulled = pulled_ms(self.sql, self.records, of)?;
        Ok(may_take_back(sell_until_ms, pulled, skew_ms).is_ok())
    }

    /// Grants of which something lies ahead, by taker and time.
    fn grants(&mut self, clinic: &str) -> Result<Vec<(ActorId, u64, Vec<Piece>)>> {
        // A clock that is ahead hides nothing that others still look at.
        let sure_ms = self.records.now_ms().saturating_sub(SKEW_BOUND_MS);
        let minute = i64::try_from(sure_ms / 60_000).unwrap_or(i64::MAX);
        let found = known::records_in(self.sql, &rows::grants_after(clinic, minute))?;
        let read = found.into_iter().filter_map(|record| match record.act {
            Act::Grant { taker, sell_until_ms, pieces, .. } => Some((taker, sell_until_ms, pieces)),
            _ => None,
        });
        Ok(read.collect())
    }

    /// What of a grant its taker still owns and nobody has booked.
    fn unsold(&mut self, clinic: &str, pieces: &[Piece], (taker, until): (ActorId, u64)) -> Result<ByEpoch> {
        let ledger = self.ledger_of(clinic, pieces)?;
        let is_theirs = |owner: &Owner| *owner == Owner::Taker { taker, sell_until_ms: until };
        let mut rest = Vec::new();
        for (resource, span) in each(pieces) {
            let parts = ledger.owners(resource, span).into_iter();
            let theirs: Spans = parts.filter(|(_, owner)| is_theirs(owner)).map(|(part, _)| part).collect();
            let unsold = theirs.minus(&taken_spans(self.sql, resource, span)?);
            rest.push(Piece { resource: resource.to_owned(), spans: unsold.as_slice().to_vec() });
        }
        Ok(by_epoch(&ledger, &rest))
    }

    fn ledger_of(&mut self, clinic: &str, pieces: &[Piece]) -> Result<Ledger> {
        for (resource, span) in each(pieces) {
            // Looked at before anything is looked up by it.
            check_span(span).map_err(Refusal::from)?;
            if counted::is_pool(resource) && self.places(resource)? == 0 {
                return Err(Refusal::NoPlace { pool: resource.to_owned() }.into());
            }
        }
        ledger(self.sql, self.records, clinic, each(pieces))
    }

    fn write_by_epoch(
        &mut self,
        clinic: &str,
        pieces: ByEpoch,
        author: &str,
        act: impl Fn(u64, Vec<Piece>) -> Act,
    ) -> Result<Vec<Record>> {
        let write = |(epoch, pieces)| self.write_right(clinic, act(epoch, pieces), author);
        pieces.into_iter().map(write).collect::<Result<_, StoreError>>()
    }
}

/// Every span of every piece.
fn each(pieces: &[Piece]) -> impl Iterator<Item = (&str, Span)> {
    pieces.iter().flat_map(|piece| piece.spans.iter().map(|span| (piece.resource.as_str(), *span)))
}

/// Apart by the epoch that the next record has: exactly one more than the last about each minute.
fn by_epoch(ledger: &Ledger, pieces: &[Piece]) -> ByEpoch {
    let mut out: BTreeMap<u64, BTreeMap<String, Vec<Span>>> = BTreeMap::new();
    for (resource, span) in each(pieces) {
        for (part, epoch) in ledger.epochs(resource, span) {
            out.entry(epoch + 1).or_default().entry(resource.to_owned()).or_default().push(part);
        }
    }
    let piece = |(resource, spans): (String, Vec<Span>)| {
        let spans = Spans::new(spans).as_slice().to_vec();
        Piece { resource, spans }
    };
    out.into_iter().map(|(epoch, of)| (epoch, of.into_iter().map(piece).collect())).collect()
}
