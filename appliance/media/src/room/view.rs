//! What one member's page receives: seats, slots, and what is in them.

use super::ids::MemberId;
use super::media::{Ix, Layer, MEMBERS_MAX, SLOTS, Sends, Slot, Source};
use super::splice::{Splice, Stream};
use serde::{Deserialize, Serialize};

/// How high a page shows what is in one of its video slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Want {
    /// The video slot, from 0.
    pub slot: u8,
    /// In pixels; 0 if it is not shown.
    pub max_height: u16,
}

/// What is shown in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Of whom.
    pub member: MemberId,
    /// What.
    pub source: Source,
}

/// What is in the slots of a page; those after the last are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SlotsOf {
    /// By audio slot.
    pub audio: Vec<Option<Shown>>,
    /// By video slot.
    pub video: Vec<Option<Shown>>,
}

/// A video slot: what is in it, which layer is to pass, and the stream that is spliced in it.
#[derive(Debug)]
pub(super) struct VideoSlot {
    pub(super) feed: Option<(Ix, Source)>,
    pub(super) chosen: Option<Layer>,
    pub(super) max_height: u16,
    pub(super) splice: Splice,
}

/// An audio slot.
#[derive(Debug)]
pub(super) struct AudioSlot {
    pub(super) feed: Option<Ix>,
    pub(super) splice: Splice,
}

#[derive(Debug)]
pub(super) struct View {
    seats: [Option<Ix>; SLOTS],
    pub(super) audio: Vec<AudioSlot>,
    pub(super) video: Vec<VideoSlot>,
    /// By sender and source, so that a packet finds its slot at once.
    places: [[Option<u8>; 3]; MEMBERS_MAX],
}

impl View {
    pub(super) fn new(slots: usize, first_seq: &mut dyn FnMut() -> u16) -> Self {
        let audio = (0..slots).map(|_| AudioSlot { feed: None, splice: Splice::new(first_seq()) }).collect();
        let video = (0..slots)
            .map(|_| VideoSlot {
                feed: None,
                chosen: None,
                max_height: u16::MAX,
                splice: Splice::new(first_seq()),
            })
            .collect();
        Self { seats: [None; SLOTS], audio, video, places: Default::default() }
    }

    pub(super) fn set_wants(&mut self, wants: &[Want]) {
        for want in wants {
            if let Some(slot) = self.video.get_mut(usize::from(want.slot)) {
                slot.max_height = want.max_height;
            }
        }
    }

    /// Where this source of this member is shown.
    pub(super) fn place(&self, from: Ix, source: Source) -> Option<Slot> {
        let place = self.places[from.index()][source.index()]?;
        Some(if source.is_audio() { Slot::Audio(place) } else { Slot::Video(place) })
    }

    pub(super) fn passing_video(&self, slot: u8) -> Option<Stream> {
        self.video.get(usize::from(slot))?.splice.passing()
    }

    /// Seats the others, who send this; who had a seat keeps it. True if what is shown has changed.
    pub(super) fn reseat(&mut self, others: &[Option<Sends>; MEMBERS_MAX]) -> bool {
        let seats = self.video.len();
        for seat in &mut self.seats {
            *seat = seat.filter(|ix| others[ix.index()].is_some());
        }
        for ix in Ix::all().filter(|ix| others[ix.index()].is_some()) {
            let has_none = !self.seats.contains(&Some(ix));
            if let Some(free) = self.seats[..seats].iter_mut().find(|seat| has_none && seat.is_none()) {
                *free = Some(ix);
            }
        }
        let mut audio = [None; SLOTS];
        let mut video = [None; SLOTS];
        let sends = |ix: Ix, source| others[ix.index()].is_some_and(|sends| sends.has(source));
        for (seat, &ix) in self.seats.iter().enumerate() {
            let Some(ix) = ix else { continue };
            audio[seat] = sends(ix, Source::Audio).then_some((ix, Source::Audio));
            video[seat] = sends(ix, Source::Camera).then_some((ix, Source::Camera));
        }
        for ix in Ix::all().filter(|ix| sends(*ix, Source::Screen)) {
            self.seat_screen(ix, &mut video[..seats]);
        }
        self.apply(&audio, &video)
    }

    /// A screen stays where it is, if that slot is free; else it takes the last one that is, else its sharer's camera's.
    fn seat_screen(&self, ix: Ix, video: &mut [Option<(Ix, Source)>]) {
        let there = self.place(ix, Source::Screen).and_then(|slot| match slot {
            Slot::Video(slot) => Some(usize::from(slot)).filter(|&slot| video[slot].is_none()),
            Slot::Audio(_) => None,
        });
        let own = self.seats.iter().position(|seat| *seat == Some(ix));
        let slot = there.or_else(|| video.iter().rposition(Option::is_none)).or(own);
        if let Some(slot) = slot.and_then(|slot| video.get_mut(slot)) {
            *slot = Some((ix, Source::Screen));
        }
    }

    fn apply(
        &mut self,
        audio: &[Option<(Ix, Source)>; SLOTS],
        video: &[Option<(Ix, Source)>; SLOTS],
    ) -> bool {
        let mut changed = false;
        self.places = Default::default();
        for (at, (slot, feed)) in self.audio.iter_mut().zip(audio).enumerate() {
            let feed = feed.map(|(ix, _)| ix);
            if slot.feed != feed {
                changed = true;
                slot.feed = feed;
                slot.splice.pause();
            }
            if let Some(ix) = feed {
                self.places[ix.index()][Source::Audio.index()] = Some(at as u8);
            }
        }
        for (at, (slot, &feed)) in self.video.iter_mut().zip(video).enumerate() {
            if slot.feed != feed {
                changed = true;
                slot.feed = feed;
                slot.chosen = None;
                slot.splice.pause();
            }
            if let Some((ix, source)) = feed {
                self.places[ix.index()][source.index()] = Some(at as u8);
            }
        }
        changed
    }

    /// The connection of this member is another one: what passed of it begins anew.
    pub(super) fn forget(&mut self, from: Ix) {
        for slot in self.audio.iter_mut().filter(|slot| slot.feed == Some(from)) {
            slot.splice.pause();
        }
        for slot in self.video.iter_mut().filter(|slot| slot.feed.is_some_and(|feed| feed.0 == from)) {
            slot.splice.pause();
            slot.chosen = None;
        }
    }

    pub(super) fn slots(&self, name: impl Fn(Ix) -> Option<MemberId>) -> SlotsOf {
        let shown = |feed: Option<(Ix, Source)>| {
            feed.and_then(|(ix, source)| Some(Shown { member: name(ix)?, source }))
        };
        SlotsOf {
            audio: self.audio.iter().map(|slot| shown(slot.feed.map(|ix| (ix, Source::Audio)))).collect(),
            video: self.video.iter().map(|slot| shown(slot.feed)).collect(),
        }
    }
}
