//! What is sent: frames that Chromium has encoded (`desktop-app/e2e/relay/frames.mjs` makes them), each with its length before
//! it in two bytes (RFC 4571 §2).

use bytes::Bytes;
use std::time::Duration;

static TONE: &[u8] = include_bytes!("../frames/tone.opus");
static PATTERN: &[u8] = include_bytes!("../frames/pattern.vp8");

/// How long a frame of sound lasts.
pub(crate) const TONE_FRAME: Duration = Duration::from_millis(20);

/// How long a picture stands: 15 a second.
pub(crate) const PATTERN_FRAME: Duration = Duration::from_micros(66_667);

/// How loud the tone is, in dB below full scale, as RFC 6464 has it.
pub(crate) const TONE_LEVEL: u8 = 20;

/// Two seconds of a hum, in Opus.
pub(crate) fn tone() -> Vec<Bytes> {
    framed(TONE)
}

/// Four seconds of a moving pattern, 320 × 180, in VP8; the first is a keyframe.
pub(crate) fn pattern() -> Vec<Bytes> {
    framed(PATTERN)
}

fn framed(mut rest: &'static [u8]) -> Vec<Bytes> {
    let mut frames = Vec::new();
    while let &[high, low, ref after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some((frame, after)) = after.split_at_checked(length) else { break };
        frames.push(Bytes::from_static(frame));
        rest = after;
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_all_there_and_the_first_picture_is_a_keyframe() {
        // One more than two seconds of it: the encoder looks ahead.
        assert_eq!(tone().len(), 101);
        let pattern = pattern();
        assert_eq!(pattern.len(), 60);
        // RFC 6386 §9.1: the lowest bit of a keyframe's first byte is 0.
        assert_eq!(pattern[0][0] & 1, 0);
        assert!(pattern[1..].iter().all(|frame| frame[0] & 1 == 1));
    }
}
