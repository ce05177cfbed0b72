//! What a link does beside its session for an upstream that was restored from a backup: it sends own earlier logs again
//! and gives back what the upstream had said, one message a job, so that anything may come in between.

use anyhow::{Result, bail};
use holdfast_core::id::ActorId;
use holdfast_core::message::{Reach, Request, Response, StateItem};
use holdfast_core::session::Input;
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
        let given = states.clone();
        match self.replicas[up].records.respond(
            &self.replicas[down].peer(),
            &Request::GiveBack { actor: self.replicas[down].records.actor(), states },
        ) {
            Response::Lacking { former, later } => {
                attempt.former.get_or_insert(former);
                attempt.waits += later;
            }
            Response::Refused { .. } => return Ok(()),
            other => bail!("an attempt to give back is answered by {other:?}"),
        }
        self.note_given(down, up, &given)?;
        if let Some(link) = self.replicas[down].link.as_mut() {
            link.wait_for(Job::GiveBack(attempt));
        }
        Ok(())
    }

    /// Of what was given the upstream knows all that the giver did where its vector reaches as far.
    fn note_given(&mut self, down: usize, up: usize, given: &[StateItem]) -> Result<()> {
        for item in given {
            let Some(entity) = self.entities.iter().position(|e| *e == item.entity) else { continue };
            let theirs = decode(item.entity.clone(), &item.json, &item.state)?;
            let found = self.replicas[up].records.read(|view| {
                Ok(if view.get(&item.entity)?.is_some() { Some(view.state(&item.entity)?) } else { None })
            })?;
            let reaches = |own: &holdfast_core::state::EntityState| {
                theirs.vv.dots.iter().all(|(actor, seq)| own.vv.get(actor) >= *seq)
            };
            if found.as_ref().is_some_and(reaches) {
                let saves =
                    self.replicas[down].known & self.oracle.of_entity(entity) & !self.oracle.set_aside;
                let new = saves & !self.replicas[up].known;
                self.replicas[up].known |= saves;
                if new != 0 {
                    let link = self.replicas[down].link.as_mut();
                    link.into_iter().for_each(|link| link.moved += 1);
                    self.note(|f| format!("{} gives back {}", f.name(down), f.oracle.describe(new)));
                }
            }
        }
        Ok(())
    }
}
