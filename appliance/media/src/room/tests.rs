//! The room, played on a virtual clock.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

/// A visit in which everybody sends 50 audio packets and 10 frames a second in each layer, a keyframe whenever one is asked for.
struct Play {
    room: Room,
    now: At,
    seqs: BTreeMap<(u8, u8, u8), u64>,
    keyframes: Vec<(Ix, Source, Layer)>,
    asked: Vec<(u64, Ix, Source, Layer)>,
    levels: Vec<(Ix, Level)>,
    got: Vec<(u64, Ix, Forward, Source, Layer)>,
    single: bool,
}

const ALL: Sends = Sends { audio: true, video: true, screen: false };

fn id(name: &str) -> MemberId {
    MemberId::new(name).expect("a name")
}

impl Play {
    fn new() -> Self {
        Self {
            room: Room::default(),
            now: At::default(),
            seqs: BTreeMap::new(),
            keyframes: Vec::new(),
            asked: Vec::new(),
            levels: Vec::new(),
            got: Vec::new(),
            single: false,
        }
    }

    fn join(&mut self, name: &str) -> Ix {
        self.join_with(name, ALL)
    }

    fn join_with(&mut self, name: &str, sends: Sends) -> Ix {
        let ix = self.room.join(self.now, &id(name), sends, SLOTS, &mut || 1_000).expect("room for one more");
        self.room.connected(self.now, ix);
        self.room.set_estimate(self.now, ix, 8_000_000);
        self.drain();
        ix
    }

    fn drain(&mut self) {
        while let Some(output) = self.room.poll() {
            match output {
                Output::Keyframe { from, source, layer } => {
                    self.asked.push((self.now.0.as_millis() as u64, from, source, layer));
                    self.keyframes.push((from, source, layer));
                }
                Output::Level { member, level, .. } => self.levels.push((member, level)),
                Output::Slots(_) | Output::Desired { .. } => {}
            }
        }
    }

    fn send(&mut self, from: Ix, source: Source, layer: Layer, bytes: usize) {
        let seq = self.seqs.entry((from.0, source as u8, layer as u8)).or_insert(500_000);
        *seq += 1;
        let at = self.keyframes.iter().position(|one| *one == (from, source, layer));
        let starts_keyframe = !source.is_audio() && at.map(|at| self.keyframes.swap_remove(at)).is_some();
        let codec = if source.is_audio() { Codec::Opus } else { Codec::Vp8 };
        let height = if layer == Layer::Low { 180 } else { 720 };
        let picture = Picture {
            starts_keyframe,
            size: starts_keyframe.then_some((height * 16 / 9, height)),
            numbers: None,
        };
        let packet = Packet { seq: *seq, time: *seq as u32, bytes, codec, picture };
        for forward in self.room.packet(self.now, from, source, layer, &packet) {
            self.got.push((self.now.0.as_millis() as u64, from, forward, source, layer));
        }
        self.drain();
    }

    /// Lets so much time pass.
    fn run(&mut self, ms: u64) {
        let end = self.now.plus(Duration::from_millis(ms));
        while self.now < end {
            self.now = self.now.plus(Duration::from_millis(20));
            let tick = self.now.0.as_millis();
            let there: Vec<Ix> = Ix::all().filter(|ix| self.room.sends(*ix).is_some()).collect();
            for ix in there {
                self.send(ix, Source::Audio, Layer::Full, 80);
                if tick.is_multiple_of(100) {
                    if !self.single {
                        self.send(ix, Source::Camera, Layer::Low, 1_500);
                    }
                    self.send(ix, Source::Camera, Layer::Full, 9_000);
                    self.send(ix, Source::Screen, Layer::Full, 6_000);
                }
            }
            if tick.is_multiple_of(100) {
                self.room.tick(self.now);
                self.drain();
            }
        }
    }

    /// What somebody got since then, by slot: of whom, what, in which layer.
    fn seen(&self, to: Ix, since: At) -> BTreeMap<(bool, u8), (Ix, Source, Layer)> {
        let of = self
            .got
            .iter()
            .filter(|(ms, _, forward, ..)| forward.to == to && *ms > since.0.as_millis() as u64);
        of.map(|(_, from, forward, source, layer)| {
            let slot = match forward.slot {
                Slot::Audio(at) => (true, at),
                Slot::Video(at) => (false, at),
            };
            (slot, (*from, *source, *layer))
        })
        .collect()
    }

    /// Of each slot's stream: no number twice, and none left out.
    fn check_numbers(&self, to: Ix) {
        let mut by_slot: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for (.., forward, _, _) in self.got.iter().filter(|(_, _, forward, ..)| forward.to == to) {
            by_slot.entry(format!("{:?}", forward.slot)).or_default().push(forward.numbers.seq);
        }
        for (slot, seqs) in by_slot {
            assert_eq!(seqs[0], 1_000, "{slot}");
            assert!(seqs.windows(2).all(|two| two[1] == two[0] + 1), "{slot} has a gap or a repeat");
        }
    }
}

