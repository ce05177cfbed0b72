//! How much a resource weighs as it is kept and sent whole, JSON and state together, and how much it may.
//!
//! A resource that fits in no message would never reach a replica that needs it whole. So no save makes one, and a pushed
//! op that would is put aside. The weight is followed as an upper bound, which costs nothing; only near the limit is it
//! worked out exactly.

use holdfast_core::codec::{MAX_INFLATED_BYTES, MAX_RESOURCE_BYTES};
use holdfast_core::op::{Change, DELETED, EntityDot};
use holdfast_core::rules::Rules;
use holdfast_core::state::EntityState;
use holdfast_core::view;

/// The heaviest resource that fits in a message, with what stands around it there.
pub(crate) const MAX_STATE_BYTES: usize = MAX_INFLATED_BYTES - (1 << 20);
/// The heaviest that a save here may make: what others save meanwhile finds room beside it.
pub(crate) const MAX_SAVED_BYTES: usize = MAX_STATE_BYTES - (8 << 20);
/// What a save may add in any case: far from what made the resource heavy.
pub(crate) const SMALL_BYTES: usize = 64 << 10;
const _: () =
    assert!(3 * MAX_RESOURCE_BYTES < MAX_SAVED_BYTES, "three of the largest values stand side by side");

/// The bound may be too high by this much before it is worked out anew.
const SLACK_BYTES: usize = 1 << 20;
/// A write's dot, clock and numbers; the head of the JSON, its conflict tag included.
const WRITE_BYTES: usize = 512;
/// A register's head and the number of its write.
const CHANGE_BYTES: usize = 24;
/// A predecessor that has not come, its author's number and id included.
const UNSEEN_BYTES: usize = 40;
/// Up to so many predecessors are taken as not come, without a look.
const FEW: usize = 16;

/// An upper bound of a resource's weight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weight {
    at_most: usize,
    /// By how much it may be too high.
    slack: usize,
}

impl Weight {
    /// Of a row with so many bytes.
    pub(crate) fn of_row(bytes: usize) -> Self {
        Self { at_most: bytes, slack: 0 }
    }

    /// Of a state that was put together: worked out when it is asked for.
    pub(crate) fn unknown() -> Self {
        Self { at_most: usize::MAX / 2, slack: usize::MAX / 2 }
    }

    /// Once so many bytes have been joined in.
    pub(crate) fn with(self, bytes: usize) -> Self {
        Self { at_most: self.at_most.saturating_add(bytes), slack: self.slack.saturating_add(bytes) }
    }

    /// Bytes at most.
    pub(crate) fn bytes(&self) -> usize {
        self.at_most
    }

    /// What the resource will weigh once these changes have been applied to `state`.
    pub(crate) fn after(
        &mut self,
        state: &EntityState,
        changes: &[Change],
        author: &str,
        rules: &dyn Rules,
    ) -> Self {
        let added = added(state, changes, author);
        let after = self.with(added);
        if after.at_most <= MAX_SAVED_BYTES {
            return after;
        }
        if self.slack > SLACK_BYTES {
            *self = Self::of_row(view::render(state, rules).len() + view::encode(state).len());
        }
        let after = self.with(added);
        Self { at_most: after.at_most.saturating_sub(freed(state, changes)), ..after }
    }
}

/// At most what the changes add.
fn added(state: &EntityState, changes: &[Change], author: &str) -> usize {
    let each = changes.iter().map(|change| {
        let is_kept_twice = change.key == "meta";
        let value = change.value.as_ref().map_or(0, String::len) << u8::from(is_kept_twice);
        let has_come = |dot: &&EntityDot| dot.seq <= state.vv.get(&dot.actor);
        // A few more or less do not matter.
        let seen = if change.pred.len() > FEW { change.pred.iter().filter(has_come).count() } else { 0 };
        let unseen = change.pred.len() - seen;
        // A member's text stands in the state as its key, and in the JSON.
        CHANGE_BYTES + 2 * change.key.len() + value + unseen * UNSEEN_BYTES
    });
    WRITE_BYTES + author.len() + each.sum::<usize>()
}

/// At least what goes away with the values that they replace.
fn freed(state: &EntityState, changes: &[Change]) -> usize {
    let replaced = |change: &Change| {
        let register = state.registers.get(&change.key).filter(|_| change.key != DELETED)?;
        let values = register.siblings.iter().filter(|s| change.pred.contains(&s.dot));
        Some(values.filter_map(|s| s.value.as_ref()).map(String::len).sum::<usize>())
    };
    changes.iter().filter_map(replaced).sum()
}
