//! A visit's room: who is in it, who is shown to whom in which slot and layer, who is asked for keyframes, who is taken
//! down to less video or to sound alone. A state machine: it is told the time and what happened, and is asked what to do.
//!
//! ```text
//! join, leave, connected, sends, wants, quality, keyframe asked for ─▶ Room ─▶ poll() ─▶ Output
//! packet ─▶ Room::packet ─▶ to whom, in which slot, under which numbers (no allocation)
//! ```
//!
//! Slots are seats: each other member has one of five seats at a receiver, for its voice in that audio slot and its camera
//! in that video slot, and keeps it as long as it is there. A shared screen takes a video slot that nobody's seat needs, or
//! else that of its own sharer's camera.
//!
//! Invariants: no clock, socket or random source; nothing that a member sends is forwarded that the clinic role said no to;
//! nobody hears themselves; the numbers of a slot's stream run on without a gap of our making (`splice`).

pub mod admission;
mod forward;
pub mod ids;
pub mod ladder;
pub mod layers;
pub mod media;
pub mod picture;
pub mod red;
mod replan;
pub mod splice;
mod track;
mod view;

pub use forward::{Forward, Packet};
pub use ids::{BadName, MemberId, VisitId};
pub use ladder::{Because, Level, Sample};
pub use media::{At, Codec, Ix, Layer, MEMBERS_MAX, SLOTS, Sends, Slot, Source};
pub use picture::{Picture, Vp8Numbers};
pub use splice::Numbers;
pub use view::{Shown, SlotsOf, Want};

use ladder::Ladder;
use std::collections::VecDeque;
use track::Track;
use view::View;

/// What is taken to be carried by a link of which nothing is known yet, in bit/s.
pub const ESTIMATE_AT_FIRST_BPS: u64 = 1_000_000;

/// What the shell has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Ask this sender for a keyframe (RFC 4585 §6.3.1).
    Keyframe {
        /// Who.
        from: Ix,
        /// Of what.
        source: Source,
        /// In which layer.
        layer: Layer,
    },
    /// What is in the slots of this member has changed: [`Room::slots`].
    Slots(Ix),
    /// This member went a step down, or up again.
    Level {
        /// Who.
        member: Ix,
        /// To where.
        level: Level,
        /// Why.
        because: Because,
    },
    /// What the link to this member is to be probed for.
    Desired {
        /// Who.
        member: Ix,
        /// What would be sent if it could be, in bit/s.
        desired_bps: u64,
    },
}

/// A member, as the room knows it.
#[derive(Debug)]
struct Member {
    id: MemberId,
    sends: Sends,
    connected: bool,
    tracks: [[Track; 2]; 3],
    view: View,
    ladder: Ladder,
    estimate_bps: u64,
    told: u64,
}

/// A room.
#[derive(Debug, Default)]
pub struct Room {
    members: [Option<Member>; MEMBERS_MAX],
    outputs: VecDeque<Output>,
}

impl Room {
    /// Somebody comes in, or comes back with a new connection; `slots` is how many audio and video slots their page has,
    /// and `first_seq` makes the number that each slot's stream begins with. `None` if the room is full.
    pub fn join(
        &mut self,
        now: At,
        id: &MemberId,
        sends: Sends,
        slots: usize,
        first_seq: &mut dyn FnMut() -> u16,
    ) -> Option<Ix> {
        let ix = self.find(id).or_else(|| Ix::all().find(|ix| self.members[ix.index()].is_none()))?;
        self.leave(now, ix);
        let view = View::new(slots.min(SLOTS), first_seq);
        self.members[ix.index()] = Some(Member {
            id: id.clone(),
            sends,
            connected: false,
            tracks: Default::default(),
            view,
            ladder: Ladder::default(),
            estimate_bps: ESTIMATE_AT_FIRST_BPS,
            told: 0,
        });
        self.reseat(now);
        Some(ix)
    }

    /// Somebody is gone.
    pub fn leave(&mut self, now: At, ix: Ix) {
        if self.members[ix.index()].take().is_some() {
            self.reseat(now);
        }
    }

    /// Their connection is up: they can be sent to.
    pub fn connected(&mut self, now: At, ix: Ix) {
        if let Some(member) = self.member_mut(ix) {
            member.connected = true;
            self.outputs.push_back(Output::Slots(ix));
            self.replan(now, ix);
        }
    }

