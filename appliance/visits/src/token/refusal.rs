//! Why a link is not taken.

/// A link that opens nothing. The words are for logs; a page gets [`code`](Self::code) alone, which does not tell a guesser
/// how near he came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkRefusal {
    /// Longer than [`super::TOKEN_MAX`].
    #[error("cannot take this link: it is longer than {} bytes", super::TOKEN_MAX)]
    TooLong,
    /// Not two halves with one dot between.
    #[error("cannot take this link: it has not two parts with one dot between; copy all of it")]
    Shape,
    /// A half is not base64url.
    #[error("cannot take this link: a character of it is none of base64url; copy all of it")]
    NotBase64,
    /// A half is base64url, but not as it is written: padding, or bits behind its end.
    #[error("cannot take this link: it is written in another way than it was made")]
    NotCanonical,
    /// The second half has not the length of a signature.
    #[error("cannot take this link: its signature is cut off or has something behind it; copy all of it")]
    Signature,
    /// The first half is no payload, or one with something behind it.
    #[error("cannot take this link: what it says cannot be read")]
    Payload,
    /// No key is known of its clinic.
    #[error("cannot take this link: it is of a clinic whose keys are not known here")]
    OtherClinic,
    /// It was signed by nobody who may, or changed since.
    #[error("cannot take this link: its signature is not its clinic's")]
    Forged,
    /// Signed by its clinic, in a version that this build does not know.
    #[error("cannot take this link: its version is not known; update this node")]
    Version,
    /// Signed, and makes no sense.
    #[error("cannot take this link: what it says breaks a rule of links")]
    Claims,
    /// Not in force yet.
    #[error("cannot take this link: it is not in force yet")]
    Early {
        /// From when, in milliseconds since 1970.
        from_ms: u64,
    },
    /// No longer in force.
    #[error("cannot take this link: it is no longer in force; ask for a new one")]
    Expired,
}

impl LinkRefusal {
    /// Stable, as `refused` has it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Early { .. } => "link-early",
            Self::Expired => "link-expired",
            _ => "link-bad",
        }
    }

    /// Whether the same link may be taken later.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Early { .. })
    }
}
