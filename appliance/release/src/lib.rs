//! Release packages of the staff desktop: what one is called, who signed it, and how a clinic's node offers it to its desktops.
//!
//! The node looks at what IT has put into its folder, the desktop at what it has fetched, and the installer at what it is to
//! install, by the same two questions: [`PackageName::parse`] and [`ReleaseKeys::verify`]. It opens no file and no connection.
//!
//! ```
//! use holdfast_release::PackageName;
//! let name = PackageName::parse("holdfast-desktop_0.2.0_amd64.deb")?;
//! assert_eq!((name.version.minor, name.arch.as_str()), (2, "amd64"));
//! # Ok::<(), holdfast_release::ReleaseError>(())
//! ```
//!
//! Invariants: what no release key has signed is never called verified; a signature that names a file is good for a file of that
//! name alone, so that an old package does not pass under a new version's name.

mod error;
mod keys;
mod name;
mod offer;

pub use error::ReleaseError;
pub use keys::{ReleaseKeys, Verified};
pub use name::{PackageName, SIGNATURE_ENDING};
pub use offer::{
    MAX_PACKAGE_BYTES, MAX_PART_BYTES, MAX_SIGNATURE_BYTES, OFFER_PATH, Offer, OfferAnswer, OfferRequest,
    PART_PATH, PartRequest,
};
