//! Names of things. All but a device are spoken of to the relay or in an address, so all are short and plain.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest name, in bytes: the relay takes no longer ones.
pub const NAME_MAX: usize = 64;

/// A name that cannot be one: empty, longer than [`NAME_MAX`], or with other characters than letters, digits, `.`, `_`, `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot take this name: it has to be 1 to {NAME_MAX} letters, digits, dots, underscores or hyphens")]
pub struct BadName;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a name.
            ///
            /// # Errors
            /// [`BadName`] if it is none.
            pub fn new(name: impl Into<String>) -> Result<Self, BadName> {
                let name = name.into();
                let lawful = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
                if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(lawful) {
                    return Err(BadName);
                }
                Ok(Self(name))
            }

            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;
            fn try_from(name: String) -> Result<Self, BadName> {
                Self::new(name)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// Which visit.
    VisitId
}
name! {
    /// Which clinic: whose keys its links are signed with.
    ClinicId
}
name! {
    /// Who in a visit: one a link, and one a clinician.
    MemberId
}
name! {
    /// A command of a page; made by the page.
    CommandId
}
name! {
    /// A tab, as it calls itself. Known to nobody else.
    DeviceId
}

/// A connection, as the shell counts them; never used twice in the life of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// Something that was asked of the relay or the phone bridge; grows, and comes back with the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskId(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        for good in ["a", "5b2f-77.A_z", &"x".repeat(NAME_MAX)] {
            assert!(VisitId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "ä", "a/b", "a\n", &"x".repeat(NAME_MAX + 1)] {
            assert_eq!(MemberId::new(bad), Err(BadName), "{bad:?}");
        }
    }
}
