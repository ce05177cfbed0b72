//! What a store is asked to find: conditions on the index rows that [`crate::rules::Rules::index`] gives out, on ids, times
//! and links. What a row's text means is for those who make the rows (`appliance/clinical`); a store compares bytes.

use crate::rules::IndexRow;

/// One condition on a resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Clause {
    /// A row under this parameter looks like one of these.
    Param {
        /// The parameter.
        param: u32,
        /// Any of these.
        any: Vec<Match>,
    },
    /// One of these holds; none: nothing is found.
    Any(Vec<Clause>),
    /// This does not hold.
    Not(Box<Clause>),
    /// It has one of these ids.
    Id(Vec<String>),
    /// It was changed last at or after the first time and before the second (Unix milliseconds).
    Updated(u64, u64),
    /// It has open conflicts.
    Conflicted,
    /// [`crate::rules::Rules::check`] says so of the resource as it reads. Only at the top of a search.
    Check {
        /// Of what.
        param: u32,
        /// What is looked for.
        text: String,
    },
    /// A row under `param` is `kind/id` of a resource that is there and meets all of `to`.
    Refers {
        /// The parameter of the reference.
        param: u32,
        /// The type it leads to.
        kind: String,
        /// What that one must meet.
        to: Vec<Clause>,
    },
    /// A resource of type `kind` that is there and meets all of `by` has this one's `kind/id` under `param`.
    ReferredBy {
        /// The type of the other.
        kind: String,
        /// The parameter of its reference.
        param: u32,
        /// What it must meet.
        by: Vec<Clause>,
    },
}

/// How an index value must look. Texts are compared byte by byte.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Match {
    /// Equal to it.
    Exact(String),
    /// Beginning with it.
    Prefix(String),
    /// Ending with it. Looks at every row of the parameter.
    Suffix(String),
    /// Holding it somewhere. Looks at every row of the parameter.
    Contains(String),
    /// Within bounds.
    Range(Range),
}

/// Bounds of a text: at or after `from`, before `below`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Range {
    /// The first that is within; none: from the first of all.
    pub from: Option<String>,
    /// The first that is beyond; none: to the last of all.
    pub below: Option<String>,
    /// Bounds of what stands behind the first so many characters.
    pub tail: Option<Tail>,
}

/// Bounds of the end of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tail {
    /// Characters that are not looked at.
    pub skip: u32,
    /// The first that is within.
    pub from: Option<String>,
    /// The first that is beyond.
    pub below: Option<String>,
}

/// By what found resources are put in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SortKey {
    /// What is compared.
    pub by: SortBy,
    /// The greatest first.
    pub descending: bool,
}

/// What is compared to put resources in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SortBy {
    /// The id.
    Id,
    /// When it was changed last.
    Updated,
    /// The least of its rows under these parameters, or the greatest if descending. One without comes last.
    Rows {
        /// Under these parameters.
        params: Vec<u32>,
        /// Only rows that hold this.
        holding: Option<char>,
    },
}

impl Match {
    /// The bounds within which a text begins with `prefix`.
    pub fn prefix_range(prefix: &str) -> Range {
        Range { from: Some(prefix.to_owned()), below: Some(after_prefix(prefix)), tail: None }
    }
}

/// The first text beyond all that begin with this one, by code point order.
pub fn after_prefix(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

/// The first text beyond this very one: no index value holds a control character below U+0001.
pub fn after(text: &str) -> String {
    format!("{text}\u{1}")
}

impl Clause {
    /// Whether a resource with these index rows meets the clause: what a store's query says of one that it keeps, said of
    /// one that it does not. Clauses that lead through other resources do not hold, and what no replica keeps as registers is
    /// in no conflict.
    pub fn holds(&self, rows: &[IndexRow], id: &str, updated_ms: u64) -> bool {
        match self {
            Self::Param { param, any } => {
                let of_param = || rows.iter().filter(|row| row.param == *param);
                any.iter().any(|one| of_param().any(|row| one.fits(&row.value)))
            }
            Self::Any(any) => any.iter().any(|one| one.holds(rows, id, updated_ms)),
            Self::Not(inner) => !inner.holds(rows, id, updated_ms),
            Self::Id(ids) => ids.iter().any(|one| one == id),
            Self::Updated(from, below) => (*from..*below).contains(&updated_ms),
            Self::Conflicted | Self::Check { .. } | Self::Refers { .. } | Self::ReferredBy { .. } => false,
        }
    }

    /// Whether it leads through other resources, or asks for what no row says.
    pub fn leads_elsewhere(&self) -> bool {
        match self {
            Self::Any(any) => any.iter().any(Self::leads_elsewhere),
            Self::Not(inner) => inner.leads_elsewhere(),
            Self::Check { .. } | Self::Refers { .. } | Self::ReferredBy { .. } => true,
            Self::Param { .. } | Self::Id(_) | Self::Updated(..) | Self::Conflicted => false,
        }
    }
}

impl Match {
    /// Whether an index value looks like this.
    pub fn fits(&self, value: &str) -> bool {
        match self {
            Self::Exact(text) => value == text,
            Self::Prefix(text) => value.starts_with(text.as_str()),
            Self::Suffix(text) => value.ends_with(text.as_str()),
            Self::Contains(text) => value.contains(text.as_str()),
            Self::Range(Range { from, below, tail }) => {
                let is_within = |text: &str, from: &Option<String>, below: &Option<String>| {
                    from.as_deref().is_none_or(|from| text >= from)
                        && below.as_deref().is_none_or(|below| text < below)
                };
                let rest =
                    |skip: u32| value.char_indices().nth(skip as usize).map_or("", |(at, _)| &value[at..]);
                is_within(value, from, below)
                    && tail.as_ref().is_none_or(|tail| is_within(rest(tail.skip), &tail.from, &tail.below))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_tried_on_rows() {
        let rows =
            [IndexRow { param: 1, value: "anna\u{1f}x".into() }, IndexRow { param: 2, value: "b".into() }];
        let holds = |clause: &Clause| clause.holds(&rows, "i", 10);
        let param = |param, one| Clause::Param { param, any: vec![one] };
        for (clause, expected) in [
            (param(1, Match::Prefix("an".into())), true),
            (param(2, Match::Prefix("an".into())), false),
            (param(1, Match::Suffix("x".into())), true),
            (param(1, Match::Contains("na".into())), true),
            (param(2, Match::Exact("b".into())), true),
            (
                param(2, Match::Range(Range { from: Some("a".into()), below: Some("b".into()), tail: None })),
                false,
            ),
            (Clause::Not(Box::new(param(2, Match::Exact("b".into())))), false),
            (Clause::Any(vec![]), false),
            (Clause::Updated(10, 11), true),
            (Clause::Id(vec!["j".into()]), false),
        ] {
            assert_eq!(holds(&clause), expected, "{clause:?}");
        }
        let tail = |from: &str| Some(Tail { skip: 5, from: Some(from.into()), below: None });
        let by_tail = |from: &str| param(1, Match::Range(Range { tail: tail(from), ..Range::default() }));
        assert!(holds(&by_tail("x")) && !holds(&by_tail("y")));
        assert!(Clause::Refers { param: 1, kind: "Patient".into(), to: vec![] }.leads_elsewhere());
    }
}
