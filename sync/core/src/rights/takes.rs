//! What a record takes of others' time, as whoever knows the record's type says ([`crate::rules::Rules::takes`]).

use super::span::Span;

/// The time that a record names, and whether it takes it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Takes {
    /// One for each resource; all are taken together or none. Minutes of UTC with what is kept free around, or numbers of a pool.
    pub bundle: Vec<(String, Span)>,
    /// Whether the time is taken: not by a request, nor by what was cancelled.
    pub is_taken: bool,
    /// Whether it was forced in: it needs no right, and keeps nobody else out.
    pub is_overbooked: bool,
    /// Whether it reads in several ways, of which a person has to choose: then it takes all that it may be.
    pub is_unsettled: bool,
    /// How many places it has, if it is a group's session: the numbers of its pool ([`super::counted`]).
    pub places: u32,
}

impl Takes {
    /// What it takes and needs a right for.
    pub fn confirmed(&self) -> &[(String, Span)] {
        if self.is_taken && !self.is_overbooked { &self.bundle } else { &[] }
    }
}
