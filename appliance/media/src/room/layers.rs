//! Which pictures a receiver gets, and in which layer: by what its page shows, and by what its link carries.
//!
//! Sound is set aside first. Then every picture that is wanted gets its smallest layer, a shared screen before faces and
//! large ones before small ones; what is left makes pictures larger in the same order. What is shown now is counted
//! cheaper than what is not, so that an estimate that wavers does not switch layers to and fro.

use super::media::{Layer, SLOTS};

/// What one voice is set aside for, in bit/s: Opus at 32 kbit/s with FEC, RTP, SRTP, UDP and IP headers of 50 packets a second.
pub const VOICE_BPS: u64 = 64_000;

/// What a layer is taken to need before anything is known of it, in bit/s.
pub const UNKNOWN_BPS: [u64; 2] = [160_000, 900_000];

/// How high the layers are taken to be before a keyframe told it, in pixels.
pub const UNKNOWN_HEIGHT: [u16; 2] = [180, 720];

/// How far down pictures are taken for this receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cap {
    /// No picture at all.
    Nothing,
    /// The small ones.
    Low,
    /// Whatever fits.
    Full,
}

/// One encoding that is sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    /// What it takes, in bit/s.
    pub bps: u64,
    /// Its height, in pixels.
    pub height: u16,
}

/// One picture that could be shown in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The video slot.
    pub slot: u8,
    /// A shared screen: the words on it are what the talk is about.
    pub is_screen: bool,
    /// How high the page shows it, in pixels; 0 if it does not.
    pub max_height: u16,
    /// What there is, by [`Layer`].
    pub offered: [Option<Offered>; 2],
    /// What is shown now.
    pub now: Option<Layer>,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Plan {
    /// Which layer, by video slot.
    pub chosen: [Option<Layer>; SLOTS],
    /// What that takes with the voices, in bit/s.
    pub takes_bps: u64,
    /// What would be sent if the link carried everything that is wanted, in bit/s: what the estimate is to be probed for.
    pub desired_bps: u64,
}

/// Decides. `estimate_bps` is what the link is taken to carry; `voices` is how many audio slots are in use.
pub fn plan(candidates: &mut [Candidate], voices: usize, estimate_bps: u64, cap: Cap) -> Plan {
    let mut plan = Plan::default();
    let voice_bps = VOICE_BPS * voices as u64;
    let mut left = estimate_bps.saturating_sub(voice_bps);
    let mut taken = [0u64; SLOTS];
    candidates.sort_by_key(|one| (!one.is_screen, std::cmp::Reverse(one.max_height), one.slot));
    for step in Layer::ALL {
        for one in candidates.iter() {
            let Some(layer) = wanted(one, step) else { continue };
            let Some(offered) = one.offered[layer.index()] else { continue };
            let slot = usize::from(one.slot);
            plan.desired_bps += offered.bps.saturating_sub(desired_before(one, step));
            let fits = weighed(offered.bps, one.now >= Some(layer)) <= left + taken[slot];
            if cap >= ceiling(layer, one) && fits {
                left = (left + taken[slot]).saturating_sub(offered.bps);
                taken[slot] = offered.bps;
                plan.chosen[slot] = Some(layer);
            }
        }
    }
    plan.takes_bps = voice_bps + taken.iter().sum::<u64>();
    plan.desired_bps += voice_bps;
    plan
}

/// Which layer this step gives to a picture: first its smallest, then its full one if the page shows it larger than the
/// small one is.
fn wanted(one: &Candidate, step: Layer) -> Option<Layer> {
    if one.max_height == 0 {
        return None;
    }
    match (step, one.offered) {
        (Layer::Low, [Some(_), _]) => Some(Layer::Low),
        (Layer::Low, [None, Some(_)]) => Some(Layer::Full),
        (Layer::Full, [Some(low), Some(_)]) if one.max_height > low.height => Some(Layer::Full),
        _ => None,
    }
}

fn desired_before(one: &Candidate, step: Layer) -> u64 {
    match (step, one.offered) {
        (Layer::Full, [Some(low), Some(_)]) => low.bps,
        _ => 0,
    }
}

/// A single encoding is its small one too: a receiver that is held to small pictures still gets it.
fn ceiling(layer: Layer, one: &Candidate) -> Cap {
    match (layer, one.offered) {
        (Layer::Low, _) | (Layer::Full, [None, _]) => Cap::Low,
        (Layer::Full, _) => Cap::Full,
    }
}

