//! What comes before anybody is known: enrolment bodies, tokens, signing requests, certificates, identities.

use std::cell::OnceCell;

use holdfast_link::ca::SigningRequest;
use holdfast_link::enrol::{EnrolAnswer, EnrolToken, TokenSecret};
use holdfast_link::enrolment::{parse_renewal, parse_request};
use holdfast_link::identity::{IDENTITY_SCHEME, PeerCertificate, PeerIdentity};
use holdfast_link::tls::CaFingerprint;
use holdfast_link::transport::Endpoint;
use rcgen::{CertificateParams, KeyPair, PKCS_ED25519, PublicKeyData, SanType, SigningKey};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use crate::source::Source;

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    match source.byte() % 8 {
        0 => bodies(source.rest()),
        1 => requests(source.rest()),
        2 => drop(PeerCertificate::from_der(&CertificateDer::from(source.rest()))),
        3 => texts(source.rest()),
        4 => wrapped_body(source.rest()),
        5 => signed_request(&mut source),
        6 => certified(source.rest()),
        _ => answers(source.rest()),
    }
}

fn bodies(bytes: &[u8]) {
    if let Ok(request) = parse_request(bytes) {
        assert_eq!(parse_request(bytes).ok(), Some(request));
    }
    let _ = parse_renewal(bytes);
}

fn requests(bytes: &[u8]) {
    let of_der = SigningRequest::parse_der(bytes);
    if of_der.is_ok() {
        let longer = [bytes, &[0]].concat();
        assert!(SigningRequest::parse_der(&longer).is_err(), "bytes after a request were taken");
        assert_eq!(SigningRequest::parse_pem(&pem("CERTIFICATE REQUEST", bytes)), of_der);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = SigningRequest::parse_pem(text);
    }
}

fn texts(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(token) = EnrolToken::parse(text) {
        assert_eq!(token.to_text(), text.trim(), "a token has two texts");
    }
    if let Ok(secret) = TokenSecret::parse(text) {
        assert_eq!(secret.to_text(), text, "a secret has two texts");
    }
    if let Ok(identity) = PeerIdentity::parse_uri(text) {
        assert_eq!(identity.to_uri(), text, "an identity has two texts");
        lawful(&identity);
    }
    if let Ok(identity) = serde_json::from_str::<PeerIdentity>(text) {
        lawful(&identity);
    }
    if let Ok(endpoint) = Endpoint::parse(text) {
        assert_eq!(
            Endpoint::parse(&endpoint.to_string()).ok(),
            Some(endpoint),
            "an endpoint does not read back"
        );
    }
    let _ = CaFingerprint::of_pem(text);
}

fn lawful(identity: &PeerIdentity) {
    for name in [identity.clinic(), identity.replica()] {
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        assert!((1..=64).contains(&name.len()) && name.bytes().all(legal), "{name:?} is no name");
    }
    assert_eq!(PeerIdentity::parse_uri(&identity.to_uri()).as_ref(), Ok(identity));
}

fn answers(bytes: &[u8]) {
    let Ok(answer) = serde_json::from_slice::<EnrolAnswer>(bytes) else { return };
    lawful(&answer.identity);
    let again = serde_json::to_vec(&answer).expect("an answer can be written");
    assert_eq!(
        serde_json::from_slice::<EnrolAnswer>(&again).ok(),
        Some(answer),
        "an answer does not read back"
    );
}

/// A well-formed body around fuzzed DER.
fn wrapped_body(der: &[u8]) {
    let body = serde_json::json!({ "token": "A".repeat(43), "csr": pem("CERTIFICATE REQUEST", der) });
    let parsed = parse_request(body.to_string().as_bytes());
    assert_eq!(parsed.map(|p| p.csr).ok(), SigningRequest::parse_der(der).ok());
}

/// A request around fuzzed names and attributes, signed by the key that it names: it gets past the signature.
fn signed_request(source: &mut Source<'_>) {
    let (name, attributes) = (source.chunk(), source.rest());
    let spki = with_key(|key| key.subject_public_key_info());
    let info = der(0x30, &[&[2, 1, 0], &der(0x30, name)[..], &spki, &der(0xa0, attributes)].concat());
    let signature = with_key(|key| key.sign(&info)).expect("the key signs");
    let algorithm = [0x30, 5, 6, 3, 0x2b, 0x65, 0x70];
    let bits = der(3, &[&[0][..], &signature].concat());
    requests(&der(0x30, &[&info[..], &algorithm, &bits].concat()));
}

/// A certificate that holds fuzzed URIs: it names somebody only if exactly one is of our scheme, and then that one.
fn certified(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let uris: Vec<&str> = text.split('\n').take(8).collect();
    let mut params = CertificateParams::default();
    for uri in &uris {
        let Ok(name) = (*uri).try_into() else { return };
        params.subject_alt_names.push(SanType::URI(name));
    }
    let Ok(cert) = with_key(|key| params.self_signed(key)) else { return };
    let ours: Vec<&&str> = uris.iter().filter(|uri| uri.starts_with(IDENTITY_SCHEME)).collect();
    let expected = match ours[..] {
        [uri] => PeerIdentity::parse_uri(uri).ok(),
        _ => None,
    };
    assert_eq!(PeerCertificate::from_der(cert.der()).ok().map(|peer| peer.identity), expected);
}

fn with_key<T>(use_it: impl FnOnce(&KeyPair) -> T) -> T {
    thread_local! {
        static KEY: OnceCell<KeyPair> = const { OnceCell::new() };
    }
    KEY.with(|slot| use_it(slot.get_or_init(fixed_key)))
}

/// Always the same key: an Ed25519 seed in PKCS #8 (RFC 8410).
fn fixed_key() -> KeyPair {
    let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    der.extend_from_slice(&[7; 32]);
    KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(der), &PKCS_ED25519).expect("a good key")
}

/// Tag, length, value.
fn der(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match value.len() {
        n @ 0..=0x7f => out.push(n as u8),
        n @ 0x80..=0xff => out.extend_from_slice(&[0x81, n as u8]),
        n => {
            out.push(0x83);
            out.extend_from_slice(&(n as u32).to_be_bytes()[1..]);
        }
    }
    out.extend_from_slice(value);
    out
}

fn pem(label: &str, der: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for (at, group) in der.chunks(3).enumerate() {
        if at > 0 && at % 16 == 0 {
            text.push('\n');
        }
        let bits =
            group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit)) & 63;
            text.push(if digit <= group.len() { char::from(DIGITS[value as usize]) } else { '=' });
        }
    }
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}
