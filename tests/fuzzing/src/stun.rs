//! STUN messages and the streams they come in: what is read can be written, and what is signed is its key's alone.

use holdfast_media::stun::stream::{Next, next};
use holdfast_media::stun::{
    Class, Integrity, Key, Message, Method, TransactionId, Writer, address, attribute,
};

use crate::source::Source;

/// The longest frame that a stream takes here.
const MAX_FRAME: usize = 600;

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    match source.byte() % 3 {
        0 => raw(source.rest()),
        1 => built(&mut source),
        _ => streamed(source.rest()),
    }
}

/// Any bytes.
fn raw(bytes: &[u8]) {
    let Ok(message) = Message::parse(bytes) else { return };
    let mut out = vec![0; bytes.len() + 8];
    let mut writer = Writer::new(&mut out, message.class(), message.method(), message.transaction());
    for one in message.attributes() {
        writer.attribute(one.number, one.value);
        if let Some(read) = address::read_xored(one.value, &message.transaction()) {
            let mut value = [0; address::MAX_BYTES];
            let length = address::write_xored(read, &message.transaction(), &mut value);
            // The first byte of an address means nothing.
            assert_eq!(value[1..length], one.value[1..], "{read}");
        }
    }
    let length = writer.fingerprint().finish().expect("it fits, as it did");
    let again = Message::parse(&out[..length]).expect("what is written is read");
    assert!(again.attributes().eq(message.attributes()) && again.has_fingerprint());
    assert_eq!((again.class(), again.method()), (message.class(), message.method()));
    let key = Key::new(b"nobody's");
    assert!(!message.is_made_with(&key) || message.integrity().is_some());
}

/// A message around the input, signed.
fn built(source: &mut Source<'_>) {
    let class = [Class::Request, Class::Indication, Class::Success, Class::Error][source.below(4)];
    let method = Method(u16::from_be_bytes(source.array()) & 0x0FFF);
    let transaction = TransactionId(source.array());
    let (ways, flip) = (source.byte(), u16::from_be_bytes(source.array()));
    let (key, mut out) = (Key::new(source.chunk()), vec![0; 4096]);
    let mut writer = Writer::new(&mut out, class, method, transaction);
    let mut count = 0;
    while !source.is_empty() && count < 12 {
        let number = u16::from_be_bytes(source.array());
        let is_sum =
            [attribute::MESSAGE_INTEGRITY, attribute::MESSAGE_INTEGRITY_SHA256, attribute::FINGERPRINT]
                .contains(&number);
        let value = source.chunk();
        if !is_sum {
            writer.attribute(number, value);
            count += 1;
        }
    }
    if ways & 1 == 0 {
        writer.integrity(Integrity::Sha1, &key);
    }
    if ways & 3 != 0 {
        writer.integrity(Integrity::Sha256, &key);
    }
    if ways & 4 != 0 {
        writer.fingerprint();
    }
    let Ok(length) = writer.finish() else { return };
    let bytes = &out[..length];
    let message = Message::parse(bytes).expect("what is written is read");
    assert_eq!((message.class(), message.method(), message.transaction()), (class, method, transaction));
    assert_eq!(message.attributes().count(), count);
    assert!(message.is_made_with(&key) && !message.is_made_with(&Key::new(b"another's key")));
    let mut changed = bytes.to_vec();
    changed[usize::from(flip / 8) % length] ^= 1 << (flip % 8);
    // What no signature covers may be changed: FINGERPRINT, and the stronger of two signatures taken off (RFC 8489 §14.5).
    if let Some(changed) = Message::parse(&changed).ok().filter(|changed| changed.is_made_with(&key)) {
        assert!(changed.attributes().eq(message.attributes()), "another text is signed");
        assert_eq!((changed.class(), changed.method(), changed.transaction()), (class, method, transaction));
    }
}

/// A stream, as it comes in pieces.
fn streamed(bytes: &[u8]) {
    let mut rest = bytes;
    loop {
        let whole = next(rest, MAX_FRAME);
        for length in 0..rest.len().min(64) {
            let partial = next(&rest[..length], MAX_FRAME);
            assert!(partial == Next::Partial || partial == whole, "{length}: {partial:?}, then {whole:?}");
        }
        let Next::Whole { length, padded } = whole else { return };
        assert!(
            length <= padded && padded <= rest.len().min(MAX_FRAME) && padded - length < 4 && length >= 4
        );
        rest = &rest[padded..];
    }
}
