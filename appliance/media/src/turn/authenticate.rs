//! Who asks (RFC 8489 §9.2.4, RFC 8656 §5). Nothing is stored of somebody who has not shown it.

use super::credentials::Claim;
use super::five_tuple::FiveTuple;
use super::refusal::Refusal;
use super::server::{Now, Server};
use crate::stun::attribute::{NONCE, PASSWORD_ALGORITHM, PASSWORD_ALGORITHMS, REALM, USERNAME, u16_of};
use crate::stun::integrity::PasswordAlgorithm;
use crate::stun::{Integrity, Key, Message};

/// PASSWORD-ALGORITHMS as this server has it: SHA-256 and MD5, without parameters (RFC 8489 §14.11).
pub(super) const ALGORITHMS: [u8; 8] = [0, 2, 0, 0, 0, 1, 0, 0];

/// Somebody who has shown who they are.
pub(super) struct Authenticated<'a> {
    pub(super) username: &'a str,
    pub(super) claim: Claim<'a>,
    /// What the answer is signed with, and by which attribute.
    pub(super) key: Key,
    pub(super) integrity: Integrity,
}

impl Server {
    /// Who sent `message`. `holder` is the username whose allocation the client has: it need not be in force any more, as visits last
    /// longer than credentials.
    ///
    /// # Errors
    /// [`Refusal::Unauthenticated`], [`Refusal::StaleNonce`] or [`Refusal::BadRequest`], as RFC 8489 §9.2.4 orders them.
    pub(super) fn authenticate<'a>(
        &self,
        now: Now,
        client: &FiveTuple,
        message: &Message<'a>,
        holder: Option<&str>,
    ) -> Result<Authenticated<'a>, Refusal> {
        let integrity = message.integrity().ok_or(Refusal::Unauthenticated)?;
        let [username, realm, nonce] = [USERNAME, REALM, NONCE].map(|number| message.value(number));
        let (Some(username), Some(realm), Some(nonce)) = (username, realm, nonce) else {
            return Err(Refusal::BadRequest);
        };
        let algorithm = algorithm_of(message)?;
        if !self.nonces.is_good(now.ms, client, nonce) {
            return Err(Refusal::StaleNonce);
        }
        let username = std::str::from_utf8(username).map_err(|_| Refusal::Unauthenticated)?;
        let claim = Claim::parse(username).ok_or(Refusal::Unauthenticated)?;
        let is_in_force = claim.is_in_force(now.unix_s) || holder == Some(username);
        if !is_in_force || realm != self.config.realm.as_bytes() {
            return Err(Refusal::Unauthenticated);
        }
        let key = self.config.key.long_term(algorithm, username, &self.config.realm);
        let is_right = message.is_made_with(&key);
        #[cfg(feature = "sabotage")]
        let is_right = is_right || self.is_broken_by(super::server::Sabotage::TakesAnyPassword);
        if !is_right {
            return Err(Refusal::Unauthenticated);
        }
        Ok(Authenticated { username, claim, key, integrity })
    }
}

/// How the client made its key. A list that is not ours was changed on its way (RFC 8489 §9.2.1).
fn algorithm_of(message: &Message<'_>) -> Result<PasswordAlgorithm, Refusal> {
    match (message.value(PASSWORD_ALGORITHM), message.value(PASSWORD_ALGORITHMS)) {
        (None, None) => Ok(PasswordAlgorithm::Md5),
        (Some(one), Some(list)) if list == ALGORITHMS => {
            let known = [PasswordAlgorithm::Sha256, PasswordAlgorithm::Md5];
            known.into_iter().find(|known| u16_of(one) == Some(known.number())).ok_or(Refusal::BadRequest)
        }
        _ => Err(Refusal::BadRequest),
    }
}
