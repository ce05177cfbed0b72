//! STUN messages and ChannelData over a stream, one after the other (RFC 8489 §6.2.2, RFC 8656 §12.5).

use super::attribute::padding;
use super::{HEADER_BYTES, MAGIC_COOKIE};

/// What stands at the beginning of what has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Not all of it is there yet.
    Partial,
    /// It is whole.
    Whole {
        /// How many bytes it has.
        length: usize,
        /// Where the next one begins: behind the padding that ChannelData has in streams.
        padded: usize,
    },
    /// Nothing that a TURN client sends, or longer than is taken: there is no telling where the next one would begin.
    Broken,
}

/// What stands at the beginning of `bytes`; nothing of more than `max` bytes, padding included, is taken. Looks at eight bytes at most.
#[must_use]
pub fn next(bytes: &[u8], max: usize) -> Next {
    let &[first, _, l0, l1, ref rest @ ..] = bytes else {
        return if bytes.first().is_some_and(|first| *first >= 0x80) { Next::Broken } else { Next::Partial };
    };
    let told = usize::from(u16::from_be_bytes([l0, l1]));
    let (length, padded) = match first {
        0x00..0x40 if told.is_multiple_of(4) && starts_like_cookie(rest) => {
            (HEADER_BYTES + told, HEADER_BYTES + told)
        }
        0x40..0x80 => (4 + told, 4 + told + padding(told)),
        _ => return Next::Broken,
    };
    if padded > max {
        Next::Broken
    } else if padded > bytes.len() {
        Next::Partial
    } else {
        Next::Whole { length, padded }
    }
}

fn starts_like_cookie(bytes: &[u8]) -> bool {
    bytes.iter().zip(MAGIC_COOKIE.to_be_bytes()).all(|(one, cookie)| *one == cookie)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BINDING: [u8; 20] = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    #[test]
    fn messages_and_channel_data_follow_each_other() {
        let stream = [&BINDING[..], &[0x40, 1, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0], &BINDING].concat();
        let mut lengths = Vec::new();
        let mut at = 0;
        while at < stream.len() {
            let Next::Whole { length, padded } = next(&stream[at..], 100) else { panic!("at {at}") };
            lengths.push(length);
            at += padded;
        }
        assert_eq!(lengths, [20, 9, 20]);
    }

    #[test]
    fn every_beginning_of_a_whole_one_is_partial() {
        for whole in [&BINDING[..], &[0x40, 1, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0]] {
            for length in 0..whole.len() {
                assert_eq!(next(&whole[..length], 100), Next::Partial, "{length}");
            }
        }
    }

    #[test]
    fn what_no_client_sends_breaks_the_stream() {
        let mut other_cookie = BINDING;
        other_cookie[5] = 0;
        let cases: [&[u8]; 6] = [
            b"\x80",
            b"\x16\x03\x01\x02\x00",
            b"GET / HTTP/1.1",
            &[0, 1, 0, 3],
            &other_cookie[..6],
            &[0x40, 1, 1, 0],
        ];
        for bytes in cases {
            assert_eq!(next(bytes, 100), Next::Broken, "{bytes:?}");
        }
    }
}
