//! Opus with earlier frames repeated beside it (RFC 2198): what is left for who does not take the repeats.

/// The newest frame of a RED payload (RFC 2198 §3): the block that comes last, and has the short header. `None` if it is none.
pub fn primary(payload: &[u8]) -> Option<&[u8]> {
    let mut rest = payload;
    let mut repeats = 0;
    while let &[first, _, high, low, ref after @ ..] = rest {
        if first & 0x80 == 0 {
            break;
        }
        repeats += usize::from(u16::from_be_bytes([high, low]) & 0x3ff);
        rest = after;
    }
    let (&first, blocks) = rest.split_first()?;
    if first & 0x80 != 0 {
        return None;
    }
    blocks.get(repeats..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn newest_frame_comes_last() {
        assert_eq!(primary(&[111, 1, 2, 3]), Some(&[1, 2, 3][..]));
        assert_eq!(primary(&[0x80 | 111, 0, 0, 2, 111, 8, 9, 1, 2, 3]), Some(&[1, 2, 3][..]));
        assert_eq!(primary(&[0x80 | 111, 0, 0, 9, 111, 8, 9]), None, "shorter than it says");
        assert_eq!(primary(&[0x80 | 111, 0]), None);
        assert_eq!(primary(&[]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_apart_without_harm(payload in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = primary(&payload);
        }
    }
}
