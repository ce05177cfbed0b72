//! What can go wrong in a store, for the layer above.

use holdfast_core::codec::{MAX_CHANGES, MAX_OP_BYTES, MAX_PREDECESSORS, MAX_RESOURCE_BYTES, OpSize};
use holdfast_core::rights::Refusal;
use holdfast_core::rules::SplitError;
use holdfast_core::segment::SegmentError;
use holdfast_core::sight::OutOfSight;
use holdfast_core::wellformed::Malformed;
use holdfast_core::wire::WireError;

/// Everything a store refuses or fails at. `code` is stable; the text says what failed, why and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such resource, or none on this replica.
    #[error("{0} is not here")]
    NotFound(String),
    /// The resource was deleted.
    #[error("{0} was deleted; its history is kept")]
    Gone(String),
    /// `If-Match` named a version that is not the current one.
    #[error("{entity} is at version {current}, not {asked}; read it again and repeat the change")]
    Stale {
        /// Which resource.
        entity: String,
        /// The version asked for.
        asked: String,
        /// The version it is at.
        current: String,
    },
    /// A create met an existing resource.
    #[error("{0} exists already; update it instead")]
    Exists(String),
    /// An immutable element would change.
    #[error("{entity}.{element} cannot be changed once written; add a resource that amends it")]
    Immutable {
        /// Which resource.
        entity: String,
        /// Which element.
        element: String,
    },
    /// A resource that is written once would change or go.
    #[error("{0} stays as it was written: nobody changes or deletes it; add another that says more")]
    Final(String),
    /// What was signed would change or go.
    #[error(
        "{entity}{} stays as it was signed; withdraw it by its status, or add another that says more",
        element.as_deref().map(|element| format!(".{element}")).unwrap_or_default()
    )]
    Sealed {
        /// Which resource.
        entity: String,
        /// Which element; none: the whole of it.
        element: Option<String>,
    },
    /// A status would make an illegal step.
    #[error("{0}")]
    Step(String),
    /// A resource that no message could carry.
    #[error(
        "{entity} has {bytes} bytes, {MAX_RESOURCE_BYTES} are the most; keep large attachments outside of it"
    )]
    TooLarge {
        /// Which resource.
        entity: String,
        /// How large it is.
        bytes: usize,
    },
    /// A save of more than one op may say.
    #[error(
        "saving {entity} would change {} parts of it ({} bytes) in place of {} values, and one save may change {MAX_CHANGES} \
         ({MAX_OP_BYTES} bytes) in place of {MAX_PREDECESSORS}; nothing was saved, save a long list in several steps",
        size.changes, size.bytes, size.predecessors
    )]
    SaveTooLarge {
        /// Which resource.
        entity: String,
        /// How large the save is.
        size: OpSize,
    },
    /// A resource that has too many large values beside each other to be sent to anybody.
    #[error(
        "{entity} would have {bytes} bytes with all values that stand beside each other in it and the names of removed \
         list members, {most} are the most; nothing was saved, settle its conflicts first, keep large attachments outside of \
         it, or begin a new resource for a long list that was rewritten often"
    )]
    Overgrown {
        /// Which resource.
        entity: String,
        /// How large it would be, as it is kept.
        bytes: usize,
        /// The bound.
        most: usize,
    },
    /// There is no such conflict.
    #[error("{entity} has no open conflict on {key}; it may have been settled meanwhile, look again")]
    NoConflict {
        /// Which resource.
        entity: String,
        /// Which register.
        key: String,
    },
    /// The resource's text cannot be taken apart.
    #[error("the resource cannot be stored: {0}")]
    Split(#[from] SplitError),
    /// A message or stored value does not decode.
    #[error("damaged data: {0}")]
    Wire(#[from] WireError),
    /// Whoever asks may not reach it.
    #[error(transparent)]
    OutOfSight(#[from] OutOfSight),
    /// A segment does not verify.
    #[error("{0}")]
    Segment(#[from] SegmentError),
    /// An op that nobody may take.
    #[error("{0}")]
    Malformed(#[from] Malformed),
    /// A peer's segment does not fit its log here.
    #[error("{0}")]
    Log(#[from] LogError),
    /// The replica may not do this.
    #[error("{message}")]
    Denied {
        /// Stable code.
        code: &'static str,
        /// What, why, what to do.
        message: String,
    },
    /// The disk is full. Reads go on.
    #[error("the disk is full, so nothing was saved; free some space, saving goes on by itself")]
    DiskFull,
    /// The database is damaged.
    #[error(
        "the database is damaged ({0}); run `holdfast-node scrub --repair`, and if that says so, stop the node and run `holdfast-node scrub --rebuild`"
    )]
    Corrupt(String),
    /// The database cannot be used.
    #[error("the database failed: {0}")]
    Database(String),
    /// A condition needs index rows that are not made yet.
    #[error(
        "cannot tell yet: what was just stored in large amounts is still being indexed; try again in a moment"
    )]
    IndexBehind,
    /// Two writers met; the work is repeated by the caller of the transaction.
    #[error("the database asked to repeat the transaction")]
    Retry,
    /// Other processes write to this database, and the sidecar here is not theirs.
    #[error(
        "another process writes to this database, and this data folder is not the one that it uses ({0}): writing from here \
         too, each would take the other for a restored copy; give this process the same data folder, or stop the other one \
         first"
    )]
    OtherFolder(&'static str),
    /// A file beside the database cannot be used.
    #[error("cannot use {path}: {reason}")]
    File {
        /// Which file.
        path: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The store is shutting down.
    #[error("the store is shutting down; try again when it is back")]
    Closed,
    /// A booking, or a change of who owns what, is not made.
    #[error(transparent)]
    Booking(#[from] Refusal),
    /// A caller's own refusal inside a transaction; nothing of the transaction is kept.
    #[error("{message}")]
    Refused {
        /// Stable code.
        code: &'static str,
        /// What, why, what to do.
        message: String,
    },
}

/// Why a segment does not continue the log it claims to.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LogError {
    /// Ops are missing in between.
    #[error(
        "gap: the log of this actor is held up to {held}, the segment starts at {first}; send what lies between"
    )]
    Gap {
        /// Highest seq held.
        held: u64,
        /// First seq offered.
        first: u64,
    },
    /// Two different histories under one actor: a restored or cloned database wrote on.
    #[error(
        "fork: seq {seq} of this actor is already known with other content; this database was restored or cloned, \
         it must take a new actor"
    )]
    Fork {
        /// The seq known twice.
        seq: u64,
    },
    /// The segment overlaps what is held without being equal to it.
    #[error("rewind: the segment {first}..{last} overlaps what is held up to {held}; start after it")]
    Rewind {
        /// First seq offered.
        first: u64,
        /// Last seq offered.
        last: u64,
        /// Highest seq held.
        held: u64,
    },
    /// The actor was never introduced.
    #[error("this actor is unknown; say hello first")]
    UnknownActor,
}

