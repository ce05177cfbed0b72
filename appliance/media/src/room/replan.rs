//! Who is seated where, and what is chosen for whom, worked out anew whenever something changed.

use super::ladder::{Level, Sample};
use super::layers::{self, Candidate, Cap, Offered, UNKNOWN_BPS, UNKNOWN_HEIGHT, VOICE_BPS};
use super::media::{At, Ix, Layer, MEMBERS_MAX, SLOTS, Source};
use super::{Output, Room};
use std::time::Duration;

/// A change of what a link is probed for that is smaller than this share is not told.
const TOLD_SHARE: u64 = 10;

impl Room {
    /// Seats everybody anew at everybody's page.
    pub(super) fn reseat(&mut self, now: At) {
        let mut sends = [None; MEMBERS_MAX];
        for ix in Ix::all() {
            sends[ix.index()] = self.sends(ix);
        }
        for ix in Ix::all() {
            let mut others = sends;
            others[ix.index()] = None;
            let Some(member) = self.member_mut(ix) else { continue };
            for from in Ix::all() {
                // Of who is not there nothing passes; and who comes back comes with other streams.
                if others[from.index()].is_none() {
                    member.view.forget(from);
                }
            }
            if member.view.reseat(&others) {
                self.outputs.push_back(Output::Slots(ix));
            }
            self.replan(now, ix);
        }
    }

    /// Chooses anew what this member gets.
    pub(super) fn replan(&mut self, now: At, ix: Ix) {
        let Some(member) = self.member(ix).filter(|member| member.connected) else { return };
        let voices = member.view.audio.iter().filter(|slot| slot.feed.is_some()).count();
        let cap = match member.ladder.level() {
            Level::Full => Cap::Full,
            Level::LessVideo => Cap::Low,
            Level::AudioOnly | Level::Bridge => Cap::Nothing,
        };
        let estimate_bps = member.estimate_bps;
        let (mut candidates, count) = self.candidates(now, ix);
        let plan = layers::plan(&mut candidates[..count], voices, estimate_bps, cap);
        let Some(member) = self.member_mut(ix) else { return };
        let tell = differs(member.told, plan.desired_bps);
        if tell {
            member.told = plan.desired_bps;
        }
        let mut wanted = [None; SLOTS];
        for (at, slot) in member.view.video.iter_mut().enumerate() {
            let chosen = plan.chosen[at];
            slot.chosen = chosen;
            match (chosen, slot.feed, slot.splice.passing()) {
                (None, ..) => slot.splice.pause(),
                (Some(layer), Some(feed), passing) if passing.map(|stream| stream.layer) != Some(layer) => {
                    wanted[at] = Some((feed, layer));
                }
                _ => {}
            }
        }
        for ((from, source), layer) in wanted.into_iter().flatten() {
            self.want_keyframe(now, from, source, layer);
        }
        if tell {
            self.outputs.push_back(Output::Desired { member: ix, desired_bps: plan.desired_bps });
        }
    }

    fn candidates(&self, now: At, ix: Ix) -> ([Candidate; SLOTS], usize) {
        const NONE: Candidate =
            Candidate { slot: 0, is_screen: false, max_height: 0, offered: [None; 2], now: None };
        let mut candidates = [NONE; SLOTS];
        let mut count = 0;
        let Some(member) = self.member(ix) else { return (candidates, 0) };
        for (at, slot) in member.view.video.iter().enumerate() {
            let Some((from, source)) = slot.feed else { continue };
            candidates[count] = Candidate {
                slot: at as u8,
                is_screen: source == Source::Screen,
                max_height: slot.max_height,
                offered: Layer::ALL.map(|layer| self.offered(now, from, source, layer)),
                now: slot.splice.passing().map(|stream| stream.layer),
            };
            count += 1;
        }
        (candidates, count)
    }

    fn offered(&self, now: At, from: Ix, source: Source, layer: Layer) -> Option<Offered> {
        let track = &self.member(from)?.tracks[source.index()][layer.index()];
        track.is_sent(now).then(|| Offered {
            bps: track.bits_per_s().unwrap_or(UNKNOWN_BPS[layer.index()]),
            height: track.height().unwrap_or(UNKNOWN_HEIGHT[layer.index()]),
        })
    }

    /// What was measured, with what this member needs.
    pub(super) fn sample(
        &self,
        now: At,
        ix: Ix,
        loss: f32,
        round_trip: Duration,
        estimated: bool,
    ) -> Option<Sample> {
        let member = self.member(ix)?;
        let voices = member.view.audio.iter().filter(|slot| slot.feed.is_some()).count();
        let (candidates, count) = self.candidates(now, ix);
        let smallest = candidates[..count].iter().filter(|one| one.max_height > 0);
        let smallest =
            smallest.filter_map(|one| one.offered.iter().flatten().map(|offered| offered.bps).min());
        Some(Sample {
            loss,
            round_trip,
            estimate_bps: estimated.then_some(member.estimate_bps),
            voices_bps: VOICE_BPS * voices as u64,
            picture_bps: smallest.min().unwrap_or(0),
        })
    }
}

fn differs(told: u64, now: u64) -> bool {
    told.abs_diff(now) * TOLD_SHARE > told.max(now)
}
