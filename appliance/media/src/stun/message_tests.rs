use super::*;
use crate::stun::attribute::{REALM, SOFTWARE, USERNAME, XOR_MAPPED_ADDRESS};
use crate::stun::integrity::PasswordAlgorithm;

/// The bytes of hexadecimal text, spaces left out.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}

/// RFC 5769 §2.1: a request with short-term credentials and a fingerprint.
const REQUEST: &str = "0001 0058 2112a442 b7e7a701bc34d686fa87dfae \
    8022 0010 5354554e207465737420636c69656e74 0024 0004 6e0001ff 8029 0008 932ff9b151263b36 \
    0006 0009 6576746a3a68367659202020 0008 0014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 8028 0004 e57a3bcf";

/// RFC 5769 §2.2: a response.
const RESPONSE: &str = "0101 003c 2112a442 b7e7a701bc34d686fa87dfae 8022 000b 7465737420766563746f7220 \
    0020 0008 0001a147e112a643 0008 0014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 8028 0004 c07d4c96";

/// RFC 5769 §2.4: a request with long-term credentials, without a fingerprint.
const LONG_TERM: &str = "0001 0060 2112a442 78ad3433c6ad72c029da412e \
    0006 0012 e3839ee38388e383aae38383e382afe382b9 0000 0015 001c 662f2f3439396b39353464364f4c33346f4c394653547679 36347341 \
    0014 000b 6578616d706c652e6f726700 0008 0014 f67024656dd64a3e02b8e0712e85c9a28ca89666";

#[test]
fn messages_of_the_test_vectors_are_read() {
    let bytes = hex(REQUEST);
    let request = Message::parse(&bytes).unwrap();
    assert_eq!((request.class(), request.method()), (Class::Request, Method::BINDING));
    assert_eq!(request.transaction().0[..4], [0xb7, 0xe7, 0xa7, 0x01]);
    assert_eq!(request.value(USERNAME), Some(&b"evtj:h6vY"[..]));
    assert!(request.has_fingerprint());
    assert_eq!(request.integrity(), Some(Integrity::Sha1));
    assert!(request.is_made_with(&Key::new(b"VOkJxbRl1RmTxUk/WvJxBt")));
    assert!(!request.is_made_with(&Key::new(b"VOkJxbRl1RmTxUk/WvJxBT")));

    let bytes = hex(RESPONSE);
    let response = Message::parse(&bytes).unwrap();
    assert_eq!(response.class(), Class::Success);
    assert_eq!(response.value(SOFTWARE), Some(&b"test vector"[..]));
    assert_eq!(response.xored_address(XOR_MAPPED_ADDRESS), Some("192.0.2.1:32853".parse().unwrap()));
    assert!(response.is_made_with(&Key::new(b"VOkJxbRl1RmTxUk/WvJxBt")));
}

#[test]
fn long_term_credentials_of_the_test_vectors_are_recognised() {
    let bytes = hex(LONG_TERM);
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.value(REALM), Some(&b"example.org"[..]));
    let name = message.value(USERNAME).unwrap();
    let key = Key::long_term(PasswordAlgorithm::Md5, name, b"example.org", b"TheMatrIX");
    assert!(message.is_made_with(&key));
}

#[test]
fn any_changed_byte_is_noticed_by_the_fingerprint() {
    let good = hex(REQUEST);
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 4;
        let has_fingerprint = Message::parse(&bytes).is_ok_and(|message| message.has_fingerprint());
        assert!(!has_fingerprint, "byte {at}");
    }
}

#[test]
fn no_message_is_said_to_be_what_is_wrong_with_it() {
    let good = hex(RESPONSE);
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        Message::parse(&bytes).err()
    };
    assert_eq!(changed(&|bytes| bytes.truncate(19)), Some(Malformed::Header));
    assert_eq!(changed(&|bytes| bytes[0] |= 0x80), Some(Malformed::Header));
    assert_eq!(changed(&|bytes| bytes[4] = 0), Some(Malformed::Header));
    assert_eq!(changed(&|bytes| bytes.push(0)), Some(Malformed::Length));
    assert_eq!(changed(&|bytes| bytes[3] += 1), Some(Malformed::Length));
    assert_eq!(changed(&|bytes| bytes[22] = 1), Some(Malformed::Attribute));
    assert_eq!(changed(&|bytes| *bytes.last_mut().unwrap() ^= 1), Some(Malformed::Fingerprint));
    assert_eq!(changed(&|bytes| bytes[51] = 16), Some(Malformed::Sum));
}

#[test]
fn attributes_after_the_integrity_do_not_count() {
    let mut bytes = hex(LONG_TERM);
    bytes.extend(hex("0014 0004 65766965"));
    bytes[3] += 8;
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.attributes().filter(|one| one.number == REALM).count(), 1);
    let key = Key::long_term(
        PasswordAlgorithm::Md5,
        message.value(USERNAME).unwrap(),
        b"example.org",
        b"TheMatrIX",
    );
    assert!(message.is_made_with(&key));
}