#[test]
fn everybody_gets_everybody_else_and_nobody_themselves() {
    let mut play = Play::new();
    let members: Vec<Ix> = ["a", "b", "c", "d", "e", "f"].into_iter().map(|name| play.join(name)).collect();
    assert!(play.room.join(play.now, &id("g"), ALL, SLOTS, &mut || 0).is_none(), "six are all there can be");
    play.run(3_000);
    for &ix in &members {
        let seen = play.seen(ix, At::from_ms(2_000));
        assert_eq!(seen.len(), 10, "{seen:?}");
        assert!(seen.values().all(|(from, ..)| *from != ix));
        assert!(
            seen.iter().all(|((audio, at), (from, ..))| seen[&(!audio, *at)].0 == *from),
            "a seat has one voice and face"
        );
        play.check_numbers(ix);
    }
}

#[test]
fn seats_stay_when_somebody_leaves_and_the_free_one_is_used_again() {
    let mut play = Play::new();
    let a = play.join("a");
    let [b, _c] = ["b", "c"].map(|name| play.join(name));
    play.run(1_000);
    let before = play.room.slots(a);
    play.room.leave(play.now, b);
    play.run(500);
    let after = play.room.slots(a);
    assert_eq!((&after.audio[0], &after.audio[1]), (&None, &before.audio[1]));
    play.join("d");
    play.run(1_000);
    assert_eq!(play.room.slots(a).audio[0].as_ref().map(|shown| shown.member.as_str()), Some("d"));
    play.check_numbers(a);
}

#[test]
fn shared_screen_takes_a_free_slot_or_its_own_sharers() {
    let mut play = Play::new();
    let a = play.join("a");
    let sharing = Sends { screen: true, ..ALL };
    let b = play.join_with("b", sharing);
    play.run(2_000);
    let shown = |play: &Play, at: usize| {
        play.room.slots(a).video[at].as_ref().map(|shown| (shown.member.clone(), shown.source))
    };
    assert_eq!(shown(&play, 0), Some((id("b"), Source::Camera)));
    assert_eq!(shown(&play, 4), Some((id("b"), Source::Screen)));
    for name in ["c", "d", "e", "f"] {
        play.join(name);
    }
    play.run(2_000);
    assert_eq!(
        shown(&play, 0),
        Some((id("b"), Source::Screen)),
        "no slot is free: the screen is shown, not its sharer's face"
    );
    assert_eq!(shown(&play, 4), Some((id("f"), Source::Camera)));
    play.room.set_sends(play.now, b, ALL);
    play.run(1_000);
    assert_eq!(shown(&play, 0), Some((id("b"), Source::Camera)));
    play.check_numbers(a);
}

#[test]
fn picture_begins_with_a_keyframe_that_is_asked_for_once() {
    let mut play = Play::new();
    play.join("a");
    play.run(1_000);
    play.asked.clear();
    for name in ["b", "c", "d", "e", "f"] {
        play.join(name);
    }
    for layer in Layer::ALL {
        let asked = play.asked.iter().filter(|(_, from, _, of)| from.0 == 0 && *of == layer).count();
        assert!(asked <= 1, "five came at once: {:?}", play.asked);
    }
    play.run(1_000);
    for ix in Ix::all().skip(1) {
        assert!(play.seen(ix, At::from_ms(1_500)).contains_key(&(false, 0)), "{ix:?} sees the first");
    }
}

#[test]
fn keyframe_that_does_not_come_is_asked_for_again_but_not_all_the_time() {
    let mut play = Play::new();
    play.single = true;
    play.join("a");
    play.run(1_000);
    play.join("b");
    let mut times = Vec::new();
    for _ in 0..40 {
        play.keyframes.retain(|(from, ..)| from.0 != 0);
        times.extend(play.asked.drain(..).filter(|(_, from, ..)| from.0 == 0).map(|(ms, ..)| ms));
        play.run(100);
    }
    assert!((8..=11).contains(&times.len()), "{times:?}");
    assert!(times.windows(2).all(|two| two[1] - two[0] >= 400), "{times:?}");
}

#[test]
fn narrow_link_gets_small_pictures_and_a_wide_one_large_ones_without_a_gap() {
    let mut play = Play::new();
    let [a, b] = ["a", "b"].map(|name| play.join(name));
    play.run(2_000);
    assert_eq!(play.seen(b, At::from_ms(1_500))[&(false, 0)].2, Layer::Full);
    play.room.set_estimate(play.now, b, 300_000);
    play.run(1_000);
    assert_eq!(play.seen(b, At::from_ms(2_500))[&(false, 0)].2, Layer::Low);
    assert_eq!(
        play.seen(a, At::from_ms(2_500))[&(false, 0)].2,
        Layer::Full,
        "the other's link is not its concern"
    );
    play.room.set_estimate(play.now, b, 100_000);
    play.run(1_000);
    let seen = play.seen(b, At::from_ms(3_500));
    assert!(seen.contains_key(&(true, 0)) && !seen.contains_key(&(false, 0)), "the voice stays: {seen:?}");
    play.room.set_estimate(play.now, b, 8_000_000);
    play.run(1_000);
    assert_eq!(play.seen(b, At::from_ms(4_500))[&(false, 0)].2, Layer::Full);
    play.check_numbers(b);
}

