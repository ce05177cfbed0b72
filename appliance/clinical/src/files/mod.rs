//! Files of a patient's record: documents, scans, photos. A file is a record of its own type, and each stretch of its bytes
//! another, so that what holds for records holds for files: who may see them, where they are held, how they travel.
//!
//! ```text
//! DocumentReference ─ attachment.url ─▶ HoldfastFile {size, type, chunks: [{n, id}]} ─ id ─▶ HoldfastChunk {data}
//! ```
//!
//! A chunk's id is a hash of the patient and the bytes: whoever holds a chunk can tell that it is the right one, the same bytes
//! are kept once a patient, and the bytes of one patient's file say nothing of another's.

mod chunk;
mod media;

use holdfast_core::search::Clause;
use serde::{Deserialize, Serialize};

pub use crate::types::{HOLDFAST_CHUNK, HOLDFAST_FILE};
pub use chunk::{Chunk, chunk_id};
pub use media::{is_media_type, is_shown};

/// Bytes of a chunk, unless it is the last of its file: small enough to be sent again whole over a thin link, and large enough
/// that a file of 100 MiB is a hundred records.
pub const CHUNK_BYTES: u64 = 1 << 20;
/// The most characters of a file's name.
pub const MAX_NAME: usize = 255;
/// How the JSON of an id of a patient begins in a record.
const PATIENT: &str = "Patient/";

/// A file: what it is, and which chunks it is made of, as far as they were taken in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// The record's id.
    pub id: String,
    patient: Reference,
    /// Who brings it.
    pub author: String,
    /// As it was called where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its media type.
    pub content_type: String,
    /// Bytes of the whole.
    pub size: u64,
    /// Bytes of every chunk but the last.
    pub chunk_bytes: u64,
    /// When it was begun, in Unix milliseconds.
    pub begun_ms: u64,
    /// When it was last changed where it comes from, in Unix milliseconds: by that, its name and its size the same file is known
    /// again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_ms: Option<u64>,
    /// The chunks that were taken in, in no order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chunks: Vec<Piece>,
    /// BLAKE3 of the whole, in hex: once all of it was taken in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// SHA-1 of the whole in base64, as an Attachment has it; with `hash`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha1: Option<String>,
}

/// Which chunk stands at a place of a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Piece {
    /// The place, from 0.
    pub n: u64,
    /// The chunk's id.
    pub id: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Reference {
    reference: String,
}

impl Reference {
    fn of(patient: &str) -> Self {
        Self { reference: format!("{PATIENT}{patient}") }
    }

    fn patient(&self) -> &str {
        self.reference.strip_prefix(PATIENT).unwrap_or_default()
    }
}

/// What a file is told of when it is begun.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Begun {
    /// The patient's id.
    pub patient: String,
    /// Who brings it.
    pub author: String,
    /// As it is called where it comes from.
    pub name: Option<String>,
    /// Its media type.
    pub content_type: String,
    /// Bytes of the whole.
    pub size: u64,
    /// When, in Unix milliseconds.
    pub begun_ms: u64,
    /// When it was last changed where it comes from, in Unix milliseconds.
    pub modified_ms: Option<u64>,
}

impl File {
    /// A file of which nothing is here yet.
    pub fn begin(id: &str, begun: Begun) -> Self {
        let Begun { patient, author, name, content_type, size, begun_ms, modified_ms } = begun;
        Self {
            id: id.to_owned(),
            patient: Reference::of(&patient),
            author,
            name,
            content_type,
            size,
            chunk_bytes: CHUNK_BYTES,
            begun_ms,
            modified_ms,
            chunks: Vec::new(),
            hash: None,
            sha1: None,
        }
    }

    /// Reads a file off its record; `None` if it is none that can be read.
    pub fn read(json: &str) -> Option<Self> {
        let file: Self = serde_json::from_str(json).ok()?;
        (file.chunk_bytes > 0 && !file.patient().is_empty()).then_some(file)
    }

