//! One slot's stream, spliced together from whatever is shown in it: for the receiver its numbers run on without a gap,
//! whoever is shown and in whichever layer.
//!
//! A splice begins anew at a *cut*. Before it, packets of the new stream are not passed; after it, none of the old one.

use super::media::{At, Ix, Layer, Source};
use super::picture::Vp8Numbers;

/// Which stream: of whom, what, in which layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    /// Who sends it.
    pub from: Ix,
    /// What it is.
    pub source: Source,
    /// In which layer.
    pub layer: Layer,
}

/// The numbers that a packet has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// RTP sequence number, extended by its rollovers (RFC 3711 §3.3.1).
    pub seq: u64,
    /// RTP timestamp.
    pub time: u32,
    /// VP8's numbers, if it has any.
    pub vp8: Option<Vp8Numbers>,
}

/// A jump of more packets than this is another stream under the same name, not loss: at 1,000 packets a second it is 3 s.
const JUMP_MAX: u64 = 3_000;

/// What has been sent in a slot, and how the stream in it is renumbered.
#[derive(Debug)]
pub struct Splice {
    stream: Option<Cut>,
    next_seq: u64,
    last: Option<Last>,
}

#[derive(Debug, Clone, Copy)]
struct Cut {
    stream: Stream,
    first: u64,
    highest: u64,
    seq_shift: u64,
    time_shift: u32,
    picture_shift: u16,
    base_shift: u8,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    at: At,
    time: u32,
    picture: u16,
    base: u8,
}

impl Splice {
    /// A slot in which nothing has been sent.
    ///
    /// `first_seq` is where its numbers begin; it has to be below 65,536, because a receiver takes the rollover counter of
    /// a stream that it hears of first to be zero (RFC 3711 §3.3.1).
    pub fn new(first_seq: u16) -> Self {
        Self { stream: None, next_seq: u64::from(first_seq), last: None }
    }

    /// The stream that is passing.
    pub fn passing(&self) -> Option<Stream> {
        self.stream.map(|cut| cut.stream)
    }

    /// Nothing passes from now on, until the next cut.
    pub fn pause(&mut self) {
        self.stream = None;
    }

    /// From this packet on, this stream passes.
    pub fn cut(&mut self, now: At, stream: Stream, first: Numbers) {
        let time = match self.last {
            None => first.time,
            Some(last) => last.time.wrapping_add(ticks_since(now, last.at, stream.source)),
        };
        // With nothing sent before, VP8's numbers need no shift: there is nothing to go on from.
        let (picture_shift, base_shift) = match (first.vp8, self.last) {
            (Some(vp8), Some(last)) => (
                last.picture.wrapping_add(1).wrapping_sub(vp8.picture),
                vp8.base.map_or(0, |base| last.base.wrapping_add(1).wrapping_sub(base)),
            ),
            _ => (0, 0),
        };
        self.stream = Some(Cut {
            stream,
            first: first.seq,
            highest: first.seq,
            seq_shift: self.next_seq.wrapping_sub(first.seq),
            time_shift: time.wrapping_sub(first.time),
            picture_shift,
            base_shift,
        });
    }

    /// The numbers under which a packet of this stream goes on; `None` if it is not to be passed.
    pub fn pass(&mut self, now: At, stream: Stream, packet: Numbers) -> Option<Numbers> {
        let cut = self.stream.as_mut().filter(|cut| cut.stream == stream && packet.seq >= cut.first)?;
        if packet.seq.abs_diff(cut.highest) > JUMP_MAX {
            self.stream = None;
            return None;
        }
        let seq = packet.seq.wrapping_add(cut.seq_shift);
        let time = packet.time.wrapping_add(cut.time_shift);
        let vp8 = packet.vp8.map(|vp8| Vp8Numbers {
            picture: vp8.picture.wrapping_add(cut.picture_shift) & 0x7fff,
            base: vp8.base.map(|base| base.wrapping_add(cut.base_shift)),
        });
        if packet.seq >= cut.highest {
            cut.highest = packet.seq;
            self.next_seq = seq + 1;
            let before = self.last.unwrap_or(Last { at: now, time, picture: 0, base: 0 });
            self.last = Some(Last {
                at: now,
                time,
                picture: vp8.map_or(before.picture, |vp8| vp8.picture),
                base: vp8.and_then(|vp8| vp8.base).unwrap_or(before.base),
            });
        }
        Some(Numbers { seq, time, vp8 })
    }
}

