//! A time as it is offered: what is taken with it, signed, so that nobody asks for a time that was not offered.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_clinical::scheduling::span::Minute;
use serde::{Deserialize, Serialize};

use super::secret::{Key, is_same};

/// Longer than any that is made here.
const MAX_CHARS: usize = 2_000;
/// Bytes of a signature that are sent.
const SIGNATURE: usize = 16;

/// What a slot says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Slot {
    #[serde(rename = "c")]
    pub(super) clinic: String,
    /// The type's id.
    #[serde(rename = "t")]
    pub(super) kind: String,
    #[serde(rename = "s")]
    pub(super) start: Minute,
    /// Minutes.
    #[serde(rename = "m")]
    pub(super) minutes: i64,
    /// Keys of what is taken.
    #[serde(rename = "r")]
    pub(super) resources: Vec<String>,
}

impl Slot {
    /// As the page sends it back.
    pub(super) fn text(&self, key: &Key) -> String {
        let said = serde_json::to_string(self).unwrap_or_default();
        let signature = &key.signature(&said)[..SIGNATURE];
        format!("{}.{}", URL_SAFE_NO_PAD.encode(&said), URL_SAFE_NO_PAD.encode(signature))
    }

    /// Reads one that was made here; `None` if it was not.
    pub(super) fn read(text: &str, key: &Key) -> Option<Self> {
        if text.len() > MAX_CHARS {
            return None;
        }
        let (said, signature) = text.split_once('.')?;
        let said = String::from_utf8(URL_SAFE_NO_PAD.decode(said).ok()?).ok()?;
        let expected = URL_SAFE_NO_PAD.encode(&key.signature(&said)[..SIGNATURE]);
        if !is_same(signature, &expected) {
            return None;
        }
        serde_json::from_str(&said).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_comes_back_and_no_bit_of_it_can_be_changed() {
        let key = Key::new([1; 32]);
        let slot = Slot {
            clinic: "north".into(),
            kind: "checkup".into(),
            start: 30_000_000,
            minutes: 20,
            resources: vec!["Practitioner/1".into(), "Location/ü".into()],
        };
        let text = slot.text(&key);
        assert_eq!(Slot::read(&text, &key), Some(slot));
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            // The last letter of a part has bits that say nothing.
            if let Some(read) = Slot::read(&other, &key) {
                assert_eq!(read.text(&key), text, "{at}");
            }
        }
        assert_eq!(Slot::read(&text, &Key::new([2; 32])), None);
        for bad in ["", ".", "a.b", &"x".repeat(MAX_CHARS + 1)] {
            assert_eq!(Slot::read(bad, &key), None);
        }
    }
}
