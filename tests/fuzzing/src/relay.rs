//! What the relay is fed by anybody: datagrams at its media port, and the bodies of its control port with the offers in them.

use std::sync::OnceLock;

use holdfast_media::control::body::{read_offer, read_patch};
use holdfast_media::room::{Codec, Picture, SLOTS, red};
use holdfast_media::sfu::demux::Kind;
use holdfast_media::sfu::{Certificate, answer, make_certificate, offer, take_offer};

use crate::source::Source;

/// A datagram, and a payload as it is after decryption.
pub(crate) fn entry(data: &[u8]) {
    let mut source = Source::new(data);
    let mode = source.byte() % 4;
    let rest = source.rest();
    match mode {
        0 => datagram(rest),
        1 => datagram(&stun(rest)),
        2 => {
            for codec in [Codec::Opus, Codec::OpusRed, Codec::Vp8, Codec::H264] {
                let seen = Picture::of(codec, rest);
                assert!(seen.size.is_none() || seen.starts_keyframe, "a size is told by keyframes alone");
            }
        }
        _ => {
            if let Some(primary) = red::primary(rest) {
                assert!(primary.len() < rest.len() && rest.ends_with(primary));
            }
        }
    }
}

fn datagram(bytes: &[u8]) {
    if let Kind::Stun { ufrag: Some(ufrag) } = Kind::of(bytes) {
        assert!(!ufrag.contains(':'), "our half alone");
        assert!(
            bytes.windows(ufrag.len().max(1)).any(|window| window == ufrag.as_bytes()) || ufrag.is_empty()
        );
    }
}

/// The attributes around a binding request whose header is right.
fn stun(attributes: &[u8]) -> Vec<u8> {
    let attributes = &attributes[..attributes.len() / 4 * 4];
    let mut message = vec![0, 1];
    message.extend((attributes.len() as u16).to_be_bytes());
    message.extend([0x21, 0x12, 0xa4, 0x42]);
    message.extend([0; 12]);
    message.extend(attributes);
    message
}

/// A body, or an offer as it is in one.
pub(crate) fn control(data: &[u8]) {
    let mut source = Source::new(data);
    match source.byte() % 3 {
        0 => {
            let body = source.rest();
            if let Ok(offer) = read_offer(body) {
                let again = serde_json::to_vec(&offer).expect("an offer is JSON");
                assert_eq!(read_offer(&again), Ok(offer));
            }
        }
        1 => {
            if let Ok(patch) = read_patch(source.rest()) {
                let again = serde_json::to_vec(&patch).expect("a change is JSON");
                assert_eq!(read_patch(&again), Ok(patch));
            }
        }
        _ => sdp(&String::from_utf8_lossy(source.rest())),
    }
}

fn sdp(text: &str) {
    let Ok(shape) = offer::read(text) else { return };
    assert!((1..=SLOTS).contains(&shape.audio.len()) && shape.audio.len() == shape.video.len());
    static CERTIFICATE: OnceLock<Certificate> = OnceLock::new();
    let certificate = CERTIFICATE.get_or_init(|| make_certificate().expect("a certificate"));
    if let Ok(answered) = take_offer(text, certificate) {
        assert!(answer::ufrag(&answered).is_some(), "an answer names its ICE session");
    }
}
