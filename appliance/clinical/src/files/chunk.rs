//! A stretch of a file's bytes, as a record.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{HOLDFAST_CHUNK, PATIENT};

/// A chunk that is to be kept.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The record's id.
    pub id: String,
    /// The record.
    pub json: String,
}

#[derive(Deserialize)]
struct Record<'j> {
    #[serde(borrow)]
    data: &'j str,
}

impl Chunk {
    /// A chunk of a patient's file. Cost: one hash and one copy, a third longer than the bytes.
    pub fn of(patient: &str, bytes: &[u8]) -> Self {
        let id = chunk_id(patient, bytes);
        let mut json = format!(
            "{{\"resourceType\":\"{HOLDFAST_CHUNK}\",\"id\":\"{id}\",\"patient\":{{\"reference\":\"{PATIENT}{patient}\"}},\"data\":\""
        );
        STANDARD.encode_string(bytes, &mut json);
        json.push_str("\"}");
        Self { id, json }
    }

    /// The bytes of a patient's chunk, read off its record; `None` if they are not those that the id stands for.
    pub fn bytes(patient: &str, id: &str, json: &str) -> Option<Vec<u8>> {
        let record: Record<'_> = serde_json::from_str(json).ok()?;
        let bytes = STANDARD.decode(record.data).ok()?;
        (chunk_id(patient, &bytes) == id).then_some(bytes)
    }
}

/// The id of a patient's chunk with these bytes: BLAKE3, in hex.
pub fn chunk_id(patient: &str, bytes: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("holdfast 2026-11-27 chunk of a patient's file");
    hasher.update(&(patient.len() as u64).to_le_bytes()).update(patient.as_bytes()).update(bytes);
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_and_others_are_told() {
        let chunk = Chunk::of("p", &[0, 255, 16]);
        assert_eq!(Chunk::bytes("p", &chunk.id, &chunk.json), Some(vec![0, 255, 16]));
        assert_eq!(Chunk::bytes("q", &chunk.id, &chunk.json), None, "another patient's");
        assert_eq!(Chunk::bytes("p", &chunk.id, &chunk.json.replace("AP8Q", "AP8R")), None, "other bytes");
        assert_eq!(Chunk::bytes("p", &chunk.id, "{}"), None);
        assert!(crate::types::is_id(&chunk.id));
        assert_ne!(chunk_id("ab", b"c"), chunk_id("a", b"bc"));
    }
}
