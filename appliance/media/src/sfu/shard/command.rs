//! What a shard is told to do, and what it answers.

use super::super::event::{Event, Gone};
use super::super::offer::{self, BadOffer};
use super::super::peer::{Begin, Peer};
use super::super::peers::Key;
use super::{Load, Shard, Visit};
use crate::room::admission::{self, Asks, Carried, Full};
use crate::room::{ESTIMATE_AT_FIRST_BPS, Ix, MemberId, Sends, SlotsOf, VisitId, Want};
use std::sync::atomic::Ordering;
use std::time::Instant;
use tokio::sync::oneshot;

/// An offer of a member's page.
#[derive(Debug)]
pub struct Put {
    /// Which visit.
    pub visit: VisitId,
    /// Who.
    pub member: MemberId,
    /// The offer.
    pub sdp: String,
    /// What they send.
    pub sends: Sends,
    /// An ICE restart of the connection that there is, instead of a new one.
    pub restart: bool,
}

/// What the page gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutAnswer {
    /// The answer.
    pub sdp: String,
    /// What is in the slots now.
    pub slots: SlotsOf,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No room for it.
    #[error("{}", full(*.0))]
    Full(Full),
    /// The offer is no such thing.
    #[error(transparent)]
    Offer(#[from] BadOffer),
    /// A restart, but there is no connection to restart: offer anew.
    #[error("cannot restart: the relay does not know this connection; make a new one and offer that")]
    NothingToRestart,
    /// No such member here.
    #[error(
        "cannot change this member: the relay has nobody of that name in that visit; they have to offer first"
    )]
    NoSuchMember,
    /// The relay is on its way down.
    #[error("cannot do this now: the relay is stopping; ask again in a second")]
    Stopping,
}

impl Refused {
    /// Stable name, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Full(Full::Room) => "room-full",
            Self::Full(_) => "relay-full",
            Self::Offer(_) => "bad-sdp",
            Self::NothingToRestart => "nothing-to-restart",
            Self::NoSuchMember => "no-such-member",
            Self::Stopping => "stopping",
        }
    }

    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Stopping)
    }
}

fn full(full: Full) -> &'static str {
    match full {
        Full::Visits => {
            "cannot take this visit: the relay carries as many as it is sized for; use another relay, or call"
        }
        Full::Members => {
            "cannot take this member: the relay carries as many as it is sized for; use another relay, or call"
        }
        Full::Busy => {
            "cannot take this visit: the relay has too much to do just now; use another relay, or call"
        }
        Full::Room => "cannot take this member: the visit has six already",
    }
}

/// Where an answer goes.
type Reply<T> = oneshot::Sender<Result<T, Refused>>;

/// Something to do.
#[derive(Debug)]
pub enum Command {
    /// Takes an offer.
    Put(Put, Reply<PutAnswer>),
    /// Takes the offer of a device check.
    Check(String, Reply<String>),
    /// Changes what a member sends, or how their page shows what it receives.
    Patch {
        /// Which visit.
        visit: VisitId,
        /// Who.
        member: MemberId,
        /// Microphone, camera and screen; those that are absent stay.
        sends: [Option<bool>; 3],
        /// Video slots whose size has changed.
        wants: Vec<Want>,
        /// Where the answer goes.
        reply: Reply<()>,
    },
    /// Takes a member out.
    Remove(VisitId, MemberId, Reply<()>),
    /// Ends a visit.
    End(VisitId, Reply<()>),
    /// Ends the shard.
    Stop,
}

impl Shard {
    /// Does it. False if that was the end.
    pub(super) fn obey(&mut self, now: Instant, command: Command) -> bool {
        match command {
            Command::Put(put, reply) => {
                let answer = self.put(now, put);
                let _ = reply.send(answer);
            }
            Command::Check(sdp, reply) => {
                let answer = self.check(now, &sdp);
                let _ = reply.send(answer);
            }
            Command::Patch { visit, member, sends, wants, reply } => {
                let answer = self.patch(now, &visit, &member, sends, &wants);
                let _ = reply.send(answer);
            }
            Command::Remove(visit, member, reply) => {
                let answer = self.find(&visit, &member).map(|(key, ..)| self.part(now, key, Gone::Left));
                let _ = reply.send(answer);
            }
            Command::End(visit, reply) => {
                self.end(now, &visit);
                let _ = reply.send(Ok(()));
            }
            Command::Stop => return false,
        }
        true
    }

