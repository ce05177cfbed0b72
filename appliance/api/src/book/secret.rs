//! What is made of the one secret: codes, links, signatures under slots. None of it is kept anywhere in the clear, and the same booking
//! asked again gives the same.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_core::id::Entity;

/// How many codes there are; one has six digits.
const CODES: u64 = 1_000_000;
/// Of the id that an appointment has by its link: 128 bits.
const ID_DIGITS: usize = 32;
/// Makes the hash of a link one of its own.
const OF_LINK: &str = "holdfast 2026-11-28 appointment of a link";

/// The secret.
pub(super) struct Key([u8; 32]);

impl Key {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// 256 bits that only who has the key can make of these texts. Each stands apart from the next by its length.
    fn of(&self, what: &str, texts: &[&str]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for text in std::iter::once(&what).chain(texts) {
            hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        }
        hasher.finalize().into()
    }

    /// What somebody or something is known by here, from which nobody learns who or what it is.
    pub(super) fn name(&self, what: &str, texts: &[&str]) -> String {
        blake3::Hash::from(self.of(what, texts)).to_hex()[..ID_DIGITS].to_owned()
    }

    /// The six digits of a code.
    pub(super) fn code(&self, booking: &str, salt: &str) -> String {
        let bytes = self.of("code", &[booking, salt]);
        let mut low = [0; 8];
        low.copy_from_slice(&bytes[..8]);
        format!("{:06}", u64::from_le_bytes(low) % CODES)
    }

    /// What is kept of a code.
    pub(super) fn code_hash(&self, booking: &str, salt: &str, code: &str) -> String {
        self.name("code-hash", &[booking, salt, code])
    }

    /// The right to the appointment of a booking.
    pub(super) fn link(&self, booking: &str, who: &str) -> Link {
        Link(self.of("link", &[booking, who]))
    }

    /// The right to the request that takes the place of an appointment.
    pub(super) fn next_link(&self, link: &Link, slot: &str) -> Link {
        Link(self.of("next-link", &[&link.text(), slot]))
    }

    /// The signature under a slot.
    pub(super) fn signature(&self, slot: &str) -> [u8; 32] {
        self.of("slot", &[slot])
    }
}

/// The right to one appointment: 256 bits.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Link([u8; 32]);

impl Link {
    /// Of an address; `None` if it is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    pub(super) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The appointment. Its id is the link's hash: nobody comes from the one to the other but by the link.
    pub(super) fn appointment(&self) -> Entity {
        let hash = blake3::Hash::from(blake3::derive_key(OF_LINK, &self.0)).to_hex();
        Entity::new("Appointment", &hash[..ID_DIGITS])
    }
}

/// Whether two are the same, in a time that does not tell how far they are.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    blake3::hash(a.as_bytes()) == blake3::hash(b.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_read_alike_in_a_row_are_told_apart() {
        let key = Key::new([7; 32]);
        assert_ne!(key.name("x", &["ab", "c"]), key.name("x", &["a", "bc"]));
        assert_ne!(key.name("x", &["a"]), key.name("y", &["a"]));
        assert_eq!(key.name("x", &["a"]), key.name("x", &["a"]));
        assert_ne!(key.name("x", &["a"]), Key::new([8; 32]).name("x", &["a"]));
    }

    #[test]
    fn a_code_has_six_digits_and_another_salt_gives_another() {
        let key = Key::new([7; 32]);
        let codes: std::collections::BTreeSet<String> =
            (0..500).map(|salt| key.code("b", &salt.to_string())).collect();
        assert!(codes.len() > 495, "{}", codes.len());
        assert!(codes.iter().all(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())));
    }

    #[test]
    fn a_link_comes_back_from_its_text_and_leads_to_one_appointment() {
        let key = Key::new([7; 32]);
        let (link, other) = (key.link("b", "w"), key.link("b", "v"));
        assert!(Link::read(&link.text()) == Some(link.clone()));
        assert_ne!(link.appointment(), other.appointment());
        assert!(holdfast_clinical::types::is_id(&link.appointment().id));
        assert!(!link.text().contains(&link.appointment().id));
        for bad in ["", "a", "====", &link.text()[1..], &format!("{}A", link.text()), "ü"] {
            assert!(Link::read(bad).is_none(), "{bad}");
        }
    }
}
