//! PINs as they are kept: argon2id, 19 MiB and 2 passes (OWASP's Password Storage Cheat Sheet).

use std::sync::OnceLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use holdfast_clinical::people::pin;

use super::SignIns;
use crate::error::{ApiError, RequestError};

/// KiB of memory, passes, lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
const SALT_BYTES: usize = 16;

/// Refuses a PIN that may not be chosen.
///
/// # Errors
/// [`RequestError::BadPin`].
pub(crate) fn check_new(new: &str, login: &str) -> Result<(), RequestError> {
    pin::check(new, login).map_err(RequestError::BadPin)
}

/// What a PIN is to be kept as.
///
/// # Errors
/// [`RequestError::Defect`] if the system's random source fails.
pub(crate) async fn hash(sign_ins: &SignIns, pin: String) -> Result<String, ApiError> {
    let _permit = sign_ins.checking.acquire().await;
    let made = tokio::task::spawn_blocking(move || make(&pin)).await;
    made.ok().flatten().ok_or_else(|| RequestError::Defect.into())
}

/// Whether the PIN is the one that is kept so. Takes as long where there is none to compare with.
pub(super) async fn is(sign_ins: &SignIns, pin: String, kept: Option<String>) -> bool {
    let _permit = sign_ins.checking.acquire().await;
    let checked = tokio::task::spawn_blocking(move || match kept {
        Some(kept) => {
            hasher().is_some_and(|hasher| hasher.verify_password(pin.as_bytes(), kept.as_str()).is_ok())
        }
        None => {
            let nobodys = nobodys();
            let _no = hasher().map(|hasher| hasher.verify_password(pin.as_bytes(), nobodys).is_ok());
            false
        }
    });
    checked.await.unwrap_or(false)
}

fn hasher() -> Option<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn make(pin: &str) -> Option<String> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).ok()?;
    hasher()?.hash_password_with_salt(pin.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}

/// What stands for the PIN of those who have none.
fn nobodys() -> &'static str {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    NOBODYS.get_or_init(|| make("nobody's").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pin_is_kept_as_argon2id_with_a_salt_of_its_own() {
        let sign_ins = SignIns::default();
        let (one, two) = (
            hash(&sign_ins, "482913".into()).await.unwrap(),
            hash(&sign_ins, "482913".into()).await.unwrap(),
        );
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && one != two, "{one}");
        assert!(is(&sign_ins, "482913".into(), Some(one.clone())).await);
        for (pin, kept) in [("482914", Some(one)), ("482913", None), ("482913", Some("nonsense".into()))] {
            assert!(!is(&sign_ins, pin.into(), kept).await);
        }
    }
}
