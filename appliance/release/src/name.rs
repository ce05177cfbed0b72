//! `holdfast-desktop_VERSION_ARCHITECTURE.deb`.

use semver::Version;

use crate::error::{ReleaseError, cut};

/// What a signature's file is called, after the package's whole name.
pub const SIGNATURE_ENDING: &str = ".minisig";
const PREFIX: &str = "holdfast-desktop_";
const ENDING: &str = ".deb";
/// The longest name that is looked at, in bytes; an architecture of Debian's has at most 14.
const MAX_NAME: usize = 100;

/// What a package is called: its version and the architecture it is for. Ordered by version first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageName {
    /// Its version.
    pub version: Version,
    /// Debian's word for the architecture, for example `amd64`.
    pub arch: String,
}

impl PackageName {
    /// Takes a file's name apart.
    ///
    /// # Errors
    /// [`ReleaseError::Name`] if it is not one of a package. A path is none, nor a version with build metadata, which orders
    /// nothing.
    pub fn parse(name: &str) -> Result<Self, ReleaseError> {
        let parsed = (name.len() <= MAX_NAME).then(|| parse(name)).flatten();
        parsed.ok_or_else(|| ReleaseError::Name { name: cut(name) })
    }

    /// Puts the two parts together that a peer has named.
    ///
    /// # Errors
    /// [`ReleaseError::Name`] if they make no name.
    pub fn of(version: &str, arch: &str) -> Result<Self, ReleaseError> {
        Self::parse(&format!("{PREFIX}{version}_{arch}{ENDING}"))
    }

    /// The package's file name.
    pub fn file_name(&self) -> String {
        format!("{PREFIX}{}_{}{ENDING}", self.version, self.arch)
    }

    /// Its signature's file name.
    pub fn signature_name(&self) -> String {
        format!("{}{SIGNATURE_ENDING}", self.file_name())
    }
}

fn parse(name: &str) -> Option<PackageName> {
    let (version, arch) = name.strip_prefix(PREFIX)?.strip_suffix(ENDING)?.split_once('_')?;
    let is_arch = !arch.is_empty() && arch.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let version = Version::parse(version).ok().filter(|version| version.build.is_empty())?;
    is_arch.then(|| PackageName { version, arch: arch.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_packages_are_told_from_others() {
        for (name, version) in [
            ("holdfast-desktop_0.2.0_amd64.deb", "0.2.0"),
            ("holdfast-desktop_1.10.3_arm64.deb", "1.10.3"),
            ("holdfast-desktop_2.0.0-rc.1_amd64.deb", "2.0.0-rc.1"),
        ] {
            let parsed = PackageName::parse(name).unwrap();
            assert_eq!((parsed.version.to_string().as_str(), parsed.file_name().as_str()), (version, name));
        }
        for bad in [
            "",
            "holdfast-desktop.deb",
            "holdfast-desktop_0.2_amd64.deb",
            "holdfast-desktop_0.2.0_amd64.deb.minisig",
            "holdfast-desktop_0.2.0_.deb",
            "holdfast-desktop_0.2.0+1_amd64.deb",
            "holdfast-desktop_0.2.0_../../x.deb",
            "holdfast-desktop_0.2.0_amd64_1.deb",
            "other_0.2.0_amd64.deb",
            "/holdfast-desktop_0.2.0_amd64.deb",
        ] {
            assert_eq!(PackageName::parse(bad).unwrap_err().code(), "package-name", "{bad}");
        }
        assert!(PackageName::parse(&format!("holdfast-desktop_0.2.0_{}.deb", "a".repeat(200))).is_err());
        assert!(PackageName::of("0.2.0", "amd64/../x").is_err());
    }

    #[test]
    fn newer_versions_come_after_older_ones() {
        let of = |version: &str| PackageName::of(version, "amd64").unwrap();
        assert!(of("0.10.0") > of("0.9.1") && of("1.0.0") > of("1.0.0-rc.2"));
    }
}
