//! Names of visits and members, as the clinic role gives them.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Longest name of a visit or a member, in bytes: a UUID has 36, and nothing here makes longer ones.
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
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes a name.
            ///
            /// # Errors
            /// [`BadName`] if it is none.
            pub fn new(name: &str) -> Result<Self, BadName> {
                let lawful = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
                if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(lawful) {
                    return Err(BadName);
                }
                Ok(Self(name.into()))
            }

            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;
            fn try_from(name: String) -> Result<Self, BadName> {
                Self::new(&name)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
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
    /// Which visit: the room that its members are in.
    VisitId
}
name! {
    /// Who in a visit. Means nothing outside it.
    MemberId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        for good in ["a", "5b2f-77.A_z", &"x".repeat(NAME_MAX)] {
            assert!(VisitId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "ä", "a/b", "a\n", &"x".repeat(NAME_MAX + 1)] {
            assert!(MemberId::new(bad).is_err(), "{bad:?}");
        }
    }
}
