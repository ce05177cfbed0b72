//! The value sets that R4 binds as required and lists in full: `definitions/codes.tsv`.

use std::sync::LazyLock;

const TABLE: &str = include_str!("../../definitions/codes.tsv");

/// Every set, sorted by name.
static SETS: LazyLock<Vec<CodeSet>> = LazyLock::new(|| read(TABLE));

/// A value set.
#[derive(Debug)]
pub struct CodeSet {
    /// The end of its URL: `observation-status`.
    pub name: &'static str,
    /// System and its codes, sorted.
    systems: Vec<(&'static str, Vec<&'static str>)>,
}

impl CodeSet {
    /// Whether the code is in the set, whichever its system: what a `code` element means. O(log n).
    pub fn has_code(&self, code: &str) -> bool {
        self.systems.iter().any(|(_, codes)| codes.binary_search(&code).is_ok())
    }

    /// Whether the code of this system is in the set. O(log n).
    pub fn has(&self, system: &str, code: &str) -> bool {
        self.systems.iter().any(|(name, codes)| *name == system && codes.binary_search(&code).is_ok())
    }

    /// Its codes, system by system.
    pub fn codes(&self) -> impl Iterator<Item = &'static str> {
        self.systems.iter().flat_map(|(_, codes)| codes.iter().copied())
    }

    /// Its systems, each with its codes.
    pub fn by_system(&'static self) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        self.systems.iter().map(|(system, codes)| (*system, codes.as_slice()))
    }

    /// Its systems.
    pub fn systems(&self) -> impl Iterator<Item = &'static str> {
        self.systems.iter().map(|(name, _)| *name)
    }
}

/// The set of this name; `None` if R4 does not list it in full. O(log n).
pub(super) fn named(name: &str) -> Option<&'static CodeSet> {
    let name = (!name.is_empty()).then_some(name)?;
    let at = SETS.binary_search_by(|set| set.name.cmp(name)).ok()?;
    Some(&SETS[at])
}

fn read(table: &'static str) -> Vec<CodeSet> {
    let mut sets: Vec<CodeSet> = Vec::new();
    for line in table.lines() {
        match (line.strip_prefix('\t').and_then(|row| row.split_once('\t')), sets.last_mut()) {
            (Some((system, codes)), Some(set)) => {
                let mut codes: Vec<&str> = codes.split(' ').collect();
                codes.sort_unstable();
                set.systems.push((system, codes));
            }
            _ => sets.push(CodeSet { name: line, systems: Vec::new() }),
        }
    }
    sets.sort_unstable_by_key(|set| set.name);
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        assert!(SETS.is_sorted_by(|a, b| a.name < b.name));
        assert!(SETS.iter().all(|set| set.codes().next().is_some()));
        let lines = TABLE.lines().filter(|line| line.starts_with('\t')).count();
        assert_eq!(SETS.iter().map(|set| set.systems().count()).sum::<usize>(), lines);
    }
}
