//! What a node says of the newest package, and how a desktop asks for parts of it: JSON bodies of two paths of the sync port, whose
//! paths take no parameters.

use serde::{Deserialize, Serialize};

/// `POST` an [`OfferRequest`] here; the answer is an [`OfferAnswer`].
pub const OFFER_PATH: &str = "/desktop/package";
/// `POST` a [`PartRequest`] here; the answer are the bytes.
pub const PART_PATH: &str = "/desktop/package/part";
/// The most that one part takes, in bytes: some seconds of a thin link, and all that is fetched again after a cut.
pub const MAX_PART_BYTES: u64 = 256 * 1024;
/// No package is larger, in bytes.
pub const MAX_PACKAGE_BYTES: u64 = 1 << 30;
/// No signature is larger, in bytes: four lines, two of them short comments.
pub const MAX_SIGNATURE_BYTES: u64 = 4 * 1024;

/// Asks for the newest package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferRequest {
    /// The architecture of who asks, in Debian's words.
    pub arch: String,
}

/// The newest package for that architecture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferAnswer {
    /// `None`: there is no package that a release key has signed.
    pub package: Option<Offer>,
}

/// A package that the node has and has verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its version (semver).
    pub version: String,
    /// Its architecture.
    pub arch: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its BLAKE3 hash, in hexadecimal digits.
    pub blake3: String,
    /// The text of its signature: a desktop believes no node.
    pub signature: String,
}

/// Asks for a part of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRequest {
    /// Its hash, as offered: a package that was replaced under its name is not mixed with the new one.
    pub blake3: String,
    /// Its first byte.
    pub from: u64,
    /// How many bytes at most; at most [`MAX_PART_BYTES`] are given.
    pub count: u64,
}
