//! What a link does beside its session for an upstream that was restored from a backup: it sends own earlier logs again
//! and gives back what the upstream had said, one message a job, so that anything may come in between.

use anyhow::{Result, bail};
use holdfast_core::id::ActorId;
use holdfast_core::message::{Reach, Request, Response, StateItem};
use holdfast_core::session::Input;
use holdfast_core::state::EntityState;
use holdfast_core::view::decode;

use super::fleet::Fleet;
use super::link::Job;

/// Where an attempt stands.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The upstream's incarnation: another one is another attempt's.
    upstream: ActorId,
    /// What it lacks, once it has said so.
    former: Option<Vec<Reach>>,
    /// The last resource looked at.
    after: i64,
    /// Resources that must be given again.
    waits: u64,
}

impl Attempt {
    /// At its beginning.
    pub fn new(upstream: ActorId) -> Self {
        Self { upstream, former: None, after: 0, waits: 0 }
    }
}

impl Fleet {
    /// Sends the own earlier logs that the upstream lacks the end of.
    ///
    /// # Errors
    /// A violation, or the store.
    pub fn give_logs(&mut self, down: usize, up: usize, known: &[Reach]) -> Result<()> {
        for owed in self.replicas[down].records.owed(known)? {
            for out in self.replicas[down].records.outgoing_of(owed, 100)? {
                let push = Request::Push { segment: out.bytes };
                if let (Response::Refused { code, .. }, _) = self.answer(down, up, &push.encode()?)? {
                    self.note(|f| format!("{} may not send an earlier log: {code}", f.name(down)));
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The next message of an attempt to give back.
    ///
    /// # Errors
    /// A violation, or the store.
    pub fn give_back(&mut self, down: usize, up: usize, mut attempt: Attempt) -> Result<()> {
        let records = &self.replicas[down].records;
        let is_cut = self.replicas[down].cut || self.replicas[up].cut;
        let is_other = self.replicas[up].records.actor() != attempt.upstream;
        if is_cut || is_other || !records.may_have_to_give_back(attempt.upstream)? {
            return Ok(());
        }
        let mut states = Vec::new();
        if let Some(former) = &attempt.former {
            let found = if former.is_empty() { None } else { records.offers(former, attempt.after)? };
            let Some(found) = found else {
                if attempt.waits > 0 {
                    return self.feed(down, Input::GiveBackWaits);
                }
                return Ok(records.gave_back(attempt.upstream)?);
            };
            (attempt.after, attempt.waits) = (found.last, attempt.waits + found.damaged);
            states = found.states;
        }
        if states.is_empty() && attempt.former.is_none() {
            let Some((former, _)) = self.give(down, up, Vec::new())? else { return Ok(()) };
            attempt.former = Some(former);
        }
        for item in states {
            let Some((_, later)) = self.give(down, up, vec![item.clone()])? else { return Ok(()) };
            attempt.waits += later;
            self.note_given(down, up, &item)?;
        }
        if let Some(link) = self.replicas[down].link.as_mut() {
            link.wait_for(Job::GiveBack(attempt));
        }
        Ok(())
    }

    /// One message; what the upstream lacks, and how many of the states have to be given again. `None`: it is refused.
    fn give(&mut self, down: usize, up: usize, states: Vec<StateItem>) -> Result<Option<(Vec<Reach>, u64)>> {
        let (actor, peer) = (self.replicas[down].records.actor(), self.replicas[down].peer());
        match self.replicas[up].records.respond(&peer, &Request::GiveBack { actor, states }) {
            Response::Lacking { former, later } => Ok(Some((former, later))),
            Response::Refused { .. } => Ok(None),
            other => bail!("an attempt to give back is answered by {other:?}"),
        }
    }

    /// Of what was given the upstream knows all that the giver did where its vector reaches as far. Where a clinic may hold
    /// some patients only, a record may not be its to give any more, or wait for a patient who is never made again: nobody
    /// counts on it there.
    fn note_given(&mut self, down: usize, up: usize, item: &StateItem) -> Result<()> {
        let Some(entity) = self.entities.iter().position(|e| *e == item.entity) else { return Ok(()) };
        let theirs = decode(item.entity.clone(), &item.json, &item.state)?;
        let found = self.replicas[up].records.read(|view| {
            Ok(if view.get(&item.entity)?.is_some() { Some(view.state(&item.entity)?) } else { None })
        })?;
        let reaches = |own: &EntityState| theirs.vv.dots.iter().all(|(actor, seq)| own.vv.get(actor) >= *seq);
        let saves = self.replicas[down].known & self.oracle.of_entity(entity);
        if found.as_ref().is_some_and(reaches) {
            let new = saves & !self.oracle.set_aside & !self.replicas[up].known;
            self.replicas[up].known |= new;
            self.oracle.not_given &= !new;
            if new != 0 {
                let link = self.replicas[down].link.as_mut();
                link.into_iter().for_each(|link| link.moved += 1);
                self.note(|f| format!("{} gives back {}", f.name(down), f.oracle.describe(new)));
            }
        } else if self.shares.is_partial {
            let hub = self.oracle.of_replica(&self.replicas[up].profile.name);
            self.oracle.not_given |= saves & hub & !self.replicas[up].known;
            self.oracle.unsure.insert(entity);
        }
        Ok(())
    }
}