/// How far the RTP clock has gone on since the last packet: at least a frame of 20 ms (audio) or 33 ms (video), and at
/// most a minute, so that a slot that was empty for an hour does not look as if its clock had jumped.
fn ticks_since(now: At, last: At, source: Source) -> u32 {
    let rate = u64::from(source.clock_rate());
    let frame = if source.is_audio() { rate / 50 } else { rate / 30 };
    let gone = now.since(last).as_millis().min(60_000) as u64 * rate / 1_000;
    gone.max(frame) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: Stream = Stream { from: Ix(0), source: Source::Camera, layer: Layer::Low };
    const B: Stream = Stream { from: Ix(0), source: Source::Camera, layer: Layer::Full };

    fn plain(seq: u64, time: u32) -> Numbers {
        Numbers { seq, time, vp8: None }
    }

    fn vp8(seq: u64, time: u32, picture: u16, base: u8) -> Numbers {
        Numbers { seq, time, vp8: Some(Vp8Numbers { picture, base: Some(base) }) }
    }

    #[test]
    fn first_number_is_the_slots_own_and_not_the_senders() {
        let mut splice = Splice::new(100);
        splice.cut(At::from_ms(0), A, plain(900_000, 7));
        assert_eq!(splice.pass(At::from_ms(0), A, plain(900_000, 7)), Some(plain(100, 7)));
        assert_eq!(splice.pass(At::from_ms(1), A, plain(900_002, 9)), Some(plain(102, 9)));
        assert_eq!(
            splice.pass(At::from_ms(2), A, plain(900_001, 8)),
            Some(plain(101, 8)),
            "late, and in its place"
        );
    }

    #[test]
    fn numbers_run_on_over_a_cut_and_the_clock_with_real_time() {
        let mut splice = Splice::new(0);
        splice.cut(At::from_ms(0), A, vp8(10, 1_000, 0x7ffe, 5));
        splice.pass(At::from_ms(0), A, vp8(10, 1_000, 0x7ffe, 5));
        splice.pass(At::from_ms(33), A, vp8(11, 4_000, 0x7fff, 6));
        splice.cut(At::from_ms(133), B, vp8(70, 555_000, 3, 200));
        let out = splice.pass(At::from_ms(133), B, vp8(70, 555_000, 3, 200));
        assert_eq!(out, Some(vp8(2, 4_000 + 9_000, 0, 7)));
        assert_eq!(
            splice.pass(At::from_ms(133), A, plain(12, 7_000)),
            None,
            "of the old stream, after the cut"
        );
        assert_eq!(
            splice.pass(At::from_ms(133), B, plain(69, 7_000)),
            None,
            "of the new stream, before the cut"
        );
    }

    #[test]
    fn stream_that_jumps_is_taken_for_another() {
        let mut splice = Splice::new(0);
        splice.cut(At::from_ms(0), A, plain(10, 0));
        assert!(splice.pass(At::from_ms(0), A, plain(10, 0)).is_some());
        assert_eq!(splice.pass(At::from_ms(1), A, plain(50_000, 0)), None);
        assert_eq!(splice.passing(), None);
    }

    #[test]
    fn pause_leaves_no_gap() {
        let mut splice = Splice::new(5);
        splice.cut(At::from_ms(0), A, plain(10, 0));
        splice.pass(At::from_ms(0), A, plain(10, 0));
        splice.pause();
        assert_eq!(splice.pass(At::from_ms(20), A, plain(11, 0)), None);
        splice.cut(At::from_ms(1_000), A, plain(400, 0));
        assert_eq!(splice.pass(At::from_ms(1_000), A, plain(400, 0)).map(|out| out.seq), Some(6));
    }

    proptest! {
        /// Whatever is cut to and passes, in whatever order: no number is given out twice, and without loss there is no gap.
        #[test]
        fn numbers_are_unique_and_have_no_gaps_of_our_making(
            script in proptest::collection::vec((0..3u8, 0..4u64, any::<bool>()), 1..200)
        ) {
            let mut splice = Splice::new(1_000);
            let mut next = [1u64, 70_000, 4_000_000_000];
            let mut given = std::collections::BTreeSet::new();
            let mut now = 0;
            for (which, late, cut) in script {
                now += 7;
                let stream = Stream { from: Ix(which), source: Source::Audio, layer: Layer::Full };
                let slot = &mut next[usize::from(which)];
                let packet = plain(*slot, *slot as u32);
                if cut && splice.passing() != Some(stream) {
                    splice.cut(At::from_ms(now), stream, packet);
                }
                if let Some(out) = splice.pass(At::from_ms(now), stream, packet) {
                    prop_assert!(given.insert(out.seq), "{} is given out twice", out.seq);
                }
                // Late packets of the stream get the number that they would have had.
                if late > 0
                    && splice.passing() == Some(stream)
                    && let Some(out) = splice.pass(At::from_ms(now), stream, plain(*slot - late.min(*slot), 0))
                {
                    prop_assert!(given.contains(&out.seq), "{} was left out", out.seq);
                }
                *slot += 1;
            }
            // A stream that does not pass leaves its numbers out only while it does not: what was given out is one run.
            if let (Some(first), Some(last)) = (given.first(), given.last()) {
                prop_assert_eq!(last - first + 1, given.len() as u64);
            }
        }
    }
}
