//! How large one op may be. Writer, reader and [`crate::wellformed::check_op`] go by the same bounds, so that what was
//! once saved can be sealed, sent and read by everybody.

use super::MAX_RESOURCE_BYTES;
use super::budget::{self, COLUMN, NUMBER, PRED, TEXT};
use crate::op::Change;

/// Registers that one op may assign: a group of 260,000 members, or emptying it.
pub const MAX_CHANGES: usize = 1 << 18;
/// Predecessors that one op may name: a value for each register that it may assign.
pub const MAX_PREDECESSORS: usize = MAX_CHANGES;
/// Bytes of an op's keys and values together: the largest resource, with the names that its members' keys repeat.
pub const MAX_OP_BYTES: usize = MAX_RESOURCE_BYTES + (8 << 20);

const _: () = assert!(
    MAX_CHANGES * (budget::CHANGE + COLUMN + TEXT + NUMBER) + 2 * MAX_OP_BYTES + MAX_PREDECESSORS * PRED
        < budget::MAX,
    "the largest op can be read back"
);

/// The size of an op.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OpSize {
    /// Registers assigned.
    pub changes: usize,
    /// Predecessors named, over all of them.
    pub predecessors: usize,
    /// Bytes of keys and values.
    pub bytes: usize,
}

impl OpSize {
    /// Of an op with these changes.
    pub fn of(changes: &[Change]) -> Self {
        let mut size = Self { changes: changes.len(), ..Self::default() };
        for change in changes {
            size.predecessors += change.pred.len();
            size.bytes += change.key.len() + change.value.as_ref().map_or(0, String::len);
        }
        size
    }

    /// Whether anybody may write or take an op of this size.
    pub fn fits(&self) -> bool {
        self.changes <= MAX_CHANGES && self.predecessors <= MAX_PREDECESSORS && self.bytes <= MAX_OP_BYTES
    }
}
