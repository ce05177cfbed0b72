//! Words that differ from a typed one by a slip, found in a dictionary that can only be asked for its first word at or after
//! a text. The dictionary is gone along as a Levenshtein automaton would be: of each word that is met it is known how
//! far the next one that may be near lies, so that next to none of a large dictionary is looked at.
//!
//! A slip is a letter too many, too few, another one, or two neighbours swapped (optimal string alignment distance).
//!
//! Source: K. U. Schulz, S. Mihov, "Fast string correction with Levenshtein automata" (2002), for the idea; the distance is
//! worked out by rows, since words of names are short.

use holdfast_core::search::after;

/// A word and how far from it others may be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Near {
    word: Vec<char>,
    slips: usize,
    /// Whether a word counts if it begins with something near: it is still being typed.
    is_beginning: bool,
}

/// What a word of the dictionary is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Met {
    /// How many slips it is away, if it is near.
    pub slips: Option<usize>,
    /// Where the next one may stand; `None`: there is none.
    pub next: Option<String>,
}

/// Shorter words are near too much.
const MIN_CHARS: usize = 4;
/// Words from so many characters on may have two slips.
const TWO_SLIPS_CHARS: usize = 9;

impl Near {
    /// What is near to a word in its normal form; `None` if it is too short to have slips.
    pub fn to(word: &str, is_beginning: bool) -> Option<Self> {
        let word: Vec<char> = word.chars().collect();
        let slips = match word.len() {
            ..MIN_CHARS => return None,
            MIN_CHARS..TWO_SLIPS_CHARS => 1,
            _ => 2,
        };
        Some(Self { word, slips, is_beginning })
    }

    /// The same, with this many slips at the most.
    #[must_use]
    pub fn within(self, slips: usize) -> Self {
        Self { slips, ..self }
    }

    /// Looks at a word of the dictionary.
    pub fn meet(&self, met: &str) -> Met {
        let chars: Vec<char> = met.chars().collect();
        let mut rows = vec![(0..=self.word.len()).collect::<Vec<usize>>()];
        let mut least_here = usize::MAX;
        for (at, c) in chars.iter().enumerate() {
            let row = self.row(&rows, &chars[..at], *c);
            if !(self.is_alive(&row) || self.is_beginning && least_here <= self.slips) {
                return Met { slips: None, next: self.beyond(&rows, &chars[..at], Some(*c)) };
            }
            least_here = least_here.min(row[self.word.len()]);
            rows.push(row);
        }
        let whole = rows[chars.len()][self.word.len()];
        let distance = if self.is_beginning { least_here.min(whole) } else { whole };
        Met { slips: (distance <= self.slips).then_some(distance), next: Some(after(met)) }
    }

    /// The distances of the beginnings of the word from `before` and `c`, of which `rows` are those of its beginnings.
    fn row(&self, rows: &[Vec<usize>], before: &[char], c: char) -> Vec<usize> {
        let last = &rows[before.len()];
        let mut row = vec![last[0] + 1];
        for (at, wanted) in self.word.iter().enumerate() {
            let changed = last[at] + usize::from(*wanted != c);
            let mut best = changed.min(last[at + 1] + 1).min(row[at] + 1);
            let are_swapped = at > 0 && before.last() == Some(wanted) && self.word[at - 1] == c;
            if are_swapped && *wanted != c {
                best = best.min(rows[before.len() - 1][at - 1] + 1);
            }
            row.push(best);
        }
        row
    }

    fn is_alive(&self, row: &[usize]) -> bool {
        row.iter().any(|distance| *distance <= self.slips)
    }

    /// The first text after all that begin with `before` and `dead` that may lead to something near.
    fn beyond(&self, rows: &[Vec<usize>], before: &[char], dead: Option<char>) -> Option<String> {
        let mut before = before;
        let mut dead = dead?;
        loop {
            if let Some(next) = self.next_char(rows, before, dead) {
                return Some(before.iter().copied().chain([next]).collect());
            }
            let (last, shorter) = before.split_last()?;
            (dead, before) = (*last, shorter);
        }
    }

    /// The least character after `dead` that keeps the way alive behind `before`.
    fn next_char(&self, rows: &[Vec<usize>], before: &[char], dead: char) -> Option<char> {
        let following = (dead..=char::MAX).nth(1)?;
        // A character that the word does not have stands for all of those.
        let is_any_alive = self.is_alive(&self.row(rows, before, char::MAX));
        if is_any_alive {
            return Some(following);
        }
        let mut wanted: Vec<char> = self.word.iter().copied().filter(|c| *c > dead).collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted.into_iter().find(|c| self.is_alive(&self.row(rows, before, *c)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Goes along a dictionary; what is near, and how many words were looked at.
    fn walk(near: &Near, dictionary: &BTreeSet<String>) -> (Vec<String>, usize) {
        let (mut found, mut looks, mut from) = (Vec::new(), 0, String::new());
        while let Some(word) = dictionary.range(from..).next() {
            looks += 1;
            let met = near.meet(word);
            found.extend(met.slips.map(|_| word.clone()));
            let Some(next) = met.next else { break };
            assert!(next > *word, "{next:?} after {word:?}");
            from = next;
        }
        (found, looks)
    }

    fn dictionary(words: &str) -> BTreeSet<String> {
        words.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_slip_is_found() {
        let words = dictionary(
            "garcia garcea gracia garci garciia garza martinez martines zgarcia jose владимир владимар",
        );
        let near = |word: &str| walk(&Near::to(word, false).unwrap(), &words).0.join(" ");
        assert_eq!(near("garcia"), "garcea garci garcia garciia gracia zgarcia");
        assert_eq!(near("martinez"), "martines martinez");
        assert_eq!(near("владимир"), "владимар владимир");
        assert_eq!(near("zzzz"), "");
        assert_eq!(Near::to("ana", false), None);
    }

    #[test]
    fn a_word_that_is_being_typed_is_near_to_what_begins_so() {
        let words = dictionary("johnson johnston jon jones martinez");
        let near = |word: &str| walk(&Near::to(word, true).unwrap(), &words).0.join(" ");
        assert_eq!(near("jhon"), "johnson johnston jon jones");
        assert_eq!(near("jonhs"), "johnson johnston jones");
        assert_eq!(near("martnie"), "martinez");
        assert_eq!(near("mratnie"), "");
        assert_eq!(near("matrine"), "martinez");
    }

    /// By the textbook, to compare with.
    fn distance(a: &[char], b: &[char]) -> usize {
        let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                rows[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let mut best = (rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]))
                        .min(rows[i - 1][j] + 1)
                        .min(rows[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(rows[i - 2][j - 2] + 1);
                    }
                    best
                };
            }
        }
        rows[a.len()][b.len()]
    }

    proptest::proptest! {
        #[test]
        fn walking_finds_what_comparing_with_all_finds(
            words in proptest::collection::btree_set("[abcé]{1,8}", 1..60),
            word in "[abcd]{4,7}",
            slips in 1usize..3,
            is_beginning: bool,
        ) {
            let near = Near::to(&word, is_beginning).unwrap().within(slips);
            let typed: Vec<char> = word.chars().collect();
            let is_near = |other: &&String| {
                let other: Vec<char> = other.chars().collect();
                let ends = if is_beginning { 1..=other.len() } else { other.len()..=other.len() };
                ends.into_iter().any(|end| distance(&typed, &other[..end]) <= slips)
            };
            let expected: Vec<String> = words.iter().filter(is_near).cloned().collect();
            proptest::prop_assert_eq!(walk(&near, &words).0, expected);
        }
    }
}
