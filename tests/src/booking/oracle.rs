//! What people were told, and what must hold of it.

use std::collections::BTreeMap;

use anyhow::Result;
use holdfast_core::id::ActorId;

use super::slots::Wish;
use crate::seeded::{Promise, broken};

/// Who says so: which replica, and which incarnation of it.
pub(super) type By = (usize, ActorId);

/// What somebody was told of an appointment.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) wish: Wish,
    /// It was confirmed, by this replica.
    pub(super) confirmed_by: Option<usize>,
    /// Which incarnation of it that was.
    pub(super) actor: Option<ActorId>,
    pub(super) is_forced: bool,
    /// Somebody cancelled it who knew what it was: it is owed to nobody any more.
    pub(super) is_cancelled: bool,
    /// Somebody cancelled it who had not seen where it stands: nobody has decided that it does not. Until a person has, it is owed, and
    /// must be shown as what is to be decided.
    pub(super) is_doubted: bool,
    /// All that said so was on a disk that is gone.
    pub(super) is_lost: bool,
}

impl Told {
    /// Whether it has to be honoured.
    pub(super) fn is_owed(&self) -> bool {
        self.confirmed_by.is_some() && !self.is_cancelled && !self.is_lost
    }
}

/// All appointments by their ids.
#[derive(Default)]
pub(super) struct Oracle {
    pub(super) told: BTreeMap<String, Told>,
}

impl Oracle {
    /// Somebody asked for something that is not confirmed.
    pub(super) fn requested(&mut self, id: &str, wish: &Wish) {
        let told = Told {
            wish: wish.clone(),
            confirmed_by: None,
            actor: None,
            is_forced: false,
            is_cancelled: false,
            is_doubted: false,
            is_lost: false,
        };
        self.told.entry(id.to_owned()).or_insert(told);
    }

    /// Something was forced in.
    pub(super) fn forced(&mut self, id: &str, wish: &Wish, by: By) {
        let told = Told {
            wish: wish.clone(),
            confirmed_by: Some(by.0),
            actor: Some(by.1),
            is_forced: true,
            is_cancelled: false,
            is_doubted: false,
            is_lost: false,
        };
        self.told.entry(id.to_owned()).and_modify(|known| known.wish = wish.clone()).or_insert(told);
    }

    /// A replica has confirmed something, or moved it there.
    ///
    /// # Errors
    /// If somebody else was told to have the time.
    pub(super) fn confirmed(&mut self, id: &str, wish: &Wish, by: By) -> Result<()> {
        if self.told.get(id).is_some_and(|known| known.confirmed_by.is_some() && known.wish == *wish) {
            return Ok(());
        }
        let others =
            self.told.iter().filter(|(other, told)| *other != id && told.is_owed() && !told.is_forced);
        for (other, told) in others {
            if told.wish.meets(wish) {
                return broken(
                    Promise::SoldOnce,
                    format!("{id} was confirmed by {} for {wish:?}, which {other} has: {told:?}", by.0),
                );
            }
        }
        self.requested(id, wish);
        if let Some(told) = self.told.get_mut(id) {
            told.wish = wish.clone();
            (told.confirmed_by, told.actor) = (Some(by.0), Some(by.1));
            // What is cancelled is confirmed by nobody who has seen it: whoever did has not.
            told.is_doubted |= std::mem::take(&mut told.is_cancelled);
        }
        Ok(())
    }

    /// A hub has lost that it ever was any but these: of what another of its incarnations confirmed, the clinic's node alone knows.
    pub(super) fn hub_forgot(&mut self, hub: usize, known: &[ActorId], node: usize) {
        let its = self.told.values_mut().filter(|told| told.confirmed_by == Some(hub));
        for told in its.filter(|told| told.actor.is_some_and(|actor| !known.contains(&actor))) {
            told.confirmed_by = Some(node);
        }
    }

    /// Somebody has cancelled something; what they saw of it then, if it took time.
    pub(super) fn cancelled(&mut self, id: &str, seen: Option<&Wish>) {
        let Some(told) = self.told.get_mut(id) else { return };
        let is_known = told.confirmed_by.is_none() || told.is_forced || seen == Some(&told.wish);
        if is_known {
            (told.is_cancelled, told.is_doubted) = (true, false);
        } else if !told.is_cancelled {
            told.is_doubted = true;
        }
    }

    /// What is in doubt was put elsewhere.
    pub(super) fn moved_in_doubt(&mut self, id: &str, wish: &Wish) {
        if let Some(told) = self.told.get_mut(id).filter(|told| told.is_doubted) {
            told.wish = wish.clone();
        }
    }

    /// A person has decided what was in doubt.
    pub(super) fn decided(&mut self, id: &str, stands: bool) {
        if let Some(told) = self.told.get_mut(id) {
            (told.is_doubted, told.is_cancelled) = (false, !stands);
        }
    }
}
