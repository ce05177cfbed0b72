//! Why a bundle cannot be carried out.

use crate::outcome::IssueType;
use crate::search::query::SearchError;

/// A bundle, or one entry of it, that cannot be carried out. Entries are numbered from 0, as in
/// `Bundle.entry[0]`.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BundleError {
    /// Not JSON, or not a Bundle.
    #[error("cannot read the bundle: {reason}; send a FHIR R4 Bundle")]
    Unreadable {
        /// Why.
        reason: String,
    },
    /// A type of bundle that asks for nothing here.
    #[error("cannot carry out a bundle of type \"{bundle_type}\": {reason}; send a batch or a transaction")]
    WrongType {
        /// `Bundle.type`.
        bundle_type: String,
        /// Why.
        reason: &'static str,
    },
    /// More than [`super::MAX_ENTRIES`].
    #[error("cannot take a bundle of {count} entries: {} is the most; split it", super::MAX_ENTRIES)]
    TooManyEntries {
        /// How many there are.
        count: usize,
    },
    /// More than [`super::MAX_READS`], or [`super::MAX_READS_BESIDE_WRITES`].
    #[error(
        "cannot take a bundle with {count} reads and searches: {most} is the most of a bundle like this; split it, or ask for several resources in one search, as Type?_id=a,b"
    )]
    TooManyReads {
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// The entry lacks what its request needs, or contradicts itself.
    #[error("cannot carry out Bundle.entry[{entry}]: {reason}; correct the entry")]
    BadEntry {
        /// The entry.
        entry: usize,
        /// Why.
        reason: String,
    },
    /// The request URL cannot be used.
    #[error(
        "cannot carry out Bundle.entry[{entry}]: its URL \"{url}\" cannot be used because {reason}; correct the URL"
    )]
    BadUrl {
        /// The entry.
        entry: usize,
        /// `request.url`.
        url: String,
        /// Why.
        reason: &'static str,
    },
    /// A `urn:` reference that names no entry.
    #[error(
        "cannot resolve Bundle.entry[{entry}]: its reference \"{reference}\" names no entry of the bundle; add that entry or correct the reference"
    )]
    UnresolvedReference {
        /// The entry that holds the reference.
        entry: usize,
        /// The reference, as written.
        reference: String,
    },
    /// A condition (`Type?query`) that cannot be searched.
    #[error(
        "cannot resolve Bundle.entry[{entry}]: its condition \"{condition}\" cannot be searched; correct it"
    )]
    BadCondition {
        /// The entry.
        entry: usize,
        /// `Type?query`, as written.
        condition: String,
        /// Why.
        #[source]
        source: SearchError,
    },
    /// A conditional reference that finds nothing.
    #[error(
        "cannot resolve Bundle.entry[{entry}]: its reference \"{condition}\" finds no resource; load that resource first (facilities before patients)"
    )]
    NoMatch {
        /// The entry.
        entry: usize,
        /// `Type?query`, as written.
        condition: String,
    },
    /// A conditional update or delete with `ifMatch` whose condition finds nothing.
    #[error(
        "cannot carry out Bundle.entry[{entry}]: its condition \"{condition}\" finds nothing, and its ifMatch names a version; correct the condition, or leave out ifMatch"
    )]
    NoSuchVersion {
        /// The entry.
        entry: usize,
        /// `Type?query`, as written.
        condition: String,
    },
    /// A condition that finds more than one resource.
    #[error(
        "cannot resolve Bundle.entry[{entry}]: its condition \"{condition}\" finds {count} resources; make it name one"
    )]
    ManyMatches {
        /// The entry.
        entry: usize,
        /// `Type?query`, as written.
        condition: String,
        /// How many were found, at least 2.
        count: usize,
    },
    /// Two entries with one `fullUrl`, or two that write one resource.
    #[error(
        "cannot carry out the bundle: Bundle.entry[{first}] and Bundle.entry[{entry}] both stand for \"{target}\"; keep one of them"
    )]
    Duplicate {
        /// The later entry.
        entry: usize,
        /// The earlier entry.
        first: usize,
        /// The `fullUrl` or `Type/id`.
        target: String,
    },
}

impl BundleError {
    /// Stable name of the error, for answers, logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "bundle-unreadable",
            Self::WrongType { .. } => "bundle-wrong-type",
            Self::TooManyEntries { .. } => "bundle-too-many-entries",
            Self::TooManyReads { .. } => "bundle-too-many-reads",
            Self::BadEntry { .. } => "bundle-bad-entry",
            Self::BadUrl { .. } => "bundle-bad-url",
            Self::UnresolvedReference { .. } => "bundle-unresolved-reference",
            Self::BadCondition { .. } => "bundle-bad-condition",
            Self::NoMatch { .. } => "bundle-no-match",
            Self::NoSuchVersion { .. } => "no-match",
            Self::ManyMatches { .. } => "bundle-many-matches",
            Self::Duplicate { .. } => "bundle-duplicate",
        }
    }

    /// The entry at fault, from 0; `None` if it is the bundle.
    pub fn entry(&self) -> Option<usize> {
        match self {
            Self::Unreadable { .. }
            | Self::WrongType { .. }
            | Self::TooManyEntries { .. }
            | Self::TooManyReads { .. } => None,
            Self::BadEntry { entry, .. }
            | Self::BadUrl { entry, .. }
            | Self::UnresolvedReference { entry, .. }
            | Self::BadCondition { entry, .. }
            | Self::NoMatch { entry, .. }
            | Self::NoSuchVersion { entry, .. }
            | Self::ManyMatches { entry, .. }
            | Self::Duplicate { entry, .. } => Some(*entry),
        }
    }

    /// The HTTP status that says it: 400, 412 (a condition with several matches, or with none where a
    /// version was named), 413 or 422 (a reference
    /// that leads nowhere).
    pub fn http_status(&self) -> u16 {
        match self {
            Self::TooManyEntries { .. } | Self::TooManyReads { .. } => 413,
            Self::UnresolvedReference { .. } | Self::NoMatch { .. } => 422,
            Self::ManyMatches { .. } | Self::NoSuchVersion { .. } => 412,
            _ => 400,
        }
    }

    /// The FHIR IssueType (<https://hl7.org/fhir/R4/valueset-issue-type.html>).
    pub fn issue_type(&self) -> IssueType {
        match self {
            Self::Unreadable { .. } | Self::BadEntry { .. } => IssueType::Structure,
            Self::WrongType { .. } => IssueType::NotSupported,
            Self::TooManyEntries { .. } => IssueType::TooLong,
            Self::TooManyReads { .. } => IssueType::TooCostly,
            Self::BadUrl { .. } | Self::BadCondition { .. } => IssueType::Value,
            Self::UnresolvedReference { .. } | Self::NoMatch { .. } | Self::NoSuchVersion { .. } => {
                IssueType::NotFound
            }
            Self::ManyMatches { .. } => IssueType::MultipleMatches,
            Self::Duplicate { .. } => IssueType::Duplicate,
        }
    }
}
