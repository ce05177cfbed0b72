//! How much may be made of how many bytes: a reader takes no more memory for a small input than a few MiB, and a
//! writer whose ops are smaller than that on the wire pads them.

use crate::op::Op;
use crate::wire::WireError;

/// Whatever the input is.
const BASE: usize = 2 << 20;
/// And this for each byte of it; what shrinks further is padded.
const EACH: usize = 256;
/// The same for stored states.
const STATE_BASE: usize = 8 << 20;
const STATE_EACH: usize = 1024;
/// Nothing decodes to more than this, structures included.
pub(super) const MAX: usize = 128 << 20;

/// Begins a zstd frame that holds nothing.
const SKIPPABLE_MAGIC: u32 = 0x184d_2a50;
const SKIPPABLE_HEAD_BYTES: usize = 8;

/// What the structures around the text take, rounded up.
pub(super) const OP: usize = 160;
pub(super) const CHANGE: usize = 96;
pub(super) const PRED: usize = 24;
pub(super) const TEXT: usize = 32;
pub(super) const NUMBER: usize = 8;
pub(super) const COLUMN: usize = 64;

/// What so many bytes may be made into.
pub(super) fn allowance(input: usize) -> usize {
    MAX.min(BASE.saturating_add(input.saturating_mul(EACH)))
}

/// Makes a frame long enough to be made into so much, by a skippable frame (RFC 8878 §3.1.2) behind it.
pub(super) fn pad(frame: &mut Vec<u8>, made: usize) {
    let missing = made.saturating_sub(BASE).div_ceil(EACH).saturating_sub(frame.len());
    if missing == 0 {
        return;
    }
    let zeros = missing.saturating_sub(SKIPPABLE_HEAD_BYTES);
    frame.extend_from_slice(&SKIPPABLE_MAGIC.to_le_bytes());
    frame.extend_from_slice(&(zeros as u32).to_le_bytes());
    frame.resize(frame.len() + zeros, 0);
}

/// What is left of an allowance.
pub(crate) struct Budget(usize);

impl Budget {
    pub(super) fn of(input: usize) -> Self {
        Self(allowance(input))
    }

    /// For a state that is stored here: nobody pads it, so it may be made into more than any that was written ever was.
    pub(crate) fn of_state(input: usize) -> Self {
        Self(STATE_BASE.saturating_add(input.saturating_mul(STATE_EACH)))
    }

    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), WireError> {
        self.0 = self.0.checked_sub(bytes).ok_or(WireError::TooLarge("a batch of ops"))?;
        Ok(())
    }
}

/// At least what reading these ops back takes.
///
/// # Errors
/// [`WireError::TooLarge`] if no reader takes them.
pub(super) fn cost(ops: &[Op]) -> Result<usize, WireError> {
    let total: usize = ops.iter().map(cost_of).sum();
    if total > MAX { Err(WireError::TooLarge("a batch of ops")) } else { Ok(total) }
}

/// At least what reading one op back takes, in bytes.
pub fn cost_of(op: &Op) -> usize {
    let texts = 2 * (op.author.len() + op.entity.kind.len()) + 3 * op.entity.id.len();
    let changes = op.changes.iter().map(|change| {
        // A UUID in a value is counted with the mark that stands for it.
        let value = change.value.as_ref().map_or(1, |value| value.len() + value.len() / 36);
        CHANGE + COLUMN + TEXT + NUMBER + 2 * change.key.len() + PRED * change.pred.len() + value
    });
    OP + 6 * TEXT + texts + changes.sum::<usize>()
}
