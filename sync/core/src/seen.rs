//! What a deletion has seen, as the value of the [`crate::op::DELETED`] register.
//!
//! A JSON array with an entry for each actor: `[actor, through]` says "its ops up to this one", `[actor, through, after]`
//! "those behind `after`": of a resource that was let go and written anew, its author has not seen what came before.

use serde::{Deserialize, Serialize};

use crate::id::ActorId;
use crate::op::EntityDot;
use crate::state::EntityState;

/// Ranges of ops, by actor.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seen(Vec<Range>);

/// The ops of an actor behind `after`, up to `through`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Range {
    actor: ActorId,
    after: u64,
    through: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Entry {
    Through(String, u64),
    Behind(String, u64, u64),
}

impl Seen {
    /// Everything that is in a state.
    pub fn all(state: &EntityState) -> Self {
        let range = |(actor, seq): (&ActorId, &u64)| Range { actor: *actor, after: 0, through: *seq };
        Self(state.vv.dots.iter().map(range).collect())
    }

    /// What is in a state that was let go and begun anew here: its version vector seems to include ops that only an
    /// upstream has. Of each actor, what still stands and whatever came after that.
    pub fn since_let_go(state: &EntityState) -> Self {
        let dots = || state.registers.values().flat_map(|register| &register.siblings).map(|s| s.dot);
        let range = |(actor, seq): (&ActorId, &u64)| {
            let first = dots().filter(|dot| dot.actor == *actor).map(|dot| dot.seq).min()?;
            Some(Range { actor: *actor, after: first.saturating_sub(1), through: *seq })
        };
        Self(state.vv.dots.iter().filter_map(range).collect())
    }

    /// What a value says; nothing if it does not read.
    pub fn of_token(token: &str) -> Self {
        let entries: Vec<Entry> = serde_json::from_str(token).unwrap_or_default();
        let range = |entry: Entry| {
            let (actor, through, after) = match entry {
                Entry::Through(actor, through) => (actor, through, 0),
                Entry::Behind(actor, through, after) => (actor, through, after),
            };
            Some(Range { actor: ActorId::from_hex(&actor)?, after, through })
        };
        Self(entries.into_iter().filter_map(range).collect())
    }

    /// As a value.
    pub fn token(&self) -> String {
        let entry = |range: &Range| match range.after {
            0 => Entry::Through(range.actor.to_hex(), range.through),
            after => Entry::Behind(range.actor.to_hex(), range.through, after),
        };
        let entries: Vec<Entry> = self.0.iter().map(entry).collect();
        serde_json::to_string(&entries).expect("strings and numbers serialise")
    }

    /// Adds an op that comes after all that were seen of its actor.
    pub fn add(&mut self, dot: EntityDot) {
        match self.0.iter_mut().find(|range| range.actor == dot.actor) {
            Some(range) => range.through = range.through.max(dot.seq),
            None => {
                self.0.push(Range { actor: dot.actor, after: dot.seq.saturating_sub(1), through: dot.seq })
            }
        }
    }

    /// Adds all that another has seen.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Leaves out what an actor wrote past `through`.
    pub fn cut(&mut self, actor: ActorId, through: u64) {
        for range in self.0.iter_mut().filter(|range| range.actor == actor) {
            range.through = range.through.min(through);
        }
        self.0.retain(|range| range.through > range.after);
    }

    /// Whether an op was seen.
    pub fn covers(&self, dot: &EntityDot) -> bool {
        self.0.iter().any(|r| r.actor == dot.actor && r.after < dot.seq && dot.seq <= r.through)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(actor: u8, seq: u64) -> EntityDot {
        EntityDot { actor: ActorId([actor; 16]), seq }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let (one, two) = (ActorId([1; 16]).to_hex(), ActorId([2; 16]).to_hex());
        let token = format!(r#"[["{one}",5],["{two}",9,7]]"#);
        let mut seen = Seen::of_token(&token);
        assert_eq!(seen.token(), token);
        let covered = [dot(1, 1), dot(1, 5), dot(1, 6), dot(2, 7), dot(2, 8), dot(2, 9), dot(3, 1)];
        assert_eq!(covered.map(|dot| seen.covers(&dot)), [true, true, false, false, true, true, false]);
        seen.cut(ActorId([1; 16]), 4);
        seen.cut(ActorId([2; 16]), 7);
        assert_eq!(seen.token(), format!(r#"[["{one}",4]]"#));
        seen.add(dot(1, 6));
        seen.add(dot(2, 3));
        assert_eq!(seen.token(), format!(r#"[["{one}",6],["{two}",3,2]]"#));
    }

    #[test]
    fn what_does_not_read_has_seen_nothing() {
        for token in ["", "true", r#"[["zz",5]]"#, r#"[["00",1,2,3]]"#, r#"[5]"#] {
            assert_eq!(Seen::of_token(token), Seen::default(), "{token}");
        }
    }
}
