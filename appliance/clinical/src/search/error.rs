//! Why a query cannot be answered.

/// A query that cannot be answered.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SearchError {
    /// Not an R4 type.
    #[error("cannot search \"{kind}\": R4 has no such resource type; correct its name")]
    UnknownType {
        /// What was asked for.
        kind: String,
    },
    /// Not a parameter of the type.
    #[error("cannot search {kind} by \"{name}\": the parameter is not supported; use one of {}", known.join(", "))]
    UnknownParameter {
        /// The resource type.
        kind: String,
        /// What was asked for.
        name: String,
        /// What can be asked for.
        known: Vec<&'static str>,
    },
    /// `name:modifier`.
    #[error("cannot search by \"{name}:{modifier}\": the modifier is not supported; leave it out")]
    UnsupportedModifier {
        /// The parameter.
        name: String,
        /// Its modifier.
        modifier: String,
    },
    /// A value, or one side of a comma, is empty.
    #[error("cannot search by \"{name}\": a value is empty; give one, or leave the parameter out")]
    EmptyValue {
        /// The parameter.
        name: String,
    },
    /// A value that the parameter cannot have.
    #[error("cannot search by \"{name}\": \"{value}\" is not {expected}; correct the value")]
    BadValue {
        /// The parameter.
        name: String,
        /// What was given.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// More than [`super::query::MAX_CLAUSES`] or [`super::query::MAX_ALTERNATIVES`].
    #[error("cannot search by \"{name}\": it asks for more than {limit} things at once; split the search")]
    TooMuch {
        /// The parameter.
        name: String,
        /// The bound.
        limit: usize,
    },
}

impl SearchError {
    /// Stable name of the error, for answers, logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownType { .. } => "search-unknown-type",
            Self::UnknownParameter { .. } => "search-unknown-parameter",
            Self::UnsupportedModifier { .. } => "search-unsupported-modifier",
            Self::EmptyValue { .. } => "search-empty-value",
            Self::BadValue { .. } => "search-bad-value",
            Self::TooMuch { .. } => "search-too-much",
        }
    }
}