impl StoreError {
    /// Stable code for answers, logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not-found",
            Self::Gone(_) => "gone",
            Self::Stale { .. } => "stale-version",
            Self::Exists(_) => "exists",
            Self::Immutable { .. } | Self::Final(_) => "immutable",
            Self::Sealed { .. } => "signed",
            Self::Step(_) => "illegal-step",
            Self::TooLarge { .. } => "resource-too-large",
            Self::SaveTooLarge { .. } => "save-too-large",
            Self::Overgrown { .. } => "resource-overgrown",
            Self::NoConflict { .. } => "no-conflict",
            Self::Split(_) => "invalid-resource",
            Self::Wire(_) => "damaged",
            Self::OutOfSight(_) => "forbidden",
            Self::Segment(error) => error.code(),
            Self::Malformed(error) => error.fault.code(),
            Self::Log(LogError::Gap { .. }) => "log-gap",
            Self::Log(LogError::Fork { .. }) => "log-fork",
            Self::Log(LogError::Rewind { .. }) => "log-rewind",
            Self::Log(LogError::UnknownActor) => "actor-unknown",
            Self::Denied { code, .. } | Self::Refused { code, .. } => code,
            Self::Booking(refusal) => refusal.code(),
            Self::DiskFull => "disk-full",
            Self::Corrupt(_) => "database-damaged",
            Self::Database(_) => "database",
            Self::Retry => "retry",
            Self::IndexBehind => "index-behind",
            Self::OtherFolder(_) => "other-data-folder",
            Self::File { .. } => "file",
            Self::Closed => "closed",
        }
    }

    /// Whether the same request may succeed later without anybody changing it.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::DiskFull | Self::Database(_) | Self::Retry | Self::Closed)
    }
}

/// Shorthand.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
