//! An authenticator as a browser talks to it, written from <https://www.w3.org/TR/webauthn-3/>: one P-256 key, no attestation.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// The credential's id.
const ID: &[u8] = b"the only credential of this test";
/// Present, verified.
const FLAGS: u8 = 0x05;
/// A new credential follows.
const ATTESTED: u8 = 0x40;

pub struct Authenticator {
    key: EcdsaKeyPair,
    origin: String,
    host: String,
}

impl Authenticator {
    pub fn new(origin: &str, host: &str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
        Self { key, origin: origin.to_owned(), host: host.to_owned() }
    }

    /// What `navigator.credentials.create` answers.
    pub fn create(&self, options: &Value) -> Value {
        let mut data = self.data(FLAGS | ATTESTED);
        data.extend([0; 16]);
        data.extend((ID.len() as u16).to_be_bytes());
        data.extend(ID);
        data.extend(self.cose_key());
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let client = self.client_data("webauthn.create", options);
        self.credential(
            json!({ "attestationObject": encode(&object), "clientDataJSON": encode(client.as_bytes()) }),
        )
    }

    /// What `navigator.credentials.get` answers.
    pub fn get(&self, options: &Value) -> Value {
        let (data, client) = (self.data(FLAGS), self.client_data("webauthn.get", options));
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, client.as_bytes()).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.credential(json!({
            "authenticatorData": encode(&data),
            "clientDataJSON": encode(client.as_bytes()),
            "signature": encode(signature.as_ref()),
            "userHandle": null,
        }))
    }

    fn credential(&self, response: Value) -> Value {
        json!({ "id": encode(ID), "rawId": encode(ID), "type": "public-key", "extensions": {}, "response": response })
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut out = digest(&SHA256, self.host.as_bytes()).as_ref().to_vec();
        out.push(flags);
        out.extend([0; 4]);
        out
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let challenge = &options["publicKey"]["challenge"];
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
    }

    /// The public key as a COSE_Key: EC2, ES256, P-256.
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let mut out = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".to_vec();
        out.extend(&point[1..33]);
        out.extend(b"\x22\x58\x20");
        out.extend(&point[33..65]);
        out
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
