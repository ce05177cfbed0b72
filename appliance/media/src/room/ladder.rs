//! Degrading gently: everything, less video, sound alone, the phone; by what is lost and how long the way takes, one step
//! at a time, and back.
//!
//! A step down needs a bad stretch, a step up a longer good one, and each step up that did not last makes the next one
//! wait twice as long. So a link at the edge settles instead of going to and fro.

use super::media::At;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How far down somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Everything that is wanted.
    Full,
    /// Small pictures.
    LessVideo,
    /// Sound alone.
    AudioOnly,
    /// Not even sound gets through: call by phone.
    Bridge,
}

impl Level {
    const ALL: [Self; 4] = [Self::Full, Self::LessVideo, Self::AudioOnly, Self::Bridge];

    fn down(self) -> Self {
        Self::ALL[(self as usize + 1).min(3)]
    }

    fn up(self) -> Self {
        Self::ALL[(self as usize).saturating_sub(1)]
    }
}

/// Why somebody was taken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// Too many packets are lost.
    Loss,
    /// The way there and back takes too long.
    Delay,
    /// The link carries too little.
    Bandwidth,
    /// It is good again.
    Recovered,
}

/// What was measured over the last second or so.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sample {
    /// Share of packets lost in the worse direction, 0 to 1.
    pub loss: f32,
    /// There and back.
    pub round_trip: Duration,
    /// What the link carries towards the member, in bit/s; `None` if nobody knows.
    pub estimate_bps: Option<u64>,
    /// What its voices need, in bit/s.
    pub voices_bps: u64,
    /// What the smallest picture would need besides, in bit/s; 0 if there is none.
    pub picture_bps: u64,
}

/// What sends somebody down from a level.
struct Bound {
    loss: f32,
    round_trip: Duration,
    /// How long it has to be so bad.
    hold: Duration,
}

/// By level. Five in a hundred lost is made good by retransmission with no freeze; at fifteen a picture freezes whatever is
/// done; at thirty-five even Opus with its own redundancy is not understood. Delays: ITU-T G.114 puts conversation at
/// 400 ms one way at most, which is 800 ms here.
const DOWN: [Bound; 3] = [
    Bound { loss: 0.08, round_trip: Duration::from_millis(600), hold: Duration::from_secs(3) },
    Bound { loss: 0.15, round_trip: Duration::from_millis(1_200), hold: Duration::from_secs(4) },
    Bound { loss: 0.35, round_trip: Duration::from_millis(3_000), hold: Duration::from_secs(8) },
];

/// How long it has to be good before a step up, at first.
const UP_HOLD: Duration = Duration::from_secs(6);

/// How long at most.
const UP_HOLD_MAX: Duration = Duration::from_secs(60);

/// A step up that lasts so long has proved right, and the waiting begins anew.
const PROVED: Duration = Duration::from_secs(20);

/// Where somebody is on the way down, and since when it has been bad or good.
#[derive(Debug)]
pub struct Ladder {
    level: Level,
    bad_since: Option<(At, Because)>,
    good_since: Option<At>,
    up_hold: Duration,
    raised: Option<At>,
}

impl Default for Ladder {
    fn default() -> Self {
        Self { level: Level::Full, bad_since: None, good_since: None, up_hold: UP_HOLD, raised: None }
    }
}

impl Ladder {
    /// Where they are.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Takes what was measured; says so if that is a step.
    pub fn measured(&mut self, now: At, sample: Sample) -> Option<(Level, Because)> {
        if self.raised.is_some_and(|raised| now.since(raised) >= PROVED) {
            self.raised = None;
            self.up_hold = UP_HOLD;
        }
        if let Some(because) = self.badness(&sample) {
            self.good_since = None;
            let (since, _) = *self.bad_since.get_or_insert((now, because));
            if now.since(since) >= DOWN[self.level as usize].hold {
                return Some(self.step_down(because));
            }
            return None;
        }
        self.bad_since = None;
        if self.level == Level::Full || !self.is_good(&sample) {
            self.good_since = None;
            return None;
        }
        let since = *self.good_since.get_or_insert(now);
        if now.since(since) < self.up_hold {
            return None;
        }
        self.level = self.level.up();
        self.good_since = None;
        self.raised = Some(now);
        Some((self.level, Because::Recovered))
    }

    fn step_down(&mut self, because: Because) -> (Level, Because) {
        self.level = self.level.down();
        self.bad_since = None;
        if self.raised.take().is_some() {
            self.up_hold = (self.up_hold * 2).min(UP_HOLD_MAX);
        }
        (self.level, because)
    }

    /// What is too bad for where they are.
    fn badness(&self, sample: &Sample) -> Option<Because> {
        let bound = DOWN.get(self.level as usize)?;
        // From small pictures down to none: not even one of them fits beside the voices. Sound is never taken for want of
        // bandwidth alone: what is lost of it tells.
        let narrow = self.level == Level::LessVideo || self.level == Level::Full;
        let short = |bps: u64| sample.estimate_bps.is_some_and(|has| has < bps);
        if sample.loss >= bound.loss {
            Some(Because::Loss)
        } else if sample.round_trip >= bound.round_trip {
            Some(Because::Delay)
        } else if narrow && sample.picture_bps > 0 && short(sample.voices_bps + sample.picture_bps * 8 / 10) {
            Some(Because::Bandwidth)
        } else {
            None
        }
    }

