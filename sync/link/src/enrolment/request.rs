//! Parses what comes over the network before anything is known of its sender. Pure, so that a fuzzer can drive it.

use crate::enrol::{EnrolBody, RenewBody, SecretHash, TokenSecret};

use super::EnrolmentError;
use crate::ca::SigningRequest;

/// Largest request, in bytes: a token and a P-384 signing request are under 1 KiB.
pub const MAX_REQUEST_BYTES: usize = 16 * 1024;

/// A well-formed request to enrol: its sender holds the private key of the key it wants certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolRequest {
    /// The hash of the token's secret; the secret itself is forgotten.
    pub secret_hash: SecretHash,
    /// The key to certify.
    pub csr: SigningRequest,
}

/// Parses the body of `/enrol`. Cost: one hash and one signature check.
///
/// # Errors
/// [`EnrolmentError::Malformed`] when it is too large or not the JSON of an enrolment,
/// [`EnrolmentError::TokenUnknown`] when the token cannot be one, [`EnrolmentError::Csr`].
pub fn parse_request(bytes: &[u8]) -> Result<EnrolRequest, EnrolmentError> {
    let body: EnrolBody = parse_json(bytes)?;
    let secret = TokenSecret::parse(&body.token).map_err(|_| EnrolmentError::TokenUnknown)?;
    let csr = SigningRequest::parse_pem(&body.csr).map_err(EnrolmentError::Csr)?;
    Ok(EnrolRequest { secret_hash: secret.hash(), csr })
}

/// Parses the body of `/renew`.
///
/// # Errors
/// [`EnrolmentError::Malformed`], [`EnrolmentError::Csr`].
pub fn parse_renewal(bytes: &[u8]) -> Result<SigningRequest, EnrolmentError> {
    let body: RenewBody = parse_json(bytes)?;
    SigningRequest::parse_pem(&body.csr).map_err(EnrolmentError::Csr)
}

fn parse_json<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, EnrolmentError> {
    if bytes.len() > MAX_REQUEST_BYTES {
        return Err(EnrolmentError::Malformed);
    }
    serde_json::from_slice(bytes).map_err(|_| EnrolmentError::Malformed)
}

#[cfg(test)]
mod tests {
    use crate::keys::PrivateKey;

    use super::*;

    #[test]
    fn good_request_is_parsed_and_odd_ones_are_named() {
        let token = TokenSecret::random().unwrap();
        let csr = PrivateKey::generate().unwrap().csr_pem().unwrap();
        let json = |token: &str, csr: &str| serde_json::json!({"token": token, "csr": csr}).to_string();
        let good = json(&token.to_text(), &csr);
        assert_eq!(parse_request(good.as_bytes()).unwrap().secret_hash, token.hash());
        let padded = format!("{good}{}", " ".repeat(MAX_REQUEST_BYTES));
        for (body, code) in [
            (String::new(), "enrol-malformed"),
            ("{}".to_owned(), "enrol-malformed"),
            (padded, "enrol-malformed"),
            (json("short", &csr), "enrol-token-unknown"),
            (json(&token.to_text(), "none"), "csr-malformed"),
        ] {
            assert_eq!(parse_request(body.as_bytes()).unwrap_err().code(), code);
        }
    }
}
