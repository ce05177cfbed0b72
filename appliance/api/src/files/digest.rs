//! `Content-Digest`, by which a client says what it sent (RFC 9530 §2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use sha2::{Digest, Sha256};

use crate::error::RequestError;

const NAME: &str = "content-digest";
/// The longest header that is looked at.
const MAX_BYTES: usize = 1024;

/// SHA-256 of a body, as its sender says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked([u8; 32]);

impl Asked {
    /// Whether the bytes are those that were sent.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        Sha256::digest(bytes)[..] == self.0
    }
}

/// What the header says; `None` if there is none, or none by an algorithm that is known here (§2: it may then be ignored).
///
/// # Errors
/// [`RequestError::BadHeader`] for a `sha-256` that is none.
pub fn asked(headers: &HeaderMap) -> Result<Option<Asked>, RequestError> {
    let Some(value) = headers.get(NAME) else { return Ok(None) };
    let bad = RequestError::BadHeader { name: "Content-Digest", expected: "sha-256=:BASE64:" };
    let text = value.to_str().ok().filter(|text| text.len() <= MAX_BYTES).ok_or(bad.clone())?;
    let sha256 = text.split(',').find_map(|part| part.trim().strip_prefix("sha-256="));
    let Some(sha256) = sha256 else { return Ok(None) };
    let encoded = sha256.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
    let bytes = encoded.and_then(|encoded| STANDARD.decode(encoded).ok());
    let digest = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    Ok(Some(Asked(digest.ok_or(bad)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf abc | sha256sum`, in base64.
    const ABC: &str = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";

    #[test]
    fn a_digest_is_compared_and_nonsense_is_refused() {
        let read = |text: &str| {
            asked(&HeaderMap::from_iter([(http::HeaderName::from_static(NAME), text.parse().unwrap())]))
        };
        let digest = read(&format!("sha-512=:xx:, sha-256=:{ABC}:")).unwrap().unwrap();
        assert!(digest.fits(b"abc") && !digest.fits(b"abd"));
        assert_eq!(read("blake3=:xx:"), Ok(None));
        assert_eq!(asked(&HeaderMap::new()), Ok(None));
        for text in ["sha-256=", "sha-256=::", "sha-256=:AAAA:", "sha-256=abc", "sha-256=:%%:"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