    /// The record that holds it.
    pub fn resource(&self) -> String {
        let body = serde_json::to_string(self).expect("a file has text keys");
        format!("{{\"resourceType\":\"{HOLDFAST_FILE}\",{}", &body[1..])
    }

    /// The patient's id.
    pub fn patient(&self) -> &str {
        self.patient.patient()
    }

    /// How many chunks make it.
    pub fn count(&self) -> u64 {
        self.size.div_ceil(self.chunk_bytes)
    }

    /// The bytes of the chunk at a place; 0 past the end.
    pub fn length_of(&self, n: u64) -> u64 {
        self.size.saturating_sub(n.saturating_mul(self.chunk_bytes)).min(self.chunk_bytes)
    }

    /// The id of the chunk at a place, if it was taken in. If two stand there, which no upload makes, always the same one.
    pub fn chunk(&self, n: u64) -> Option<&str> {
        self.chunks.iter().filter(|piece| piece.n == n).map(|piece| piece.id.as_str()).min()
    }

    /// The places of which no chunk was taken in.
    pub fn untaken(&self) -> Vec<u64> {
        let taken: std::collections::BTreeSet<u64> = self.chunks.iter().map(|piece| piece.n).collect();
        (0..self.count()).filter(|n| !taken.contains(n)).collect()
    }

    /// Whether all of it was taken in, at whatever replica that was.
    pub fn is_finished(&self) -> bool {
        self.hash.is_some()
    }
}

/// Whether the text may be a file's name.
pub fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// What finds the files of a patient.
pub fn of_patient(id: &str) -> Clause {
    crate::people::kept::of_owner(&format!("{PATIENT}{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(size: u64) -> File {
        let begun = Begun {
            patient: "p".into(),
            author: "Practitioner/7".into(),
            name: Some("scan.pdf".into()),
            content_type: "application/pdf".into(),
            size,
            begun_ms: 7,
            modified_ms: None,
        };
        File::begin("f", begun)
    }

    #[test]
    fn a_file_comes_back_from_its_record_and_is_its_patients() {
        let mut file = file(CHUNK_BYTES + 1);
        file.chunks.push(Piece { n: 1, id: "b".into() });
        let json = file.resource();
        assert_eq!(File::read(&json), Some(file));
        let state = crate::testing::state(&json);
        assert!(of_patient("p").holds(&crate::search::index(&state), "f", 0));
        assert!(!of_patient("q").holds(&crate::search::index(&state), "f", 0));
        let scopes = crate::scope::scopes(&state, "north");
        assert_eq!(scopes, [holdfast_core::id::Scope::patient("p")].into());
        assert_eq!(File::read("{}"), None);
    }

    #[test]
    fn chunks_fill_the_size() {
        for (size, lengths) in
            [(1, &[1][..]), (CHUNK_BYTES, &[CHUNK_BYTES]), (CHUNK_BYTES + 1, &[CHUNK_BYTES, 1])]
        {
            let file = file(size);
            assert_eq!(file.count(), lengths.len() as u64, "{size}");
            let got: Vec<u64> = (0..file.count()).map(|n| file.length_of(n)).collect();
            assert_eq!(got, lengths, "{size}");
            assert_eq!((file.length_of(file.count()), file.length_of(u64::MAX)), (0, 0));
        }
    }

    #[test]
    fn what_is_missing_is_told() {
        let mut file = file(3 * CHUNK_BYTES);
        file.chunks = vec![Piece { n: 2, id: "c".into() }, Piece { n: 0, id: "a".into() }];
        assert_eq!((file.untaken(), file.chunk(2), file.chunk(1)), (vec![1], Some("c"), None));
        file.chunks.push(Piece { n: 2, id: "b".into() });
        assert_eq!(file.chunk(2), Some("b"), "the same at every replica, in whatever order they came");
    }
}
