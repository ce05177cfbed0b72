//! Why a patch cannot be carried out.

use crate::outcome::IssueType;
use crate::tree::{MAX_DEPTH, TreeError};

/// A patch that cannot be carried out. Operations are numbered from 0.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PatchError {
    /// Not JSON.
    #[error("cannot read the patch: {0}")]
    Unreadable(#[source] TreeError),
    /// Not an array of operations.
    #[error("cannot read the patch: {reason}; send an array of operations as RFC 6902 describes them")]
    NotAPatch {
        /// Why.
        reason: &'static str,
    },
    /// An operation that is none.
    #[error("cannot read operation {op} of the patch: {reason}; correct it")]
    BadOperation {
        /// Which.
        op: usize,
        /// Why.
        reason: &'static str,
    },
    /// More operations than [`super::MAX_OPERATIONS`].
    #[error("cannot take a patch of {count} operations: {} is the most; split it", super::MAX_OPERATIONS)]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// The place is not there.
    #[error(
        "cannot carry out operation {op} of the patch: {reason} at \"{path}\"; read the resource again and correct the path"
    )]
    NoSuchPlace {
        /// Which operation.
        op: usize,
        /// The JSON Pointer, as written.
        path: String,
        /// What is missing.
        reason: &'static str,
    },
    /// A `test` that does not hold.
    #[error(
        "the patch was not carried out: the test of operation {op} does not hold at \"{path}\", so the resource is not as expected; read it again"
    )]
    TestFailed {
        /// Which operation.
        op: usize,
        /// The JSON Pointer, as written.
        path: String,
    },
    /// The resource would become too deep.
    #[error(
        "cannot carry out operation {op} of the patch: the resource would nest deeper than {MAX_DEPTH} levels at \"{path}\"; flatten it"
    )]
    TooDeep {
        /// Which operation.
        op: usize,
        /// The JSON Pointer, as written.
        path: String,
    },
    /// The resource would become too large.
    #[error("cannot carry out operation {op} of the patch: the resource would become too large; copy less")]
    TooLarge {
        /// Which operation.
        op: usize,
    },
}

impl PatchError {
    /// Stable name of the error, for answers, logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) | Self::NotAPatch { .. } | Self::BadOperation { .. } => "bad-patch",
            Self::TooMany { .. } => "patch-too-many-operations",
            Self::NoSuchPlace { .. } => "patch-no-such-place",
            Self::TestFailed { .. } => "patch-test-failed",
            Self::TooDeep { .. } => "patch-too-deep",
            Self::TooLarge { .. } => "patch-too-large",
        }
    }

    /// The HTTP status (RFC 5789 §2.2): 400 malformed, 409 the resource is not as expected, 422 cannot be processed.
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Unreadable(_) | Self::NotAPatch { .. } | Self::BadOperation { .. } => 400,
            Self::TooMany { .. } | Self::TooLarge { .. } => 413,
            Self::TestFailed { .. } => 409,
            Self::NoSuchPlace { .. } | Self::TooDeep { .. } => 422,
        }
    }

    /// FHIR's kind of issue.
    pub fn issue_type(&self) -> IssueType {
        match self {
            Self::Unreadable(_) | Self::NotAPatch { .. } | Self::BadOperation { .. } => IssueType::Structure,
            Self::TooMany { .. } | Self::TooLarge { .. } | Self::TooDeep { .. } => IssueType::TooLong,
            Self::NoSuchPlace { .. } => IssueType::Processing,
            Self::TestFailed { .. } => IssueType::Conflict,
        }
    }

    /// The JSON Pointer at fault, as written.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::NoSuchPlace { path, .. } | Self::TestFailed { path, .. } | Self::TooDeep { path, .. } => {
                Some(path)
            }
            _ => None,
        }
    }
}