    /// What they send, as the clinic role says.
    pub fn set_sends(&mut self, now: At, ix: Ix, sends: Sends) {
        if let Some(member) = self.member_mut(ix).filter(|member| member.sends != sends) {
            member.sends = sends;
            self.reseat(now);
        }
    }

    /// How high their page shows what is in its video slots.
    pub fn set_wants(&mut self, now: At, ix: Ix, wants: &[Want]) {
        if let Some(member) = self.member_mut(ix) {
            member.view.set_wants(wants);
            self.replan(now, ix);
        }
    }

    /// What the link to them is taken to carry, in bit/s.
    pub fn set_estimate(&mut self, now: At, ix: Ix, bps: u64) {
        if let Some(member) = self.member_mut(ix) {
            member.estimate_bps = bps;
            self.replan(now, ix);
        }
    }

    /// What was measured of their link: the share of packets lost, and the way there and back.
    pub fn measured(&mut self, now: At, ix: Ix, loss: f32, round_trip: std::time::Duration, estimated: bool) {
        let Some(sample) = self.sample(now, ix, loss, round_trip, estimated) else { return };
        let Some(member) = self.member_mut(ix) else { return };
        if let Some((level, because)) = member.ladder.measured(now, sample) {
            self.outputs.push_back(Output::Level { member: ix, level, because });
            self.replan(now, ix);
        }
    }

    /// Their page cannot go on with what is in this video slot.
    pub fn keyframe_asked(&mut self, now: At, ix: Ix, slot: u8) {
        let passing = self.member(ix).and_then(|member| member.view.passing_video(slot));
        if let Some(stream) = passing {
            self.want_keyframe(now, stream.from, stream.source, stream.layer);
        }
    }

    /// Time has passed: repeats what was asked for in vain, and notices what is no longer sent.
    pub fn tick(&mut self, now: At) {
        for from in Ix::all() {
            for source in [Source::Camera, Source::Screen] {
                for layer in Layer::ALL {
                    self.ask_if_due(now, from, source, layer);
                }
            }
        }
        for ix in Ix::all() {
            self.replan(now, ix);
        }
    }

    /// What there is to do; `None` if nothing.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Who sits there.
    pub fn id(&self, ix: Ix) -> Option<&MemberId> {
        self.member(ix).map(|member| &member.id)
    }

    /// Where somebody sits.
    pub fn find(&self, id: &MemberId) -> Option<Ix> {
        Ix::all().find(|ix| self.id(*ix) == Some(id))
    }

    /// How many are in it.
    pub fn len(&self) -> usize {
        self.members.iter().flatten().count()
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What somebody sends, as the clinic role says.
    pub fn sends(&self, ix: Ix) -> Option<Sends> {
        self.member(ix).map(|member| member.sends)
    }

    /// How far down somebody is.
    pub fn level(&self, ix: Ix) -> Option<Level> {
        self.member(ix).map(|member| member.ladder.level())
    }

    /// What is in somebody's slots.
    pub fn slots(&self, ix: Ix) -> SlotsOf {
        let name = |from: Ix| self.id(from).cloned();
        self.member(ix).map(|member| member.view.slots(name)).unwrap_or_default()
    }

    fn member(&self, ix: Ix) -> Option<&Member> {
        self.members[ix.index()].as_ref()
    }

    fn member_mut(&mut self, ix: Ix) -> Option<&mut Member> {
        self.members[ix.index()].as_mut()
    }

    fn want_keyframe(&mut self, now: At, from: Ix, source: Source, layer: Layer) {
        if let Some(member) = self.member_mut(from) {
            member.tracks[source.index()][layer.index()].want_keyframe();
        }
        self.ask_if_due(now, from, source, layer);
    }

    fn ask_if_due(&mut self, now: At, from: Ix, source: Source, layer: Layer) {
        let Some(member) = self.member_mut(from) else { return };
        let track = &mut member.tracks[source.index()][layer.index()];
        if track.is_sent(now) && track.ask_now(now) {
            self.outputs.push_back(Output::Keyframe { from, source, layer });
        }
    }
}

#[cfg(test)]
mod tests;
