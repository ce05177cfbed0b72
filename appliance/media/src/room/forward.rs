//! A packet's way through the room: the one thing done thousands of times a second, without an allocation.

use super::Room;
use super::media::{At, Codec, Ix, Layer, MEMBERS_MAX, Slot, Source};
use super::picture::Picture;
use super::splice::{Numbers, Stream};

/// What the room has to know of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    /// Its RTP sequence number, extended by the rollovers.
    pub seq: u64,
    /// Its RTP timestamp.
    pub time: u32,
    /// How long its payload is, in bytes.
    pub bytes: usize,
    /// What it is coded in.
    pub codec: Codec,
    /// What is seen of its picture.
    pub picture: Picture,
}

/// Where a packet goes, and under which numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forward {
    /// To whom.
    pub to: Ix,
    /// In which slot.
    pub slot: Slot,
    /// Under which numbers.
    pub numbers: Numbers,
}

/// Headers of RTP, SRTP, UDP and IP besides the payload, in bytes: what the link carries too.
const HEADERS: usize = 12 + 16 + 10 + 28;

impl Room {
    /// A packet came: says to whom it goes. At most one of each receiver's slots.
    pub fn packet(
        &mut self,
        now: At,
        from: Ix,
        source: Source,
        layer: Layer,
        packet: &Packet,
    ) -> impl Iterator<Item = Forward> + use<> {
        let mut forwards = [None; MEMBERS_MAX];
        if self.take_in(now, from, source, layer, packet) {
            let stream = Stream { from, source, layer };
            for to in Ix::all().filter(|to| *to != from) {
                forwards[to.index()] = self.pass(now, to, stream, packet);
            }
        }
        forwards.into_iter().flatten()
    }

    /// Notes that it came. False if its sender may not send it.
    fn take_in(&mut self, now: At, from: Ix, source: Source, layer: Layer, packet: &Packet) -> bool {
        let Some(member) = self.member_mut(from).filter(|member| member.sends.has(source)) else {
            return false;
        };
        let track = &mut member.tracks[source.index()][layer.index()];
        let begins = track.came(now, packet.bytes + HEADERS, packet.picture.size.map(|(_, height)| height));
        if packet.picture.starts_keyframe {
            track.keyframe_came();
        }
        if begins && !source.is_audio() {
            // Before it is passed, so that the keyframe that an encoding begins with is not lost on anybody.
            for to in Ix::all().filter(|to| *to != from) {
                self.replan(now, to);
            }
        }
        true
    }

    fn pass(&mut self, now: At, to: Ix, stream: Stream, packet: &Packet) -> Option<Forward> {
        let member = self.member_mut(to).filter(|member| member.connected)?;
        let numbers = Numbers { seq: packet.seq, time: packet.time, vp8: packet.picture.numbers };
        let slot = member.view.place(stream.from, stream.source)?;
        let passed = match slot {
            Slot::Audio(at) => {
                let slot = member.view.audio.get_mut(usize::from(at))?;
                if slot.splice.passing() != Some(stream) {
                    slot.splice.cut(now, stream, numbers);
                }
                slot.splice.pass(now, stream, numbers)
            }
            Slot::Video(at) => {
                let slot = member.view.video.get_mut(usize::from(at))?;
                let is_wanted = slot.chosen == Some(stream.layer);
                let passes = slot.splice.passing() == Some(stream);
                if is_wanted && !passes && packet.picture.starts_keyframe {
                    slot.splice.cut(now, stream, numbers);
                }
                let passed = slot.splice.pass(now, stream, numbers);
                if is_wanted
                    && passed.is_none()
                    && slot.splice.passing().map(|passing| passing.layer) != Some(stream.layer)
                {
                    self.want_keyframe(now, stream.from, stream.source, stream.layer);
                }
                passed
            }
        };
        passed.map(|numbers| Forward { to, slot, numbers })
    }
}
