//! What comes in, slot by slot.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

/// What came in one slot.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SlotReport {
    /// Packets.
    pub packets: u64,
    /// Packets that did not come, by their numbers.
    pub lost: u64,
    /// Whole frames that could be decoded: a keyframe, and those after it without a gap. Video alone.
    pub frames: u64,
    /// How long after the offer the first such frame was whole, in milliseconds; of sound: the first packet.
    pub first_ms: Option<u64>,
    /// Mean power of the sound as its senders wrote it, 0 (silence) to 1 (full scale); `None` if nobody wrote any.
    pub energy: Option<f64>,
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Report {
    /// How long after the offer the connection was up, in milliseconds.
    pub joined_ms: u64,
    /// How long after the offer the first picture of anybody was whole, in milliseconds.
    pub first_frame_ms: Option<u64>,
    /// By slot, named as the relay names tracks: `audio-0`, `video-0`, ….
    pub slots: BTreeMap<String, SlotReport>,
}

impl Report {
    /// Audio slots, or video slots, in which something came.
    pub fn heard(&self, kind: &str) -> usize {
        self.slots.iter().filter(|(name, slot)| name.starts_with(kind) && slot.packets > 0).count()
    }

    /// Share of packets of this kind that were lost, 0 to 1.
    pub fn loss(&self, kind: &str) -> f64 {
        let of = self.slots.iter().filter(|(name, _)| name.starts_with(kind));
        let (lost, came) = of.fold((0, 0), |(lost, came), (_, slot)| (lost + slot.lost, came + slot.packets));
        lost as f64 / (lost + came).max(1) as f64
    }
}

#[derive(Debug, Default)]
struct Slot {
    report: SlotReport,
    first_seq: Option<u16>,
    /// How often the numbers have rolled over, and the highest.
    highest: i64,
    frame: Frame,
    levels: (f64, u64),
}

/// How far the picture that is being received has come.
#[derive(Debug, Default, PartialEq)]
enum Frame {
    /// Nothing can be decoded until a keyframe.
    #[default]
    Waiting,
    /// All is there so far; the next packet has this number.
    Whole(u16),
}

/// What comes in.
pub(crate) struct Received {
    since: Instant,
    slots: Mutex<BTreeMap<String, Slot>>,
}

/// A packet, as far as it matters here.
pub(crate) struct Arrived<'a> {
    pub(crate) seq: u16,
    pub(crate) marker: bool,
    pub(crate) payload: &'a [u8],
    pub(crate) level: Option<u8>,
}

impl Received {
    pub(crate) fn new(since: Instant) -> Self {
        Self { since, slots: Mutex::new(BTreeMap::new()) }
    }

    fn slots(&self) -> MutexGuard<'_, BTreeMap<String, Slot>> {
        // Nobody panics while it is held; and if so, counts are still counts.
        self.slots.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn arrived(&self, name: &str, packet: &Arrived<'_>) {
        let now_ms = self.since.elapsed().as_millis() as u64;
        let mut slots = self.slots();
        if !slots.contains_key(name) {
            slots.insert(name.to_owned(), Slot::default());
        }
        let Some(slot) = slots.get_mut(name) else { return };
        slot.count(packet.seq);
        if name.starts_with("audio") {
            slot.report.first_ms.get_or_insert(now_ms);
            if let Some(level) = packet.level {
                slot.levels.0 += 10f64.powf(-f64::from(level) / 10.0);
                slot.levels.1 += 1;
            }
        } else if slot.picture(packet) {
            slot.report.frames += 1;
            slot.report.first_ms.get_or_insert(now_ms);
        }
    }

    /// Whether a picture waits for a keyframe.
    pub(crate) fn waits(&self, name: &str) -> bool {
        self.slots().get(name).is_some_and(|slot| slot.frame == Frame::Waiting)
    }

    pub(crate) fn report(&self, joined_ms: u64) -> Report {
        let slots: BTreeMap<_, _> =
            self.slots().iter().map(|(name, slot)| (name.clone(), slot.report())).collect();
        let videos = slots.iter().filter(|(name, _)| name.starts_with("video"));
        let first_frame_ms = videos.filter_map(|(_, slot)| slot.first_ms).min();
        Report { joined_ms, first_frame_ms, slots }
    }
}

