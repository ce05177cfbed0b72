//! What must be readable, kept by hand: every acknowledged save, what its author had been shown, and which replicas
//! have received it. It knows nothing of dots, vectors or merging; it only counts what people saw and wrote.

use std::collections::{BTreeMap, BTreeSet};

/// The register that says whether a resource is deleted, as the oracle names it.
pub const DELETED: &str = "@deleted";
/// Saves of one history at most: a set of saves is one `u128`.
pub const MAX_SAVES: usize = 120;

/// A set of saves.
pub type Saves = u128;

/// One register assigned by a save.
#[derive(Clone, Debug)]
pub struct Written {
    /// Element, `tags␟member`, or [`DELETED`].
    pub key: String,
    /// What was written; `None` removed it.
    pub value: Option<String>,
    /// Saves whose value of this register the author was shown, and what those had replaced in turn.
    pub over: Saves,
}

/// One acknowledged save.
#[derive(Clone, Debug)]
pub struct Save {
    /// Number of the resource in the universe.
    pub entity: usize,
    /// What it assigned.
    pub writes: Vec<Written>,
    /// All saves of the resource that its replica had.
    pub saw: Saves,
    /// Name of the replica it was made on.
    pub replica: String,
}

/// Every acknowledged save of a history.
#[derive(Clone, Debug, Default)]
pub struct Oracle {
    saves: Vec<Save>,
    /// Registers where two saves cannot be told apart by what is shown: only equality is asked of them.
    murky: BTreeSet<(usize, String)>,
    /// Saves that a reborn replica may have said twice: their values may stand again.
    pub said_again: Saves,
    /// Saves that a hub took in without merging them.
    pub set_aside: Saves,
    /// Saves that were set aside once, under one dot: where that dot is, it is merged, and nowhere else.
    pub once_aside: Saves,
    /// Saves of a hub itself that it lost and was not given back, for the same reason.
    pub not_given: Saves,
    /// Resources that such saves are on: only equality is asked of them.
    pub unsure: BTreeSet<usize>,
}

/// The set of one save.
pub fn bit(at: usize) -> Saves {
    1 << at
}

/// The members of a set.
pub fn members(mut set: Saves) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = set.trailing_zeros() as usize;
        set &= set.wrapping_sub(1);
        (at < 128).then_some(at)
    })
}

impl Oracle {
    /// The number that the next save gets.
    pub fn next(&self) -> usize {
        self.saves.len()
    }

    /// Whether more saves can be told apart.
    pub fn has_room(&self) -> bool {
        self.saves.len() + 8 < MAX_SAVES
    }

    /// One save.
    pub fn save(&self, at: usize) -> &Save {
        &self.saves[at]
    }

    /// Takes note of an acknowledged save; its set.
    pub fn acknowledge(&mut self, mut save: Save) -> Saves {
        for written in &mut save.writes {
            for below in members(written.over) {
                let of_key = self.saves[below].writes.iter().filter(|w| w.key == written.key);
                written.over |= of_key.map(|w| w.over).fold(0, |a, b| a | b);
            }
        }
        self.saves.push(save);
        bit(self.saves.len() - 1)
    }

    /// All saves of one resource.
    pub fn of_entity(&self, entity: usize) -> Saves {
        self.saves
            .iter()
            .enumerate()
            .filter(|(_, s)| s.entity == entity)
            .map(|(at, _)| bit(at))
            .fold(0, |a, b| a | b)
    }

    /// All saves made on replicas of this name.
    pub fn of_replica(&self, name: &str) -> Saves {
        self.saves
            .iter()
            .enumerate()
            .filter(|(_, s)| s.replica == name)
            .map(|(at, _)| bit(at))
            .fold(0, |a, b| a | b)
    }

    /// The save an author string names.
    pub fn of_author(author: &str) -> Saves {
        author.strip_prefix('s').and_then(|n| n.parse().ok()).filter(|n| *n < 128).map_or(0, bit)
    }

    /// What a save wrote into a register.
    pub fn written(&self, at: usize, key: &str) -> Option<&Written> {
        self.saves[at].writes.iter().find(|w| w.key == key)
    }

    /// The saves among `known` that wrote this register of the resource and that nobody in `known` replaced.
    pub fn live(&self, known: Saves, entity: usize, key: &str) -> Saves {
        let (mut all, mut dead) = (0, 0);
        for at in members(known).filter(|at| self.saves[*at].entity == entity) {
            if let Some(written) = self.written(at, key) {
                all |= bit(at);
                dead |= written.over;
            }
        }
        all & !dead
    }

    /// The values of these saves in a register.
    pub fn values(&self, saves: Saves, key: &str) -> BTreeSet<Option<String>> {
        members(saves).filter_map(|at| self.written(at, key)).map(|w| w.value.clone()).collect()
    }

    /// Every register of a resource that `known` wrote.
    pub fn keys(&self, known: Saves, entity: usize) -> BTreeSet<&str> {
        let saves = members(known).map(|at| &self.saves[at]).filter(|s| s.entity == entity);
        saves.flat_map(|s| &s.writes).map(|w| w.key.as_str()).collect()
    }

    /// Gives up telling the saves of a register apart.
    pub fn blur(&mut self, entity: usize, key: &str) {
        self.murky.insert((entity, key.to_owned()));
    }

    /// Whether the saves of a register cannot be told apart.
    pub fn is_murky(&self, entity: usize, key: &str) -> bool {
        self.murky.contains(&(entity, key.to_owned()))
    }

    /// Whether the resource must read as deleted, and whether as "deleted beside an edit".
    pub fn deletion(&self, known: Saves, entity: usize) -> (bool, bool) {
        let standing = self.live(known, entity, DELETED);
        let deletions: Saves = members(standing)
            .filter(|at| self.written(*at, DELETED).is_some_and(|w| w.value.is_some()))
            .map(bit)
            .fold(0, |a, b| a | b);
        if deletions == 0 {
            return (false, false);
        }
        // What is written with a deletion is no edit beside it.
        let seen = members(deletions).map(|at| self.saves[at].saw).fold(deletions, |a, b| a | b);
        let edits = self.keys(known, entity).into_iter().filter(|key| *key != DELETED);
        let beside = edits.map(|key| self.live(known, entity, key)).any(|live| live & !seen != 0);
        let edited = beside || standing != deletions;
        (!edited, edited)
    }

    /// How many saves of each replica are in a set, for messages.
    pub fn describe(&self, set: Saves) -> String {
        let mut by_replica: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for at in members(set) {
            let save = &self.saves[at];
            let keys: Vec<&str> = save.writes.iter().map(|w| w.key.as_str()).collect();
            by_replica.entry(&save.replica).or_default().push(format!(
                "s{at}(e{} {})",
                save.entity,
                keys.join("+")
            ));
        }
        format!("{by_replica:?}")
    }
}
