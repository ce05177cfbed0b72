//! What the relay has to see of a picture's packet: whether a keyframe begins, how large it is, and VP8's running numbers.
//! Nothing is decoded; a payload that is no such thing says nothing.

use super::media::Codec;

/// The running numbers of a VP8 payload descriptor (RFC 7741 §4.2), which have to go on when the layer is switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vp8Numbers {
    /// PictureID, 15 bits.
    pub picture: u16,
    /// TL0PICIDX, where there are temporal layers.
    pub base: Option<u8>,
}

/// What is seen of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Picture {
    /// It begins a keyframe: whoever has nothing can start here.
    pub starts_keyframe: bool,
    /// The keyframe's width and height, in pixels, where they are told at its beginning (VP8).
    pub size: Option<(u16, u16)>,
    /// VP8's numbers, if it has a PictureID of 15 bits; one of 7 bits cannot be rewritten to go on.
    pub numbers: Option<Vp8Numbers>,
}

impl Picture {
    /// Looks at a payload.
    pub fn of(codec: Codec, payload: &[u8]) -> Self {
        match codec {
            Codec::Opus | Codec::OpusRed => Self::default(),
            Codec::Vp8 => vp8(payload).unwrap_or_default(),
            Codec::H264 => Self { starts_keyframe: h264_starts_keyframe(payload), ..Self::default() },
        }
    }
}

/// RFC 7741 §4.2 and §4.3, and RFC 6386 §9.1 for the size.
fn vp8(payload: &[u8]) -> Option<Picture> {
    let (&first, mut rest) = payload.split_first()?;
    let begins_frame = first & 0x10 != 0 && first & 0x07 == 0;
    let mut numbers = None;
    if first & 0x80 != 0 {
        let (&present, after) = rest.split_first()?;
        rest = after;
        let mut picture = None;
        if present & 0x80 != 0 {
            let (&high, after) = rest.split_first()?;
            rest = after;
            if high & 0x80 != 0 {
                let (&low, after) = rest.split_first()?;
                rest = after;
                picture = Some(u16::from(high & 0x7f) << 8 | u16::from(low));
            }
        }
        let mut base = None;
        if present & 0x40 != 0 {
            let (&index, after) = rest.split_first()?;
            rest = after;
            base = Some(index);
        }
        if present & 0x30 != 0 {
            rest = rest.split_first()?.1;
        }
        numbers = picture.map(|picture| Vp8Numbers { picture, base });
    }
    let starts_keyframe = begins_frame && rest.first()? & 0x01 == 0;
    let size = if starts_keyframe { vp8_size(rest) } else { None };
    Some(Picture { starts_keyframe, size, numbers })
}

fn vp8_size(frame: &[u8]) -> Option<(u16, u16)> {
    let &[_, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1] = frame.get(..10)? else { return None };
    Some((u16::from_le_bytes([w0, w1]) & 0x3fff, u16::from_le_bytes([h0, h1]) & 0x3fff))
}

/// RFC 6184 §5.2: a single NAL unit, an aggregation (STAP-A) or the first of its fragments (FU-A), of an SPS or an IDR slice.
fn h264_starts_keyframe(payload: &[u8]) -> bool {
    const IDR: u8 = 5;
    const SPS: u8 = 7;
    const STAP_A: u8 = 24;
    const FU_A: u8 = 28;
    let key = |unit: u8| matches!(unit & 0x1f, IDR | SPS);
    let Some((&first, mut rest)) = payload.split_first() else { return false };
    match first & 0x1f {
        STAP_A => {
            while let &[high, low, unit, ..] = rest {
                if key(unit) {
                    return true;
                }
                let length = usize::from(u16::from_be_bytes([high, low]));
                rest = rest.get(2 + length..).unwrap_or_default();
            }
            false
        }
        FU_A => rest.first().is_some_and(|&header| header & 0x80 != 0 && key(header)),
        _ => key(first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vp8_keyframe_is_seen_with_its_size_and_numbers() {
        let payload = [0x90, 0xc0, 0x81, 0x02, 7, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x41, 1];
        let seen = Picture::of(Codec::Vp8, &payload);
        assert!(seen.starts_keyframe);
        assert_eq!(seen.size, Some((640, 360)));
        assert_eq!(seen.numbers, Some(Vp8Numbers { picture: 0x102, base: Some(7) }));
    }

    #[test]
    fn vp8_delta_frame_and_later_partition_are_no_keyframe() {
        assert!(!Picture::of(Codec::Vp8, &[0x10, 0x01]).starts_keyframe);
        assert!(!Picture::of(Codec::Vp8, &[0x00, 0x10]).starts_keyframe);
        assert!(!Picture::of(Codec::Vp8, &[0x11, 0x10]).starts_keyframe);
    }

    #[test]
    fn h264_keyframe_is_seen_in_each_packetization() {
        assert!(Picture::of(Codec::H264, &[0x65, 1]).starts_keyframe);
        assert!(Picture::of(Codec::H264, &[0x67, 1]).starts_keyframe);
        assert!(Picture::of(Codec::H264, &[0x78, 0, 2, 0x68, 1, 0, 2, 0x65, 1]).starts_keyframe);
        assert!(Picture::of(Codec::H264, &[0x7c, 0x85, 1]).starts_keyframe);
        assert!(!Picture::of(Codec::H264, &[0x7c, 0x05, 1]).starts_keyframe);
        assert!(!Picture::of(Codec::H264, &[0x61, 1]).starts_keyframe);
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at_without_harm(payload in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Picture::of(Codec::Vp8, &payload);
            let _ = Picture::of(Codec::H264, &payload);
        }
    }
}