impl Slot {
    fn count(&mut self, seq: u16) {
        self.report.packets += 1;
        let first = *self.first_seq.get_or_insert_with(|| {
            self.highest = i64::from(seq);
            seq
        });
        // The distance to the highest, as the shorter way round (RFC 3550 A.1).
        let step = i64::from(seq.wrapping_sub(self.highest as u16) as i16);
        self.highest = self.highest.max(self.highest + step);
        let expected = self.highest - i64::from(first) + 1;
        self.report.lost = (expected as u64).saturating_sub(self.report.packets);
    }

    /// True if a picture is whole with this packet.
    fn picture(&mut self, packet: &Arrived<'_>) -> bool {
        let follows = self.frame == Frame::Whole(packet.seq);
        if !follows && !starts_keyframe(packet.payload) {
            // What came twice or late changes nothing; a gap does.
            let ahead =
                matches!(self.frame, Frame::Whole(next) if (packet.seq.wrapping_sub(next) as i16) > 0);
            if ahead {
                self.frame = Frame::Waiting;
            }
            return false;
        }
        self.frame = Frame::Whole(packet.seq.wrapping_add(1));
        packet.marker
    }

    fn report(&self) -> SlotReport {
        let (sum, count) = self.levels;
        SlotReport { energy: (count > 0).then(|| sum / count as f64), ..self.report.clone() }
    }
}

/// RFC 7741 §4.2 and §4.3: the first packet of a keyframe.
fn starts_keyframe(payload: &[u8]) -> bool {
    let begins = |first: u8| first & 0x10 != 0 && first & 0x07 == 0;
    let skip = |payload: &[u8]| -> Option<usize> {
        let first = *payload.first()?;
        let mut at = 1;
        if first & 0x80 != 0 {
            let present = *payload.get(1)?;
            at = 2;
            if present & 0x80 != 0 {
                at += if payload.get(at)? & 0x80 != 0 { 2 } else { 1 };
            }
            at += usize::from(present & 0x40 != 0) + usize::from(present & 0x30 != 0);
        }
        Some(at)
    };
    let frame = skip(payload).and_then(|at| payload.get(at));
    payload.first().is_some_and(|&first| begins(first)) && frame.is_some_and(|&byte| byte & 1 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = &[0x10, 0x00];
    const DELTA: &[u8] = &[0x10, 0x01];

    fn report(packets: &[(u16, bool, &[u8])]) -> SlotReport {
        let received = Received::new(Instant::now());
        for &(seq, marker, payload) in packets {
            received.arrived("video-0", &Arrived { seq, marker, payload, level: None });
        }
        received.report(0).slots["video-0"].clone()
    }

    #[test]
    fn frames_count_from_a_keyframe_and_without_a_gap() {
        assert_eq!(report(&[(9, true, DELTA)]).frames, 0);
        assert_eq!(report(&[(9, false, KEY), (10, true, &[0, 9]), (11, true, DELTA)]).frames, 2);
        let gap = report(&[(65_535, true, KEY), (1, true, DELTA), (2, true, DELTA), (3, true, KEY)]);
        assert_eq!((gap.frames, gap.lost), (2, 1));
    }

    #[test]
    fn loss_is_counted_over_the_rollover_and_not_for_what_comes_late() {
        let late = report(&[(65_534, true, DELTA), (0, true, DELTA), (65_535, true, DELTA)]);
        assert_eq!((late.packets, late.lost), (3, 0));
    }

    #[test]
    fn level_is_a_power() {
        let received = Received::new(Instant::now());
        for level in [10, 10] {
            received.arrived("audio-1", &Arrived { seq: 1, marker: false, payload: &[], level: Some(level) });
        }
        let energy = received.report(0).slots["audio-1"].energy.expect("levels");
        assert!((energy - 0.1).abs() < 1e-9);
    }
}
