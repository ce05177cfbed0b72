//! Why a package is not taken.

/// Why a package, or a key, is not taken. The text has three parts: what failed, why, what to do.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// A file that is not called as a package is.
    #[error(
        "cannot use the package {name:?}: it is not called holdfast-desktop_VERSION_ARCHITECTURE.deb; call it so before it \
         is signed"
    )]
    Name {
        /// What it is called, cut at 100 characters.
        name: String,
    },
    /// A file of keys that cannot be read.
    #[error(
        "cannot use the release keys: line {line} is no minisign public key; put the content of minisign.pub there, one key a line"
    )]
    Keys {
        /// Which line, from 1.
        line: usize,
    },
    /// A file of keys without one.
    #[error("cannot use the release keys: the file holds none; put the content of minisign.pub there")]
    NoKeys,
    /// A signature that cannot be read, or of a kind that is not taken.
    #[error(
        "cannot use the package {name}: its signature is damaged or of an old kind; sign it again with `minisign -S`"
    )]
    SignatureMalformed {
        /// The package's name.
        name: String,
    },
    /// Signed by somebody else.
    #[error(
        "cannot use the package {name}: none of the release keys here has signed it; sign it with the release key, or add the new \
         key first"
    )]
    UnknownKey {
        /// The package's name.
        name: String,
    },
    /// The signature is of other bytes.
    #[error(
        "cannot use the package {name}: its bytes are not those that were signed; copy it again, whole, with its signature"
    )]
    Tampered {
        /// The package's name.
        name: String,
    },
    /// The signature is of another file.
    #[error(
        "cannot use the package {name}: its signature was made for {signed:?}; put each package beside its own signature, under the \
         name that it was signed by"
    )]
    OtherFile {
        /// The package's name.
        name: String,
        /// What the signature says, cut at 100 characters.
        signed: String,
    },
    /// It is larger than any package.
    #[error("cannot use the package {name}: it is larger than 1 GiB; that is no package of Holdfast's")]
    TooLarge {
        /// The package's name.
        name: String,
    },
    /// It could not be read.
    #[error("cannot read the package {name}: {source}; check the disk, and whether this user may read it")]
    Read {
        /// The package's name.
        name: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

impl ReleaseError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name { .. } => "package-name",
            Self::Keys { .. } => "release-keys",
            Self::NoKeys => "release-keys-none",
            Self::SignatureMalformed { .. } => "package-signature-malformed",
            Self::UnknownKey { .. } => "package-key-unknown",
            Self::Tampered { .. } => "package-tampered",
            Self::OtherFile { .. } => "package-other-file",
            Self::TooLarge { .. } => "package-too-large",
            Self::Read { .. } => "package-read",
        }
    }

    /// Whether the same bytes may be taken later with nothing mended by hand.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Read { .. })
    }
}

/// What others have written, for a message: its first 100 characters.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(100).collect()
}
