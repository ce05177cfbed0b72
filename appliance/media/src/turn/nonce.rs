//! Nonces that say by themselves whether they were given to this client, and when. None is stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

use super::five_tuple::FiveTuple;
use crate::stun::integrity::same;

/// How long a nonce serves, in milliseconds. RFC 8656 §5 wants an hour at most; a client that has an allocation for longer asks once more.
const LIFETIME_MS: u64 = 10 * 60 * 1000;
/// "obMatJos2", and the feature bits of which the first is set: the server takes PASSWORD-ALGORITHM (RFC 8489 §9.2, §18.1).
const COOKIE: &[u8; 13] = b"obMatJos2gAAA";
const TAG_BYTES: usize = 16;
/// The time in seconds, and a tag.
const INNER_BYTES: usize = 4 + TAG_BYTES;
/// How long a nonce is: within the 128 characters of RFC 8489 §14.10, and what base64 makes of [`INNER_BYTES`].
pub(crate) const BYTES: usize = COOKIE.len() + 27;

/// Makes nonces and knows them again.
pub(crate) struct Nonces {
    key: hmac::Key,
}

impl Nonces {
    /// With a key that no other process has: its nonces end with it.
    pub(crate) fn new(seed: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, seed) }
    }

    /// A nonce for this client.
    pub(crate) fn make(&self, now_ms: u64, client: &FiveTuple) -> [u8; BYTES] {
        let issued = seconds(now_ms).to_be_bytes();
        let mut inner = [0; INNER_BYTES];
        inner[..4].copy_from_slice(&issued);
        inner[4..].copy_from_slice(&self.tag(issued, client));
        let mut nonce = [0; BYTES];
        nonce[..COOKIE.len()].copy_from_slice(COOKIE);
        // 20 bytes are 27 characters always.
        let _ = URL_SAFE_NO_PAD.encode_slice(inner, &mut nonce[COOKIE.len()..]);
        nonce
    }

    /// Whether this nonce was made here, for this client, and not too long ago.
    pub(crate) fn is_good(&self, now_ms: u64, client: &FiveTuple, nonce: &[u8]) -> bool {
        let Some(text) = nonce.strip_prefix(COOKIE) else { return false };
        let mut inner = [0; INNER_BYTES];
        if text.len() != BYTES - COOKIE.len()
            || URL_SAFE_NO_PAD.decode_slice(text, &mut inner) != Ok(INNER_BYTES)
        {
            return false;
        }
        let [a, b, c, d, ref tag @ ..] = inner;
        let issued = [a, b, c, d];
        let age_s = seconds(now_ms).wrapping_sub(u32::from_be_bytes(issued));
        same(&self.tag(issued, client), tag) && u64::from(age_s) * 1000 <= LIFETIME_MS
    }

    fn tag(&self, issued: [u8; 4], client: &FiveTuple) -> [u8; TAG_BYTES] {
        let mut sum = hmac::Context::with_key(&self.key);
        sum.update(&issued);
        sum.update(&[client.transport as u8]);
        for address in [client.server, client.client] {
            match address.ip() {
                std::net::IpAddr::V4(ip) => sum.update(&ip.to_ipv6_mapped().octets()),
                std::net::IpAddr::V6(ip) => sum.update(&ip.octets()),
            }
            sum.update(&address.port().to_be_bytes());
        }
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&sum.sign().as_ref()[..TAG_BYTES]);
        tag
    }
}

fn seconds(ms: u64) -> u32 {
    (ms / 1000) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turn::Transport;

    fn client(text: &str) -> FiveTuple {
        FiveTuple::new(Transport::Udp, "192.0.2.1:3478".parse().unwrap(), text.parse().unwrap())
    }

    #[test]
    fn a_nonce_serves_its_client_for_ten_minutes() {
        let (nonces, me) = (Nonces::new(&[1; 32]), client("192.0.2.9:1"));
        let nonce = nonces.make(5_000, &me);
        for (now, expected) in [(5_000, true), (605_000, true), (606_000, false), (4_000, false)] {
            assert_eq!(nonces.is_good(now, &me, &nonce), expected, "{now}");
        }
    }

    #[test]
    fn a_nonce_serves_nobody_else() {
        let (nonces, me) = (Nonces::new(&[1; 32]), client("192.0.2.9:1"));
        let nonce = nonces.make(0, &me);
        let over_tcp = FiveTuple { transport: Transport::Tcp, ..me };
        let elsewhere = FiveTuple { server: "192.0.2.1:3479".parse().unwrap(), ..me };
        for other in [client("192.0.2.9:2"), client("192.0.2.8:1"), over_tcp, elsewhere] {
            assert!(!nonces.is_good(0, &other, &nonce), "{other:?}");
        }
        assert!(!Nonces::new(&[2; 32]).is_good(0, &me, &nonce), "another process's");
    }

    #[test]
    fn no_changed_nonce_is_good() {
        let (nonces, me) = (Nonces::new(&[1; 32]), client("192.0.2.9:1"));
        let nonce = nonces.make(0, &me);
        for at in 0..nonce.len() {
            for change in 1..=255 {
                let mut forged = nonce;
                forged[at] ^= change;
                assert!(!nonces.is_good(0, &me, &forged), "{at} {change}");
            }
        }
        assert!(!nonces.is_good(0, &me, &nonce[..BYTES - 1]) && !nonces.is_good(0, &me, b""));
    }
}
