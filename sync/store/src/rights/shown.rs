//! What is known of rights, for whoever looks for a time to book, and for whoever asks why a booking was refused.

use std::collections::BTreeMap;

use holdfast_core::id::{ActorId, Entity};
use holdfast_core::rights::span::{Span, Spans};
use holdfast_core::rights::{Holder, Owner};

use super::known::{has_begun, ledger, may_sell, taken_spans};
use crate::error::Result;
use crate::records::Records;
use crate::tx::Tx;
use crate::view::View;

/// How a clinic's calendar stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calendar {
    /// Who holds it.
    pub holder: Holder,
    /// The hubs to whom time may be granted, or that hold what was.
    pub takers: Vec<ActorId>,
}

/// One stretch, and whose it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owned {
    /// Which.
    pub span: Span,
    /// Whose.
    pub owner: Owner,
    /// Of the last record about it; 0 where none names it.
    pub epoch: u64,
    /// Whether its owner is gone: it sells nothing any more.
    pub is_gone: bool,
    /// What of it is taken.
    pub taken: Spans,
}

impl Records {
    /// How a clinic's calendar stands; `None` if it has not begun, as far as is known here: then nobody asks who owns what.
    ///
    /// # Errors
    /// The database.
    pub fn calendar_in(&self, view: &mut View<'_>, clinic: &str) -> Result<Option<Calendar>> {
        if !has_begun(view.sql, clinic)? {
            return Ok(None);
        }
        let known = ledger(view.sql, self, clinic, [])?;
        Ok(Some(Calendar { holder: known.holder(), takers: known.takers().into_iter().collect() }))
    }

    /// What of the time of each of these resources this database may sell now, taken or not; `None` if the calendar has not begun: all
    /// of it.
    ///
    /// # Errors
    /// The database. Cost: one look a resource, and the records that name it on those days.
    pub fn ours_in<'r>(
        &self,
        view: &mut View<'_>,
        clinic: &str,
        resources: impl IntoIterator<Item = &'r str>,
        window: Span,
    ) -> Result<Option<BTreeMap<String, Spans>>> {
        if !has_begun(view.sql, clinic)? {
            return Ok(None);
        }
        let mut out = BTreeMap::new();
        for resource in resources {
            let known = ledger(view.sql, self, clinic, [(resource, window)])?;
            let mut ours = Vec::new();
            for (part, _) in known.owners(resource, window) {
                if may_sell(view.sql, self, &known, (resource, part))?.is_ok() {
                    ours.push(part);
                }
            }
            out.insert(resource.to_owned(), Spans::new(ours));
        }
        Ok(Some(out))
    }

    /// Whether this database may sell a span of all of these resources now, taken or not; it always may as long as the calendar has not
    /// begun.
    ///
    /// # Errors
    /// [`crate::StoreError::Booking`] with the reason why it may not; or the database.
    pub fn may_book_in<'r>(
        &self,
        view: &mut View<'_>,
        clinic: &str,
        resources: impl IntoIterator<Item = &'r str>,
        span: Span,
    ) -> Result<()> {
        if !has_begun(view.sql, clinic)? {
            return Ok(());
        }
        for resource in resources {
            let known = ledger(view.sql, self, clinic, [(resource, span)])?;
            may_sell(view.sql, self, &known, (resource, span))??;
        }
        Ok(())
    }

    /// Who owns which part of a resource's time, in order, for people to look at.
    ///
    /// # Errors
    /// The database. Cost as [`Records::owners`].
    pub fn owners_in(
        &self,
        view: &mut View<'_>,
        clinic: &str,
        resource: &str,
        span: Span,
    ) -> Result<Vec<Owned>> {
        let known = ledger(view.sql, self, clinic, [(resource, span)])?;
        let mut out: Vec<Owned> = Vec::new();
        for (part, epoch) in known.epochs(resource, span) {
            let owner = known.owner(resource, part.from);
            let is_gone = owner.actor().is_some_and(|actor| known.gone_by(actor).is_some());
            match out.last_mut() {
                Some(last) if (last.owner, last.epoch, last.span.to) == (owner, epoch, part.from) => {
                    last.span.to = part.to;
                }
                _ => out.push(Owned { span: part, owner, epoch, is_gone, taken: Spans::default() }),
            }
        }
        for one in &mut out {
            one.taken = taken_spans(view.sql, resource, one.span)?.within(one.span);
        }
        Ok(out)
    }
}

impl Tx<'_> {
    /// Whose calendar a record is of; nobody's, at a database of several clinics, if it was written for none.
    ///
    /// # Errors
    /// The database.
    pub fn clinic_of(&mut self, entity: &Entity) -> Result<String> {
        Ok(self.entity(entity)?.clinic.to_string())
    }

    /// Whether a clinic's calendar has begun: from then on it is the guard that says who may have which time.
    ///
    /// # Errors
    /// The database.
    pub fn has_calendar(&mut self, clinic: &str) -> Result<bool> {
        has_begun(self.sql, clinic)
    }
}
