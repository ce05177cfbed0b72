//! What kind of datagram came in, and whose it is, before anything is parsed in earnest (RFC 7983 §7).
//!
//! Everything here is fed by anybody on the network: it looks at a few bytes, within bounds, and allocates nothing.

/// What a datagram is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A STUN binding request or answer (RFC 8489); with the name of the ICE session that it is meant for, if it has one
    /// (RFC 8445 §7.2.2: `USERNAME` is ours, a colon, theirs).
    Stun {
        /// Our half of the user name.
        ufrag: Option<&'a str>,
    },
    /// A STUN message that is TURN's: any method but Binding (RFC 8656 §17).
    Turn,
    /// TURN channel data (RFC 8656 §12).
    TurnChannel,
    /// DTLS (RFC 9147).
    Dtls,
    /// RTP or RTCP, encrypted (RFC 3711).
    Media,
    /// Anything else: dropped.
    Other,
}

const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const BINDING: u16 = 0x001;
const USERNAME: u16 = 0x0006;

impl<'a> Kind<'a> {
    /// Looks at a datagram.
    pub fn of(datagram: &'a [u8]) -> Self {
        match datagram.first() {
            Some(0..=3) => stun(datagram).unwrap_or(Self::Other),
            Some(20..=63) => Self::Dtls,
            Some(64..=79) => Self::TurnChannel,
            Some(128..=191) if datagram.len() >= 8 => Self::Media,
            _ => Self::Other,
        }
    }
}

fn stun(datagram: &[u8]) -> Option<Kind<'_>> {
    let (header, body) = datagram.split_at_checked(20)?;
    let &[t0, t1, l0, l1, c0, c1, c2, c3, ..] = header else { return None };
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    if [c0, c1, c2, c3] != MAGIC_COOKIE || length % 4 != 0 || length > body.len() {
        return None;
    }
    let kind = u16::from_be_bytes([t0, t1]);
    // RFC 8489 §5: the bits of the class stand between those of the method.
    let method = kind & 0x000f | (kind & 0x00e0) >> 1 | (kind & 0x3e00) >> 2;
    if method != BINDING {
        return Some(Kind::Turn);
    }
    Some(Kind::Stun { ufrag: username(&body[..length]).and_then(|name| Some(name.split_once(':')?.0)) })
}

fn username(mut attributes: &[u8]) -> Option<&str> {
    while let &[t0, t1, l0, l1, ref rest @ ..] = attributes {
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        let value = rest.get(..length)?;
        if u16::from_be_bytes([t0, t1]) == USERNAME {
            return std::str::from_utf8(value).ok();
        }
        attributes = rest.get(length.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(kind: u16, attributes: &[u8]) -> Vec<u8> {
        let mut message = kind.to_be_bytes().to_vec();
        message.extend((attributes.len() as u16).to_be_bytes());
        message.extend(MAGIC_COOKIE);
        message.extend([7; 12]);
        message.extend(attributes);
        message
    }

    #[test]
    fn binding_request_names_whose_it_is() {
        let mut attributes = vec![0x80, 0x22, 0, 3, b'x', b'y', b'z', 0];
        attributes.extend([0, 6, 0, 9]);
        attributes.extend(b"ours:them\0\0\0");
        assert_eq!(Kind::of(&message(0x0001, &attributes)), Kind::Stun { ufrag: Some("ours") });
        assert_eq!(Kind::of(&message(0x0101, &[])), Kind::Stun { ufrag: None });
    }

    #[test]
    fn what_is_turns_is_told_apart() {
        for (name, kind) in [
            ("allocate", 0x0003),
            ("refresh", 0x0004),
            ("send", 0x0016),
            ("permission", 0x0008),
            ("channel", 0x0009),
        ] {
            assert_eq!(Kind::of(&message(kind, &[])), Kind::Turn, "{name}");
        }
        assert_eq!(Kind::of(&[0x40, 0, 0, 1, 9]), Kind::TurnChannel);
    }

    #[test]
    fn the_rest_is_told_by_its_first_byte() {
        assert_eq!(Kind::of(&[22, 254, 253]), Kind::Dtls);
        assert_eq!(Kind::of(&[0x80; 12]), Kind::Media);
        for bad in [&[][..], &[0x80], &[255; 40], &[0, 1], &[0; 20], &[90; 20]] {
            assert_eq!(Kind::of(bad), Kind::Other, "{bad:?}");
        }
    }

    #[test]
    fn length_that_lies_is_no_stun() {
        let mut lies = message(1, &[]);
        lies[3] = 8;
        assert_eq!(Kind::of(&lies), Kind::Other);
        assert_eq!(Kind::of(&message(1, &[0, 6, 0, 200])), Kind::Stun { ufrag: None });
    }

    proptest! {
        #[test]
        fn any_datagram_is_looked_at_without_harm(mut datagram in proptest::collection::vec(any::<u8>(), 0..200), stun: bool) {
            if stun && datagram.len() > 20 {
                datagram[0] &= 3;
                datagram[4..8].copy_from_slice(&MAGIC_COOKIE);
                datagram[3] &= 0xfc;
                datagram[2] = 0;
            }
            let _ = Kind::of(&datagram);
        }
    }
}
