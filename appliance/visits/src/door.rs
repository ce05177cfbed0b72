//! The first message of a socket, before it belongs to a visit.
//!
//! A shell takes the first text frame (within [`crate::limits::HELLO_WITHIN_MS`]) here. It gets an [`Entry`], which names the visit that
//! the socket belongs to from now on, or what to say before it closes with 4000. An [`Entry`] cannot be made otherwise:
//! no visit ever sees a socket whose link was not verified.

use crate::ids::{ClinicId, MemberId, VisitId};
use crate::messages::{CallFacts, FromPage, Hello, Refused, VERSION, read_frame};
use crate::token::{self, Claims, Keys, LinkRefusal};

/// A socket whose link is its clinic's. Whether the visit takes it is the visit's to say.
#[derive(Debug, Clone)]
pub struct Entry {
    pub(crate) claims: Claims,
    pub(crate) hello: Hello,
    pub(crate) is_expired: bool,
}

impl Entry {
    /// Into which visit.
    pub fn visit(&self) -> &VisitId {
        &self.claims.visit
    }

    /// Whose.
    pub fn clinic(&self) -> &ClinicId {
        &self.claims.clinic
    }

    /// Who.
    pub fn member(&self) -> &MemberId {
        &self.claims.member
    }

    /// What the link says.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }
}

/// Looks at the first frame at `now_ms`, by a clock that may be wrong by `skew_ms` either way; `call` is what a refusal shows.
///
/// A link whose time is over comes through, marked: who is in a visit at this moment comes back into it, and nobody else.
///
/// # Errors
/// [`Refused`], to be sent before the socket is closed with 4000.
pub fn open(
    frame: &[u8],
    keys: &Keys,
    call: &CallFacts,
    now_ms: u64,
    skew_ms: u64,
) -> Result<Entry, Box<Refused>> {
    let clinic = (*call != CallFacts::default()).then_some(call);
    let refused = |code: &str| {
        Box::new(Refused { code: code.to_owned(), clinic: clinic.cloned(), ..Refused::default() })
    };
    let Ok(FromPage::Hello(hello)) = read_frame(frame).map(|frame| frame.message) else {
        // A page of another version may have another hello: of all that is wrong with it, this helps.
        return Err(refused("version"));
    };
    if hello.v != VERSION {
        return Err(refused("version"));
    }
    let claims = token::authentic(keys, &hello.token).map_err(|refusal| refused(refusal.code()))?;
    match token::in_force(&claims, now_ms, skew_ms) {
        Err(LinkRefusal::Early { from_ms }) => {
            Err(Box::new(Refused { from_ms: Some(from_ms), ..*refused("link-early") }))
        }
        in_force => Ok(Entry { claims, hello, is_expired: in_force.is_err() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;
    use serde_json::json;

    const NOW_MS: u64 = 1_000_000;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[1; 32])
    }

    fn knocks(v: u32, nbf: u64, exp: u64, now_ms: u64) -> Result<Entry, Box<Refused>> {
        let claims = json!({"v": 1, "visit": "v", "clinic": "north", "role": "patient", "member": "m", "name": "N",
            "nbf": nbf, "exp": exp, "one": true, "at": []});
        let token = token::sign(&key(), &serde_json::from_value(claims).expect("claims")).expect("signed");
        let hello = json!({"type": "hello", "v": v, "token": token, "device": "d", "part": "room", "language": "en",
            "can": {"webrtc": true, "sealed": true}});
        let keys = Keys::from([(ClinicId::new("north").expect("a name"), vec![key().verifying_key()])]);
        let call = CallFacts { phone: Some("1".into()), ..CallFacts::default() };
        open(hello.to_string().as_bytes(), &keys, &call, now_ms, 60_000)
    }

    #[test]
    fn a_link_of_the_clinic_comes_through() {
        let entry = knocks(1, 900, 2_000, NOW_MS).expect("through");
        assert_eq!((entry.visit().as_str(), entry.member().as_str()), ("v", "m"));
        assert!(!entry.is_expired);
        assert!(knocks(1, 100, 900, NOW_MS).expect("through").is_expired);
    }

    #[test]
    fn a_refusal_says_whom_to_call_and_when_to_come_again() {
        let refused = knocks(1, 2_000, 3_000, NOW_MS).expect_err("early");
        assert_eq!((refused.code.as_str(), refused.from_ms), ("link-early", Some(2_000_000)));
        assert_eq!(refused.clinic.and_then(|call| call.phone).as_deref(), Some("1"));
        assert_eq!(knocks(2, 900, 2_000, NOW_MS).expect_err("newer").code, "version");
    }

    #[test]
    fn anything_else_than_a_hello_first_is_refused() {
        let nothing = (Keys::new(), CallFacts::default());
        for frame in [&b"{\"type\":\"ping\",\"t\":1}"[..], b"", b"\xff", b"{\"type\":\"hello\"}"] {
            assert_eq!(open(frame, &nothing.0, &nothing.1, 0, 0).expect_err("refused").code, "version");
        }
    }
}
