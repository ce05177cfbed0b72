//! After a restore, a clone or new hardware: who was is fenced, who asks follows.
//!
//! A new incarnation owns nothing. A person says that the one before is gone for good, for no program can know it: its machine may be
//! running somewhere. Every hub of the calendar answers, and from its answer on takes nothing of the one before. The new one holds the
//! calendar once it has heard each hub to the end after its answer: everything that the one before had sent anywhere is here then.

use holdfast_core::id::ActorId;
use holdfast_core::rights::{Act, Record, Refusal, rows};

use super::known::{ledger, records_in};
use crate::error::Result;
use crate::tx::Tx;

impl Tx<'_> {
    /// A person says at this database that `of` is gone for good, and that this one follows it. Without a hub it does at once.
    ///
    /// # Errors
    /// [`crate::StoreError::Booking`] with [`Refusal::IsHere`] if `of` is this database; or the database.
    pub fn follow(&mut self, clinic: &str, of: ActorId, author: &str) -> Result<()> {
        self.flush()?;
        let me = self.records.actor();
        if of == me {
            return Err(Refusal::IsHere { of }.into());
        }
        self.write_right(clinic, Act::Ask { of, by: me }, author)?;
        let hubs = records_in(self.sql, &rows::heads(clinic, "calendar"))?;
        let is_alone = |record: &Record| matches!(&record.act, Act::Calendar { hubs, .. } if hubs.is_empty());
        if hubs.iter().any(is_alone) {
            self.write_right(clinic, Act::Gone { of, by: me, successor: me }, author)?;
        }
        Ok(())
    }

    /// Answers, as a hub of the clinic's calendar, those who follow one that is gone: the first who asked. Call it when news of rights
    /// comes. How many were answered.
    ///
    /// # Errors
    /// The database.
    pub fn answer_followers(&mut self, clinic: &str, author: &str) -> Result<usize> {
        self.flush()?;
        let me = self.records.actor();
        let known = ledger(self.sql, self.records, clinic, [])?;
        if !known.takers().contains(&me) {
            return Ok(0);
        }
        let mut answered = 0;
        for record in records_in(self.sql, &rows::heads(clinic, "ask"))? {
            let Act::Ask { of, by } = record.act else { continue };
            // One that is gone itself by now follows nobody.
            if self.has_said_gone(of)? || self.has_said_gone(by)? {
                continue;
            }
            self.write_right(clinic, Act::Gone { of, by: me, successor: by }, author)?;
            answered += 1;
        }
        Ok(answered)
    }

    /// A person says at a hub that was restored that its former self is gone for good and that all replicas have given back what they
    /// held: what was granted to it goes back to the clinic, and new grants come to this one.
    ///
    /// # Errors
    /// [`crate::StoreError::Booking`] with [`Refusal::IsHere`] if `of` is this incarnation; or the database.
    pub fn replace_self(&mut self, clinic: &str, of: ActorId, author: &str) -> Result<()> {
        self.flush()?;
        let me = self.records.actor();
        if of == me {
            return Err(Refusal::IsHere { of }.into());
        }
        self.write_right(clinic, Act::Gone { of, by: me, successor: me }, author).map(|_| ())
    }

    fn has_said_gone(&mut self, of: ActorId) -> Result<bool> {
        super::is_fenced(self.sql, self.records, of)
    }
}
