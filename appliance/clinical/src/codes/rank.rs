//! How well an entry fits what somebody typed.

use super::fold::{fold, squeeze};

/// From the best. Entries of one rank go by the length of their display, then by their code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Rank {
    /// It is the code.
    Code,
    /// The code begins so.
    CodeStart,
    /// The display begins so.
    DisplayStart,
    /// Words of the display begin with every word.
    Words,
    /// The same, with words that only help in searching.
    AlsoWords,
}

/// What was typed, made ready.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Typed {
    squeezed: String,
    folded: String,
    /// As a code it holds a digit at least; `a` is no beginning of a code.
    is_like_code: bool,
}

/// The parts of an entry that are looked at, in the forms of [`super::fold`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Folded<'e> {
    pub(super) code: &'e str,
    pub(super) display: &'e str,
    pub(super) also: &'e str,
}

impl Typed {
    /// `None` if there is nothing in it to look for.
    pub(super) fn read(text: &str) -> Option<Self> {
        let folded = fold(text);
        let squeezed = squeeze(text);
        let is_like_code = squeezed.bytes().any(|byte| byte.is_ascii_digit());
        (!folded.is_empty()).then_some(Self { squeezed, folded, is_like_code })
    }

    /// The part that is in every entry found by its words: the longest, which is the rarest, most of the time.
    pub(super) fn needle(&self) -> &str {
        self.words().max_by_key(|word| word.len()).unwrap_or_default()
    }

    /// What every entry found by its code begins with.
    pub(super) fn code_needle(&self) -> Option<&str> {
        self.is_like_code.then_some(self.squeezed.as_str())
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.folded.split(' ')
    }

    /// How well it fits; `None` if it does not.
    pub(super) fn rank(&self, entry: Folded<'_>) -> Option<Rank> {
        if self.is_like_code && entry.code.starts_with(&self.squeezed) {
            return Some(if entry.code == self.squeezed { Rank::Code } else { Rank::CodeStart });
        }
        if entry.display.starts_with(&self.folded) {
            return Some(Rank::DisplayStart);
        }
        let begins = |text: &str, word: &str| text.split(' ').any(|other| other.starts_with(word));
        if self.words().all(|word| begins(entry.display, word)) {
            return Some(Rank::Words);
        }
        let either = |word: &str| begins(entry.display, word) || begins(entry.also, word);
        self.words().all(either).then_some(Rank::AlsoWords)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_go_before_displays_and_displays_before_other_words() {
        let entry =
            Folded { code: "e119", display: "type 2 diabetes mellitus without complications", also: "t2dm" };
        for (typed, expected) in [
            ("E11.9", Some(Rank::Code)),
            ("e11", Some(Rank::CodeStart)),
            ("type 2 dia", Some(Rank::DisplayStart)),
            ("diab type", Some(Rank::Words)),
            ("T2DM compl", Some(Rank::AlsoWords)),
            ("e", None),
            ("iabetes", None),
            ("diabetes insipidus", None),
        ] {
            assert_eq!(Typed::read(typed).unwrap().rank(entry), expected, "{typed}");
        }
        assert_eq!(Typed::read(" - "), None);
    }
}