#[test]
fn larger_layer_that_its_sender_stops_is_replaced_by_the_small_one() {
    let mut play = Play::new();
    let [a, b] = ["a", "b"].map(|name| play.join(name));
    play.run(2_000);
    for _ in 0..30 {
        play.now = play.now.plus(Duration::from_millis(100));
        play.send(a, Source::Camera, Layer::Low, 1_500);
        play.room.tick(play.now);
        play.drain();
    }
    assert_eq!(play.seen(b, At::from_ms(4_500))[&(false, 0)].2, Layer::Low);
    play.check_numbers(b);
}

#[test]
fn loss_takes_the_picture_and_leaves_the_voice_and_both_come_back() {
    let mut play = Play::new();
    let b = [play.join("a"), play.join("b")][1];
    play.run(1_000);
    let measure = |play: &mut Play, loss: f32, seconds: u64| {
        for _ in 0..seconds {
            play.room.measured(play.now, b, loss, Duration::from_millis(50), true);
            play.drain();
            play.run(1_000);
        }
    };
    measure(&mut play, 0.2, 15);
    assert_eq!(play.room.level(b), Some(Level::AudioOnly));
    let seen = play.seen(b, play.now.plus(Duration::ZERO));
    assert!(seen.is_empty());
    let before = play.now;
    play.run(500);
    assert!(play.seen(b, before).keys().all(|(audio, _)| *audio));
    measure(&mut play, 0.0, 30);
    assert_eq!(play.room.level(b), Some(Level::Full));
    let steps: Vec<Level> = play.levels.iter().map(|(_, level)| *level).collect();
    assert_eq!(steps, [Level::LessVideo, Level::AudioOnly, Level::LessVideo, Level::Full]);
    let before = play.now;
    play.run(500);
    assert_eq!(play.seen(b, before)[&(false, 0)].2, Layer::Full);
    play.check_numbers(b);
}

#[test]
fn what_the_clinic_says_no_to_is_not_passed_on() {
    let mut play = Play::new();
    let [a, b] = ["a", "b"].map(|name| play.join(name));
    play.run(1_000);
    play.room.set_sends(play.now, a, Sends { audio: false, video: false, screen: false });
    let before = play.now;
    play.run(500);
    assert!(play.seen(b, before).is_empty());
    assert_eq!(play.room.slots(b).audio[0], None);
}

#[test]
fn who_comes_back_is_shown_again_without_a_gap() {
    let mut play = Play::new();
    let b = [play.join("a"), play.join("b")][1];
    play.run(1_000);
    // A new connection numbers its streams anew.
    play.seqs.retain(|(from, ..), _| *from != 0);
    play.join("a");
    let before = play.now;
    play.run(1_000);
    assert_eq!(play.seen(b, before).len(), 2);
    play.check_numbers(b);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whoever comes, goes, mutes, shares and has whatever link: nobody hears themselves or who may not be heard, a slot shows
    /// one at a time, and its numbers run on.
    #[test]
    fn whatever_happens_slots_stay_sound(script in proptest::collection::vec((0..7u8, 0..6u8, any::<u16>()), 1..60)) {
        let mut play = Play::new();
        for (what, who, number) in script {
            let name = ["a", "b", "c", "d", "e", "f"][usize::from(who)];
            let there = play.room.find(&id(name));
            let sends = Sends { audio: number & 1 == 0, video: number & 2 == 0, screen: number & 4 == 0 };
            match (what, there) {
                (0 | 1, None) => { play.join_with(name, sends); }
                (1, Some(ix)) => play.room.leave(play.now, ix),
                (2, Some(ix)) => play.room.set_sends(play.now, ix, sends),
                (3, Some(ix)) => play.room.set_estimate(play.now, ix, u64::from(number) * 100),
                (4, Some(ix)) => play.room.set_wants(play.now, ix, &[Want { slot: number as u8 % 8, max_height: number }]),
                (5, Some(ix)) => play.room.measured(play.now, ix, f32::from(number) / 65_535.0, Duration::from_millis(u64::from(number) / 40), true),
                (6, Some(ix)) => play.room.keyframe_asked(play.now, ix, number as u8 % 8),
                _ => {}
            }
            play.drain();
            let before = play.got.len();
            let sends: Vec<_> = Ix::all().map(|ix| play.room.sends(ix)).collect();
            play.run(200);
            for (_, from, forward, source, _) in &play.got[before..] {
                prop_assert_ne!(*from, forward.to);
                prop_assert!(sends[from.index()].is_some_and(|sends| sends.has(*source)));
            }
        }
        // One who is there from first to last has whole streams; others' began anew with them.
        for ix in Ix::all().filter(|ix| play.room.sends(*ix).is_some()) {
            let slots = play.room.slots(ix);
            let shown: Vec<_> = slots.video.iter().flatten().map(|shown| (shown.member.clone(), shown.source)).collect();
            let mut once = shown.clone();
            once.sort_by_key(|(member, source)| (member.clone(), *source as u8));
            once.dedup();
            prop_assert_eq!(once.len(), shown.len(), "shown twice: {:?}", shown);
        }
    }
}
