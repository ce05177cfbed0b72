//! What a store is asked to find: conditions on the index rows that [`crate::rules::Rules::index`] gives out, on ids, times
//! and links. What a row's text means is for those who make the rows (`appliance/clinical`); a store compares bytes.

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
