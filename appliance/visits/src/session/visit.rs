//! The visit itself: its state, and what all of its rules use.

use super::input::{Input, Order};
use super::kept::{BadSnapshot, Facts, Member, Reply, Snapshot};
use super::live::{Asked, Ice, Live};
use super::output::{Fact, Output, Request, What};
use crate::ids::{AskId, MemberId, SocketId};
use crate::messages::{FromNode, Part, Problem};

/// One visit.
pub struct Visit {
    pub(super) kept: Snapshot,
    pub(super) live: Live,
    #[cfg(feature = "sabotage")]
    pub(super) broken: Option<super::sabotage::Sabotage>,
}

impl Visit {
    /// A visit that nobody has come to.
    pub fn new(facts: Facts, ice: Box<dyn Ice>, now_ms: u64) -> Self {
        Self::of(Snapshot::new(facts, now_ms), ice, now_ms)
    }

    /// A visit that another process had, as it was when it was saved last. Who was in is in; who has no socket within a
    /// minute is away. What the phone bridge had not answered has failed.
    ///
    /// # Errors
    /// [`BadSnapshot`] if a newer version wrote it.
    pub fn restore(mut snapshot: Snapshot, ice: Box<dyn Ice>, now_ms: u64) -> Result<Self, BadSnapshot> {
        snapshot.check()?;
        for (_, reply) in snapshot.members.values_mut().flat_map(|member| &mut member.answers) {
            if *reply == Reply::Pending {
                *reply = Reply::Refused(Problem::BridgeFailed);
            }
        }
        let mut visit = Self::of(snapshot, ice, now_ms);
        for (member, one) in &visit.kept.members {
            let is_up = one.media.is_some();
            let present = super::live::Presence { is_up, ..super::live::Presence::new(now_ms) };
            visit.live.presence.insert(member.clone(), present);
        }
        Ok(visit)
    }

    fn of(kept: Snapshot, ice: Box<dyn Ice>, now_ms: u64) -> Self {
        Self {
            kept,
            live: Live::new(ice, now_ms),
            #[cfg(feature = "sabotage")]
            broken: None,
        }
    }

    /// What has to outlive the process; as it is after the last call of [`handle`](Self::handle).
    pub fn snapshot(&self) -> &Snapshot {
        &self.kept
    }

    /// Whether one more link can be made: the next one would otherwise be refused with `visit-full`.
    pub fn takes_links(&self) -> bool {
        self.kept.finished.is_none() && self.kept.members.len() < crate::limits::MEMBERS
    }

    /// Takes what happened at `now_ms` (milliseconds since 1970; a clock that goes back stands still), and gives what is to be
    /// done. Linear in people, sockets and the length of a frame, all of which are bounded.
    pub fn handle(&mut self, now_ms: u64, input: Input) -> Vec<Output> {
        self.live.now_ms = self.live.now_ms.max(now_ms);
        self.due();
        match input {
            Input::Entered { socket, entry } => self.enter(socket, *entry),
            Input::Closed { socket } => drop(self.live.sockets.remove(&socket)),
            Input::Frame { socket, frame } => self.frame(socket, &frame),
            Input::Relay(event) => self.relay_event(event),
            Input::Answered { ask, answer } => self.answered(ask, answer),
            Input::Bridged { ask, answer } => self.bridged(ask, answer),
            Input::Phone { member, phone } => self.phone(&member, phone),
            Input::Order(order) => self.order(order),
            Input::Timer => {}
        }
        self.settle();
        let mut out = std::mem::take(&mut self.live.out);
        if std::mem::take(&mut self.live.is_unsaved) && !self.is_broken_unsaved() {
            out.insert(0, Output::Save);
        }
        out.push(Output::Timer { at_ms: self.next_timer() });
        out
    }

    fn order(&mut self, order: Order) {
        match order {
            Order::Link { member, name, role } => self.link(member, &name, role),
            Order::Revoke { member } => self.revoke(&member),
            Order::Clinicians(clinicians) => {
                if self.kept.clinicians != clinicians {
                    self.kept.clinicians = clinicians;
                    self.unsaved();
                }
            }
            Order::End { summary, next } => self.end(None, summary, next),
        }
    }

    pub(super) fn unsaved(&mut self) {
        self.live.is_unsaved = true;
    }

    pub(super) fn now_ms(&self) -> u64 {
        self.live.now_ms
    }

    /// A member, to be changed: so it is to be saved.
    pub(super) fn change(&mut self, member: &MemberId) -> Option<&mut Member> {
        self.live.is_unsaved = true;
        self.kept.members.get_mut(member)
    }

    pub(super) fn member(&self, member: &MemberId) -> Option<&Member> {
        self.kept.members.get(member)
    }

    pub(super) fn send(&mut self, socket: SocketId, message: FromNode) {
        self.live.out.push(Output::Send { socket, message });
    }

    /// To every socket of a member.
    pub(super) fn tell(&mut self, member: &MemberId, message: &FromNode) {
        for socket in self.live.sockets_of(member) {
            self.send(socket, message.clone());
        }
    }

    /// To the socket of a member that has media.
    pub(super) fn tell_room(&mut self, member: &MemberId, message: &FromNode) {
        for socket in self.live.sockets_of(member) {
            if self.live.sockets.get(&socket).is_some_and(|socket| socket.part == Part::Room) {
                self.send(socket, message.clone());
            }
        }
    }

    /// To every socket of those whom it is for.
    pub(super) fn tell_those(&mut self, message: &FromNode, is_for: impl Fn(&Member) -> bool) {
        let members: Vec<MemberId> = self
            .kept
            .members
            .iter()
            .filter(|(_, one)| is_for(one))
            .map(|(member, _)| member.clone())
            .collect();
        for member in members {
            self.tell(&member, message);
        }
    }

    pub(super) fn close(&mut self, socket: SocketId, code: u16) {
        if self.live.sockets.remove(&socket).is_some() {
            self.live.out.push(Output::Close { socket, code });
        }
    }

    pub(super) fn ask(&mut self, request: Request, asked: Asked) {
        let ask = AskId(self.live.asks);
        self.live.asks += 1;
        self.live.asked.insert(ask, asked);
        // What was asked longest ago will not be answered any more.
        while self.live.asked.len() > crate::limits::ASKS {
            self.live.asked.pop_first();
        }
        self.live.out.push(Output::Ask { ask, request });
    }

    pub(super) fn fact(&mut self, what: What) {
        self.fact_at(self.live.now_ms, what);
    }

    pub(super) fn fact_at(&mut self, at_ms: u64, what: What) {
        self.live.is_unsaved = true;
        self.live.out.push(Output::Fact(Fact { at_ms, what }));
    }
}

macro_rules! broken {
    ($($name:ident $way:ident,)*) => {
        impl Visit {
            $(
                /// Whether this rule is broken on purpose; never in a release.
                #[cfg(feature = "sabotage")]
                pub(super) fn $name(&self) -> bool {
                    self.broken == Some(super::sabotage::Sabotage::$way)
                }
                /// Every rule is kept.
                #[cfg(not(feature = "sabotage"))]
                pub(super) fn $name(&self) -> bool {
                    false
                }
            )*
        }
    };
}

broken! {
    is_broken_admission AdmitsAll,
    is_broken_people TellsAll,
    is_broken_ids ForgetsIds,
    is_broken_rooms KeepsRooms,
    is_broken_ended ForgetsEnd,
    is_broken_unsaved ForgetsToSave,
}