    fn put(&mut self, now: Instant, put: Put) -> Result<PutAnswer, Refused> {
        let shape = offer::read(&put.sdp)?;
        if put.restart {
            let (key, room, ix) =
                self.find(&put.visit, &put.member).map_err(|_| Refused::NothingToRestart)?;
            let peer = self.peers.get_mut(key).ok_or(Refused::NothingToRestart)?;
            let sdp = peer.restart(&put.sdp, &shape)?;
            self.peers.renamed(key);
            self.soil(key);
            return Ok(PutAnswer { sdp, slots: self.slots(room, ix) });
        }
        self.admit(&put)?;
        // The answer first: an offer that is refused leaves the connection that there is as it was.
        let room = self.by_id.get(&put.visit).copied();
        let begin = Begin {
            candidates: &self.candidates,
            certificate: &self.config.certificate,
            room: 0,
            ix: Ix(0),
            now,
            estimate_bps: ESTIMATE_AT_FIRST_BPS,
        };
        let (mut peer, sdp) = Peer::begin(&begin, &put.sdp, shape)?;
        let room = room.unwrap_or_else(|| self.open(&put.visit));
        let at = self.at(now);
        let visit = self.visit_mut(room).ok_or(Refused::NoSuchMember)?;
        let seated = visit.room.join(at, &put.member, put.sends, peer.slots(), &mut first_seq);
        let ix = seated.ok_or(Refused::Full(Full::Room))?;
        (peer.room, peer.ix) = (room, ix);
        let before = visit.peers[ix.index()].take();
        let key = self.peers.insert(peer);
        if let Some(visit) = self.visit_mut(room) {
            visit.peers[ix.index()] = Some(key);
        }
        match before {
            Some(before) => self.close(before),
            None => {
                self.config.load.members.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.soil(key);
        self.settle(now, room);
        Ok(PutAnswer { sdp, slots: self.slots(room, ix) })
    }

    fn admit(&self, put: &Put) -> Result<(), Refused> {
        let load = &self.config.load;
        let visit = self.by_id.get(&put.visit).and_then(|&room| self.visits[room].as_ref());
        let asks = match visit {
            None => Asks::NewVisit,
            Some(visit) if visit.room.find(&put.member).is_some() => Asks::Back,
            Some(visit) => Asks::Member { in_room: visit.room.len() },
        };
        let carried = Carried {
            visits: load.visits.load(Ordering::Relaxed),
            members: load.members.load(Ordering::Relaxed),
            busy_pct: load.busy_pct[self.config.index].load(Ordering::Relaxed).min(100) as u8,
        };
        admission::admit(self.config.size, carried, asks).map_err(|full| {
            Load::add(&load.refused, 1);
            Refused::Full(full)
        })
    }

    fn open(&mut self, id: &VisitId) -> usize {
        let visit = Visit { id: id.clone(), room: Default::default(), peers: Default::default() };
        let at = self.free.pop().unwrap_or_else(|| {
            self.visits.push(None);
            self.visits.len() - 1
        });
        self.visits[at] = Some(visit);
        self.by_id.insert(id.clone(), at);
        self.config.load.visits.fetch_add(1, Ordering::Relaxed);
        at
    }

    fn patch(
        &mut self,
        now: Instant,
        visit: &VisitId,
        member: &MemberId,
        changes: [Option<bool>; 3],
        wants: &[Want],
    ) -> Result<(), Refused> {
        let (_, room, ix) = self.find(visit, member)?;
        let at = self.at(now);
        if let Some(visit) = self.visit_mut(room) {
            if let Some(now) = visit.room.sends(ix) {
                let [audio, video, screen] = changes;
                let sends = Sends {
                    audio: audio.unwrap_or(now.audio),
                    video: video.unwrap_or(now.video),
                    screen: screen.unwrap_or(now.screen),
                };
                visit.room.set_sends(at, ix, sends);
            }
            visit.room.set_wants(at, ix, wants);
        }
        self.settle(now, room);
        Ok(())
    }

    fn end(&mut self, now: Instant, id: &VisitId) {
        let Some(&room) = self.by_id.get(id) else { return };
        let keys: Vec<Key> = self.visits[room].iter().flat_map(|visit| visit.peers).flatten().collect();
        for key in keys {
            self.part(now, key, Gone::Ended);
        }
    }

    fn find(&self, visit: &VisitId, member: &MemberId) -> Result<(Key, usize, Ix), Refused> {
        let find = || {
            let &room = self.by_id.get(visit)?;
            let visit = self.visits[room].as_ref()?;
            let ix = visit.room.find(member)?;
            Some((visit.peers[ix.index()]?, room, ix))
        };
        find().ok_or(Refused::NoSuchMember)
    }

    fn slots(&self, room: usize, ix: Ix) -> SlotsOf {
        self.visits[room].as_ref().map(|visit| visit.room.slots(ix)).unwrap_or_default()
    }

    /// A member is gone: the room is told, and forgotten with its last one.
    pub(super) fn part(&mut self, now: Instant, key: Key, why: Gone) {
        let Some(peer) = self.peers.get(key) else { return };
        let (room, ix) = (peer.room, peer.ix);
        if peer.is_check {
            return self.close(key);
        }
        let names = self.names(room, ix);
        self.close(key);
        let at = self.at(now);
        self.config.load.members.fetch_sub(1, Ordering::Relaxed);
        if let Some(visit) = self.visit_mut(room) {
            visit.peers[ix.index()] = None;
            visit.room.leave(at, ix);
        }
        if let Some((visit, member)) = names {
            self.emit(Event::Gone { visit, member, why });
        }
        self.settle(now, room);
        self.forget_if_empty(room);
    }

    fn forget_if_empty(&mut self, room: usize) {
        if self.visits[room].as_ref().is_none_or(|visit| !visit.room.is_empty()) {
            return;
        }
        if let Some(visit) = self.visits[room].take() {
            self.by_id.remove(&visit.id);
            self.free.push(room);
            self.config.load.visits.fetch_sub(1, Ordering::Relaxed);
            self.emit(Event::Emptied { visit: visit.id });
        }
    }
}

/// Where a slot's numbers begin: in the lower half, so that they stay below 65,536 for long enough that a receiver has
/// heard of them before they roll over. From the system's random source: two runs do not share numbers under one key.
fn first_seq() -> u16 {
    let mut bytes = [0; 2];
    // Without randomness a constant is as good: the keys are new with each connection.
    let _ = getrandom::fill(&mut bytes);
    u16::from_ne_bytes(bytes) >> 2
}
