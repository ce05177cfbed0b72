//! Signing, and looking at what was signed.

use super::{BadClaims, Claims, LinkRefusal, TOKEN_MAX, VERSION};
use crate::ids::ClinicId;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Public keys for links: a clinic has more than one while it replaces one.
pub type Keys = BTreeMap<ClinicId, Vec<VerifyingKey>>;

/// A token taken apart, of which nothing is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it says, as bytes of JSON.
    pub payload: Vec<u8>,
    /// By whom it pretends to be signed.
    pub signature: [u8; 64],
    /// How many bytes of the text were signed.
    signed: usize,
}

/// As much as has to be known before anything is verified. It is asked of bytes that anybody can have written.
#[derive(Deserialize)]
struct Header {
    v: u64,
    clinic: ClinicId,
}

/// Signs a link.
///
/// # Errors
/// [`BadClaims`] if no link can carry it.
pub fn sign(key: &SigningKey, claims: &Claims) -> Result<String, BadClaims> {
    claims.check()?;
    // Names and texts alone: nothing in it can fail to be written.
    let payload = serde_json::to_vec(claims).map_err(|_| BadClaims::TooLong)?;
    let mut token = URL_SAFE_NO_PAD.encode(payload);
    let signature = key.sign(token.as_bytes());
    token.push('.');
    token.push_str(&URL_SAFE_NO_PAD.encode(signature.to_bytes()));
    if token.len() > TOKEN_MAX { Err(BadClaims::TooLong) } else { Ok(token) }
}

/// Takes a token apart; for the fuzzer too. Linear in its length, which is bounded.
///
/// # Errors
/// [`LinkRefusal`]: too long, no two halves, not base64url, not as it is written, no signature.
pub fn read_token(token: &[u8]) -> Result<Token, LinkRefusal> {
    if token.len() > TOKEN_MAX {
        return Err(LinkRefusal::TooLong);
    }
    let mut halves = token.split(|byte| *byte == b'.');
    let (Some(first), Some(second), None) = (halves.next(), halves.next(), halves.next()) else {
        return Err(LinkRefusal::Shape);
    };
    if first.is_empty() || second.is_empty() {
        return Err(LinkRefusal::Shape);
    }
    let payload = decode(first)?;
    let signature = decode(second)?.try_into().map_err(|_| LinkRefusal::Signature)?;
    Ok(Token { payload, signature, signed: first.len() })
}

fn decode(half: &[u8]) -> Result<Vec<u8>, LinkRefusal> {
    use base64::DecodeError::{InvalidByte, InvalidLastSymbol, InvalidLength, InvalidPadding};
    URL_SAFE_NO_PAD.decode(half).map_err(|error| match error {
        InvalidByte(_, b'=') | InvalidPadding | InvalidLastSymbol(..) => LinkRefusal::NotCanonical,
        InvalidByte(..) | InvalidLength(_) => LinkRefusal::NotBase64,
    })
}

/// Whether a clinic that is known here made this link, whatever the time.
///
/// # Errors
/// [`LinkRefusal`], all but `Early` and `Expired`.
pub fn authentic(keys: &Keys, token: &str) -> Result<Claims, LinkRefusal> {
    let Token { payload, signature, signed } = read_token(token.as_bytes())?;
    let header: Header = serde_json::from_slice(&payload).map_err(|_| LinkRefusal::Payload)?;
    let keys = keys.get(&header.clinic).ok_or(LinkRefusal::OtherClinic)?;
    let signature = Signature::from_bytes(&signature);
    let signed = token.as_bytes().get(..signed).ok_or(LinkRefusal::Shape)?;
    // Strictly: no second signature for the same bytes, and no key of a small order (RFC 8032 §5.1.7, §8.9).
    if !keys.iter().any(|key| key.verify_strict(signed, &signature).is_ok()) {
        return Err(LinkRefusal::Forged);
    }
    if header.v != VERSION {
        return Err(LinkRefusal::Version);
    }
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| LinkRefusal::Payload)?;
    claims.check().map_err(|_| LinkRefusal::Claims)?;
    Ok(claims)
}

/// Whether a link is in force at `now_ms`, by a clock that may be wrong by `skew_ms` either way; both in milliseconds.
///
/// # Errors
/// [`LinkRefusal::Early`] or [`LinkRefusal::Expired`].
pub fn in_force(claims: &Claims, now_ms: u64, skew_ms: u64) -> Result<(), LinkRefusal> {
    let from_ms = claims.nbf.saturating_mul(1_000);
    if now_ms.saturating_add(skew_ms) < from_ms {
        return Err(LinkRefusal::Early { from_ms });
    }
    if now_ms.saturating_sub(skew_ms) >= claims.exp.saturating_mul(1_000) {
        return Err(LinkRefusal::Expired);
    }
    Ok(())
}

/// Both.
///
/// # Errors
/// [`LinkRefusal`], by what is wrong.
pub fn verify(keys: &Keys, token: &str, now_ms: u64, skew_ms: u64) -> Result<Claims, LinkRefusal> {
    let claims = authentic(keys, token)?;
    in_force(&claims, now_ms, skew_ms)?;
    Ok(claims)
}