    /// Whether it is good enough for the level above: half of what would send them down from there.
    fn is_good(&self, sample: &Sample) -> bool {
        let above = &DOWN[self.level.up() as usize];
        let room = match self.level {
            Level::AudioOnly | Level::LessVideo => sample.voices_bps + sample.picture_bps * 12 / 10,
            Level::Bridge | Level::Full => 0,
        };
        sample.loss < above.loss / 2.0
            && sample.round_trip < above.round_trip / 2
            && sample.estimate_bps.is_none_or(|has| has >= room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: Sample = Sample {
        loss: 0.0,
        round_trip: Duration::from_millis(40),
        estimate_bps: Some(2_000_000),
        voices_bps: 64_000,
        picture_bps: 150_000,
    };

    fn lossy(loss: f32) -> Sample {
        Sample { loss, ..GOOD }
    }

    /// Plays samples of a second each; the steps with the second that they were taken in.
    fn play(ladder: &mut Ladder, samples: impl IntoIterator<Item = Sample>) -> Vec<(u64, Level, Because)> {
        let steps = samples.into_iter().enumerate().filter_map(|(second, sample)| {
            let (level, because) = ladder.measured(At::from_ms(second as u64 * 1_000), sample)?;
            Some((second as u64, level, because))
        });
        steps.collect()
    }

    #[test]
    fn good_link_stays_full_and_five_in_a_hundred_lost_is_good() {
        assert!(play(&mut Ladder::default(), vec![GOOD; 100]).is_empty());
        assert!(play(&mut Ladder::default(), vec![lossy(0.05); 100]).is_empty());
    }

    #[test]
    fn one_bad_second_changes_nothing() {
        let samples = (0..60).map(|second| if second % 3 == 0 { lossy(0.5) } else { GOOD });
        assert!(play(&mut Ladder::default(), samples).is_empty());
    }

    #[test]
    fn heavy_loss_goes_down_step_by_step_and_comes_back() {
        let mut ladder = Ladder::default();
        let samples = std::iter::repeat_n(lossy(0.4), 30).chain(std::iter::repeat_n(GOOD, 40));
        let steps = play(&mut ladder, samples);
        let levels: Vec<_> = steps.iter().map(|step| step.1).collect();
        use Level::{AudioOnly, Bridge, Full, LessVideo};
        assert_eq!(levels, [LessVideo, AudioOnly, Bridge, AudioOnly, LessVideo, Full]);
        assert_eq!(steps[0], (3, LessVideo, Because::Loss));
        assert_eq!(steps[3].2, Because::Recovered);
    }

    #[test]
    fn link_without_room_for_a_picture_keeps_its_sound() {
        let narrow = Sample { estimate_bps: Some(90_000), ..GOOD };
        let mut ladder = Ladder::default();
        let steps = play(&mut ladder, vec![narrow; 60]);
        assert_eq!(ladder.level(), Level::AudioOnly);
        assert!(steps.iter().all(|step| step.2 == Because::Bandwidth));
    }

    #[test]
    fn long_way_is_told_as_delay() {
        let slow = Sample { round_trip: Duration::from_millis(900), ..GOOD };
        assert_eq!(play(&mut Ladder::default(), vec![slow; 20]), [(3, Level::LessVideo, Because::Delay)]);
    }

    #[test]
    fn link_at_the_edge_settles() {
        // Good while little is sent, bad as soon as more is: the worst case for a ladder.
        let mut ladder = Ladder::default();
        let mut steps = Vec::new();
        for second in 0..600u64 {
            let sample = if ladder.level() == Level::Full { lossy(0.12) } else { GOOD };
            if ladder.measured(At::from_ms(second * 1_000), sample).is_some() {
                steps.push(second);
            }
        }
        let early = steps.iter().filter(|&&second| second < 60).count();
        let late = steps.iter().filter(|&&second| second >= 540).count();
        assert!(early > late && late <= 2, "{steps:?}");
    }

    proptest! {
        #[test]
        fn steps_are_one_at_a_time_and_never_closer_than_their_hold(
            samples in proptest::collection::vec((0.0..1.0f32, 0..4_000u64, proptest::option::of(0..3_000_000u64)), 0..300)
        ) {
            let mut ladder = Ladder::default();
            let mut before = (None::<u64>, Level::Full);
            for (second, (loss, ms, estimate_bps)) in samples.into_iter().enumerate() {
                let second = second as u64;
                let sample = Sample { loss, round_trip: Duration::from_millis(ms), estimate_bps, ..GOOD };
                if let Some((level, because)) = ladder.measured(At::from_ms(second * 1_000), sample) {
                    prop_assert_eq!((level as i32 - before.1 as i32).abs(), 1);
                    prop_assert_eq!(because == Because::Recovered, level < before.1);
                    if let Some(last) = before.0 {
                        prop_assert!(second - last >= 3);
                    }
                    before = (Some(second), level);
                }
            }
        }
    }
}
