//! Seeded mutations for the share of fuzzing that CI runs: no coverage, but the same inputs every time.

/// A seeded random source (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `n`; 0 if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.roll() % (n.max(1) as u64)).unwrap_or(0)
    }
}

/// One input made of others: bits flipped, bytes replaced, stretches removed, repeated or taken from another input.
pub fn mutate(inputs: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let Some(first) = inputs.get(dice.below(inputs.len())) else {
        return (0..dice.below(64)).map(|_| dice.roll() as u8).collect();
    };
    let mut out = first.clone();
    for _ in 0..=dice.below(4) {
        let at = dice.below(out.len());
        let to = (at + dice.below(32)).min(out.len());
        match dice.below(6) {
            0 if !out.is_empty() => out[at] ^= 1 << dice.below(8),
            1 if !out.is_empty() => out[at] = [0, 1, 0x7f, 0x80, 0xfd, 0xfe, 0xff][dice.below(7)],
            2 => drop(out.drain(at..to)),
            3 => {
                let again = out[at..to].to_vec();
                out.splice(at..at, again);
            }
            4 => {
                let other = &inputs[dice.below(inputs.len())];
                let from = dice.below(other.len());
                let piece = &other[from..(from + dice.below(64)).min(other.len())];
                out.splice(at..to, piece.iter().copied());
            }
            _ => out.insert(at, dice.roll() as u8),
        }
    }
    out
}
