//! The simplest authenticator: one token, for `--dev` and tests.

use super::policy::{Authenticator, Principal, Role};

/// One token for one principal. Only the token's hash is kept.
#[derive(Clone, Debug)]
pub struct OneToken {
    hash: blake3::Hash,
    principal: Principal,
}

impl OneToken {
    /// A token that stands for `principal`.
    pub fn new(token: &str, principal: Principal) -> Self {
        Self { hash: blake3::hash(token.as_bytes()), principal }
    }

    /// The token of `--dev`: administrator and clinician in one.
    pub fn developer(token: &str) -> Self {
        Self::new(token, Principal::new("developer", [Role::Admin, Role::Clinician]))
    }
}

impl Authenticator for OneToken {
    fn principal(&self, token: &str) -> Option<Principal> {
        // `blake3::Hash` compares in constant time, and a hash tells nothing of how much of a guess was right.
        (blake3::hash(token.as_bytes()) == self.hash).then(|| self.principal.clone())
    }
}

/// Several tokens; the first that fits.
impl Authenticator for Vec<OneToken> {
    fn principal(&self, token: &str) -> Option<Principal> {
        self.iter().filter_map(|one| one.principal(token)).next()
    }
}
