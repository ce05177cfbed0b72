use super::*;
use crate::ids::{ClinicId, MemberId, VisitId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use proptest::prelude::*;

const NOW_S: u64 = 1_800_000_000;
const NOW_MS: u64 = NOW_S * 1_000;
const SKEW_MS: u64 = 120_000;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn keys() -> Keys {
    Keys::from([(ClinicId::new("north").expect("a name"), vec![key().verifying_key()])])
}

fn claims() -> Claims {
    Claims {
        v: VERSION,
        visit: VisitId::new("v1").expect("a name"),
        clinic: ClinicId::new("north").expect("a name"),
        role: Role::Patient,
        member: MemberId::new("m1").expect("a name"),
        name: "Zoë".into(),
        nbf: NOW_S - 60,
        exp: NOW_S + 3_600,
        one: true,
        at: vec!["https://visit.north.example".into()],
        call: Some(CallFacts { phone: Some("+33 1".into()), ..CallFacts::default() }),
        sealed: false,
    }
}

/// Signs any bytes as a payload, as a node of another version could.
fn signed(payload: &[u8]) -> String {
    let text = URL_SAFE_NO_PAD.encode(payload);
    let signature = URL_SAFE_NO_PAD.encode(key().sign(text.as_bytes()).to_bytes());
    format!("{text}.{signature}")
}

fn refused(token: &str) -> LinkRefusal {
    verify(&keys(), token, NOW_MS, SKEW_MS).expect_err("refused")
}

#[test]
fn what_was_signed_is_what_is_verified() {
    let token = sign(&key(), &claims()).expect("signed");
    assert_eq!(verify(&keys(), &token, NOW_MS, SKEW_MS), Ok(claims()));
    assert_eq!(sign(&key(), &claims()), Ok(token), "the same claims give the same link");
}

#[test]
fn a_link_is_in_force_between_its_times_give_or_take_the_skew() {
    let token = sign(&key(), &claims()).expect("signed");
    let at = |now_ms| verify(&keys(), &token, now_ms, SKEW_MS);
    let (from_ms, until_ms) = (claims().nbf * 1_000, claims().exp * 1_000);
    assert_eq!(at(from_ms - SKEW_MS - 1), Err(LinkRefusal::Early { from_ms }));
    assert!(at(from_ms - SKEW_MS).is_ok());
    assert!(at(until_ms + SKEW_MS - 1).is_ok());
    assert_eq!(at(until_ms + SKEW_MS), Err(LinkRefusal::Expired));
    for (now_ms, code) in [(0, "link-early"), (u64::MAX, "link-expired")] {
        assert_eq!(at(now_ms).expect_err("refused").code(), code);
    }
}

#[test]
fn a_link_of_another_clinic_or_of_another_key_is_bad() {
    let other = Claims { clinic: ClinicId::new("south").expect("a name"), ..claims() };
    assert_eq!(refused(&sign(&key(), &other).expect("signed")), LinkRefusal::OtherClinic);
    let forged = sign(&SigningKey::from_bytes(&[8; 32]), &claims()).expect("signed");
    assert_eq!(refused(&forged), LinkRefusal::Forged);
    assert_eq!(LinkRefusal::OtherClinic.code(), LinkRefusal::Forged.code());
    // A clinic that replaces its key has two for a time.
    let mut both = keys();
    both.values_mut().for_each(|keys| keys.insert(0, SigningKey::from_bytes(&[8; 32]).verifying_key()));
    assert!(verify(&both, &forged, NOW_MS, SKEW_MS).is_ok());
    assert!(verify(&both, &sign(&key(), &claims()).expect("signed"), NOW_MS, SKEW_MS).is_ok());
}

#[test]
fn a_version_that_is_not_known_is_said_only_of_what_the_clinic_signed() {
    let newer = br#"{"v":2,"clinic":"north","something":"else"}"#;
    assert_eq!(refused(&signed(newer)), LinkRefusal::Version);
    let unsigned = format!("{}.{}", URL_SAFE_NO_PAD.encode(newer), URL_SAFE_NO_PAD.encode([0; 64]));
    assert_eq!(refused(&unsigned), LinkRefusal::Forged);
}

#[test]
fn a_field_of_a_newer_node_is_passed_over() {
    let mut value = serde_json::to_value(claims()).expect("JSON");
    value["colour"] = "green".into();
    let token = signed(value.to_string().as_bytes());
    assert_eq!(verify(&keys(), &token, NOW_MS, SKEW_MS), Ok(claims()));
}

#[test]
fn a_link_that_is_not_written_as_it_was_made_is_bad() {
    let token = sign(&key(), &claims()).expect("signed");
    let (payload, signature) = token.split_once('.').expect("two halves");
    let long = "A".repeat(TOKEN_MAX + 1);
    // The last character of 64 bytes has four bits that say nothing.
    let last = signature.chars().last().expect("one");
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = alphabet.chars().nth(alphabet.find(last).expect("there") + 1).expect("there");
    let bent = format!("{payload}.{}{next}", &signature[..signature.len() - 1]);
    let cases: [(&str, LinkRefusal); 13] = [
        ("", LinkRefusal::Shape),
        (".", LinkRefusal::Shape),
        (payload, LinkRefusal::Shape),
        (&format!("{payload}."), LinkRefusal::Shape),
        (&format!("{token}."), LinkRefusal::Shape),
        (&format!("{token}.{signature}"), LinkRefusal::Shape),
        (&long, LinkRefusal::TooLong),
        (&format!("{payload}+.{signature}"), LinkRefusal::NotBase64),
        (&format!("{payload} .{signature}"), LinkRefusal::NotBase64),
        (&format!("{token}=="), LinkRefusal::NotCanonical),
        (&bent, LinkRefusal::NotCanonical),
        (&format!("{token}AA"), LinkRefusal::Signature),
        (&format!("{payload}.{}", &signature[..40]), LinkRefusal::Signature),
    ];
    for (token, expected) in cases {
        assert_eq!(refused(token), expected, "{token}");
        assert_eq!(expected.code(), "link-bad");
    }
}

#[test]
fn signed_nonsense_is_bad() {
    let mut trailing = serde_json::to_vec(&claims()).expect("JSON");
    trailing.extend(b" {}");
    assert_eq!(refused(&signed(&trailing)), LinkRefusal::Payload);
    assert_eq!(refused(&signed(b"[]")), LinkRefusal::Payload);
    assert_eq!(refused(&signed(br#"{"v":1,"clinic":"north"}"#)), LinkRefusal::Payload);
    let twice = br#"{"v":1,"v":1,"clinic":"north"}"#;
    assert_eq!(refused(&signed(twice)), LinkRefusal::Payload);
    let backwards = serde_json::to_vec(&Claims { exp: 1, ..claims() }).expect("JSON");
    assert_eq!(refused(&signed(&backwards)), LinkRefusal::Claims);
}

#[test]
fn claims_that_no_link_can_carry_are_not_signed() {
    let name = |name: String| Claims { name, ..claims() };
    let at = |at: Vec<String>| Claims { at, ..claims() };
    let cases = [
        (Claims { v: 2, ..claims() }, BadClaims::Version),
        (name(String::new()), BadClaims::Name),
        (name("x".repeat(81)), BadClaims::Name),
        (Claims { exp: claims().nbf, ..claims() }, BadClaims::Window),
        (at(vec!["visit.north.example".into()]), BadClaims::Endpoints),
        (at(vec!["https://a".into(); 9]), BadClaims::Endpoints),
        (at(vec![format!("https://{}", "a".repeat(TOKEN_MAX))]), BadClaims::TooLong),
    ];
    for (claims, expected) in cases {
        assert_eq!(sign(&key(), &claims), Err(expected));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_token(&bytes);
        let _ = authentic(&keys(), &String::from_utf8_lossy(&bytes));
        let _ = authentic(&keys(), &signed(&bytes));
    }

    #[test]
    fn no_text_like_a_link_makes_it_panic(text in "[A-Za-z0-9_=-]{0,40}\\.?[A-Za-z0-9_=-]{80,90}") {
        prop_assert!(verify(&keys(), &text, NOW_MS, SKEW_MS).is_err());
    }

    #[test]
    fn a_link_with_any_byte_changed_is_refused(at in any::<proptest::sample::Index>(), to in any::<u8>()) {
        let token = sign(&key(), &claims()).expect("signed");
        let mut bytes = token.clone().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        prop_assert!(authentic(&keys(), &String::from_utf8_lossy(&bytes)).is_err());
    }
}
