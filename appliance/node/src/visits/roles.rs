//! `--roles`: what a process does.

use std::str::FromStr;

/// What a process does. Two of one node may share the work: then a relay that is killed, updated or overloaded touches no chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Records, API, signalling.
    pub clinic: bool,
    /// Sound and pictures.
    pub relay: bool,
}

/// Roles that nobody has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no role \"{0}\"; name clinic, relay, or both with a comma between")]
pub struct RolesError(String);

impl Default for Roles {
    fn default() -> Self {
        Self { clinic: true, relay: true }
    }
}

impl FromStr for Roles {
    type Err = RolesError;

    fn from_str(text: &str) -> Result<Self, RolesError> {
        let mut roles = Self { clinic: false, relay: false };
        for name in text.split(',').map(str::trim) {
            match name {
                "clinic" => roles.clinic = true,
                "relay" => roles.relay = true,
                other => return Err(RolesError(other.to_owned())),
            }
        }
        Ok(roles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_and_nothing_else_is() {
        assert_eq!("clinic,relay".parse(), Ok(Roles::default()));
        assert_eq!(" relay ".parse(), Ok(Roles { clinic: false, relay: true }));
        for bad in ["", "hub", "clinic,", "clinic relay"] {
            assert!(bad.parse::<Roles>().is_err(), "{bad}");
        }
    }
}
