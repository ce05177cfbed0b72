//! Every way in which a file is refused.

use http::StatusCode;

use super::size::words;
use crate::error::Facts;

/// Seconds after which it is worth asking again for what is on its way.
const ARRIVING_S: u32 = 5;

/// Why a file cannot be taken or given. The text has three parts: what failed, why, what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FileError {
    /// Larger than files may be.
    #[error(
        "cannot take this file: it has {}, and {} is the most; scan it at a lower resolution, or split it into several files",
        words(*.size),
        words(*.limit)
    )]
    TooLarge {
        /// Bytes of the file.
        size: u64,
        /// The bound.
        limit: u64,
    },
    /// Nothing in it.
    #[error(
        "cannot take this file: there is nothing in it (0 bytes); look whether it was saved, and choose it again"
    )]
    Empty,
    /// Something else that is said of it.
    #[error("cannot take this file: its {what} is not {expected}; correct it")]
    Refused {
        /// What of it.
        what: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A place past the end.
    #[error("cannot take chunk {n}: the file has {count}, counted from 0; send those that are missing")]
    NoSuchChunk {
        /// As asked for.
        n: u64,
        /// How many there are.
        count: u64,
    },
    /// Not as long as it must be.
    #[error(
        "cannot take chunk {n}: it has {got} bytes, and the file has {expected} there; cut the file at multiples of its chunkBytes"
    )]
    WrongLength {
        /// Which chunk.
        n: u64,
        /// Bytes that came.
        got: u64,
        /// Bytes that there should be.
        expected: u64,
    },
    /// What came is not what was sent.
    #[error(
        "cannot take the chunk: its bytes are not those that Content-Digest says, so they were changed on their way; send it again"
    )]
    WrongDigest,
    /// Other bytes are there already.
    #[error(
        "cannot take chunk {n}: other bytes were taken in for it before, so this is another file; begin a new upload for it"
    )]
    Differs {
        /// Which chunk.
        n: u64,
    },
    /// Not all of it was sent.
    #[error(
        "cannot use this file yet: {missing} of its {count} chunks were not sent; send those that GET of the file says are missing"
    )]
    Unfinished {
        /// Chunks that were not sent.
        missing: u64,
        /// Chunks of the file.
        count: u64,
    },
    /// Not all of it has come here.
    #[error(
        "not all of this file has arrived here yet: {missing} of the {count} chunks asked for are missing; they come by themselves while there is a link, try again then"
    )]
    Incomplete {
        /// Chunks that are not here.
        missing: u64,
        /// Chunks that were needed.
        count: u64,
    },
    /// It is whole, and stays.
    #[error(
        "cannot give up this upload: it is finished, and what is in the record stays there; mark its document as entered in error instead"
    )]
    Finished,
    /// A range past the end.
    #[error(
        "cannot give this part: it begins past the end of the file, which has {size} bytes; ask for less"
    )]
    PastTheEnd {
        /// Bytes of the file.
        size: u64,
    },
    /// What is stored is not what was taken in.
    #[error(
        "cannot give this file: what is stored for chunk {n} is not what was taken in; tell the administrator, whose scrub heals it where another replica has it"
    )]
    Damaged {
        /// Which chunk.
        n: u64,
    },
}

impl FileError {
    pub(crate) fn facts(&self) -> Facts {
        use StatusCode as S;
        match self {
            Self::TooLarge { .. } => Facts::new(S::PAYLOAD_TOO_LARGE, "file-too-large", "too-long"),
            Self::Empty => Facts::new(S::UNPROCESSABLE_ENTITY, "file-empty", "value"),
            Self::Refused { .. } => Facts::new(S::UNPROCESSABLE_ENTITY, "file-refused", "value"),
            Self::NoSuchChunk { .. } => Facts::new(S::UNPROCESSABLE_ENTITY, "no-such-chunk", "value"),
            Self::WrongLength { .. } => Facts::new(S::UNPROCESSABLE_ENTITY, "chunk-length", "value"),
            Self::WrongDigest => Facts::new(S::UNPROCESSABLE_ENTITY, "chunk-digest", "value"),
            Self::Differs { .. } => Facts::new(S::CONFLICT, "chunk-differs", "conflict"),
            Self::Unfinished { .. } => Facts::new(S::CONFLICT, "file-unfinished", "incomplete"),
            Self::Incomplete { .. } => {
                Facts::new(S::CONFLICT, "file-incomplete", "incomplete").retry(ARRIVING_S)
            }
            Self::Finished => Facts::new(S::CONFLICT, "file-finished", "business-rule"),
            Self::PastTheEnd { .. } => Facts::new(S::RANGE_NOT_SATISFIABLE, "range-past-the-end", "value"),
            Self::Damaged { .. } => Facts::new(S::INTERNAL_SERVER_ERROR, "file-damaged", "exception"),
        }
    }
}