/// What is shown may take a twentieth more than was estimated, what is not has to leave a fifth free.
fn weighed(bps: u64, shown: bool) -> u64 {
    if shown { bps * 95 / 100 } else { bps * 120 / 100 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOW: Offered = Offered { bps: 150_000, height: 180 };
    const FULL: Offered = Offered { bps: 800_000, height: 720 };

    fn face(slot: u8) -> Candidate {
        Candidate { slot, is_screen: false, max_height: 720, offered: [Some(LOW), Some(FULL)], now: None }
    }

    fn chosen(candidates: &[Candidate], voices: usize, estimate_bps: u64) -> [Option<Layer>; SLOTS] {
        plan(&mut candidates.to_vec(), voices, estimate_bps, Cap::Full).chosen
    }

    #[test]
    fn everything_is_shown_full_where_it_fits() {
        assert_eq!(chosen(&[face(0), face(1)], 2, 5_000_000)[..2], [Some(Layer::Full); 2]);
    }

    #[test]
    fn everybody_is_shown_small_before_anybody_is_shown_full() {
        let faces = [face(0), face(1), face(2)];
        assert_eq!(chosen(&faces, 3, 800_000)[..3], [Some(Layer::Low); 3]);
        assert_eq!(
            chosen(&faces, 3, 1_700_000)[..3],
            [Some(Layer::Full), Some(Layer::Low), Some(Layer::Low)]
        );
    }

    #[test]
    fn voices_come_first() {
        assert_eq!(chosen(&[face(0)], 1, 300_000)[0], Some(Layer::Low));
        assert_eq!(chosen(&[face(0)], 1, 220_000)[0], None);
        assert_eq!(chosen(&[face(0)], 5, 450_000)[0], None);
    }

    #[test]
    fn screen_comes_before_faces() {
        let screen = Candidate { slot: 4, is_screen: true, offered: [None, Some(FULL)], ..face(4) };
        let shown = chosen(&[face(0), screen], 1, 1_030_000);
        assert_eq!((shown[4], shown[0]), (Some(Layer::Full), None));
    }

    #[test]
    fn picture_is_not_sent_larger_than_it_is_shown_nor_to_who_does_not_show_it() {
        let small = Candidate { max_height: 180, ..face(0) };
        let hidden = Candidate { max_height: 0, ..face(1) };
        assert_eq!(chosen(&[small, hidden], 2, 9_000_000)[..2], [Some(Layer::Low), None]);
    }

    #[test]
    fn estimate_that_wavers_does_not_switch() {
        let mut one = face(0);
        let mut switches = 0;
        for round in 0..200u64 {
            let estimate = 864_000 + 800_000 + if round % 2 == 0 { 20_000 } else { 0 } - 800_000;
            let now = plan(&mut [one], 1, estimate, Cap::Full).chosen[0];
            switches += usize::from(now != one.now);
            one.now = now;
        }
        assert!(switches <= 1, "{switches}");
    }

    #[test]
    fn caps_hold() {
        let ask = |cap| plan(&mut [face(0)], 1, 9_000_000, cap).chosen[0];
        assert_eq!(ask(Cap::Low), Some(Layer::Low));
        assert_eq!(ask(Cap::Nothing), None);
        let single = Candidate { offered: [None, Some(FULL)], ..face(0) };
        assert_eq!(plan(&mut [single], 1, 9_000_000, Cap::Low).chosen[0], Some(Layer::Full));
    }

    proptest! {
        #[test]
        fn what_is_chosen_fits_and_is_offered(
            rates in proptest::collection::vec((1_000..400_000u64, 1_000..3_000_000u64, 0..3u8, 0..1_200u16, any::<bool>()), 0..SLOTS),
            voices in 0..SLOTS, estimate in 0..8_000_000u64,
        ) {
            let mut candidates: Vec<_> = rates.iter().enumerate().map(|(slot, &(low, full, which, max_height, is_screen))| Candidate {
                slot: slot as u8, is_screen, max_height, now: None,
                offered: [
                    (which != 1).then_some(Offered { bps: low, height: 180 }),
                    (which != 2).then_some(Offered { bps: low + full, height: 720 }),
                ],
            }).collect();
            let plan = plan(&mut candidates, voices, estimate, Cap::Full);
            let voice_bps = VOICE_BPS * voices as u64;
            prop_assert!(plan.takes_bps <= estimate.max(voice_bps));
            prop_assert!(plan.takes_bps <= plan.desired_bps);
            for one in &candidates {
                if let Some(layer) = plan.chosen[usize::from(one.slot)] {
                    prop_assert!(one.offered[layer.index()].is_some() && one.max_height > 0);
                }
            }
        }
    }
}
