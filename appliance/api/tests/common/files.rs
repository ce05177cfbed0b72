//! Files, as a client brings them.

use serde_json::{Value, json};

use super::{Answer, Server, TOKEN};

/// Bytes of a chunk.
pub const CHUNK: usize = 1 << 20;

/// Bytes that cannot be packed, the same for the same seed.
pub fn scan(bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..bytes).map(|_| next()).collect()
}

impl Server {
    /// Begins a file as somebody.
    pub async fn begin_file_as(&self, token: &str, patient: &str, body: &Value) -> Answer {
        let path = format!("/api/patients/{patient}/files");
        self.as_with(token, "POST", &path, &[("content-type", "application/json")], body.to_string()).await
    }

    /// Begins a file of this size; its id.
    pub async fn begin_file(&self, patient: &str, size: usize) -> String {
        let body = json!({"size": size, "contentType": "image/png", "name": "räntgen.png"});
        let begun = self.begin_file_as(TOKEN, patient, &body).await.expect(201);
        begun.json()["id"].as_str().unwrap().to_owned()
    }

    /// Sends a chunk as it is.
    pub async fn chunk(&self, id: &str, n: usize, bytes: &[u8]) -> Answer {
        self.with("PUT", &format!("/api/files/{id}/chunks/{n}"), &[], bytes.to_vec()).await
    }

    /// Sends some of a file's chunks.
    pub async fn chunks(&self, id: &str, bytes: &[u8], which: impl IntoIterator<Item = usize>) {
        for n in which {
            let part = bytes.chunks(CHUNK).nth(n).unwrap();
            self.chunk(id, n, part).await.expect(204);
        }
    }

    /// Brings a file whole; its id.
    pub async fn file(&self, patient: &str, bytes: &[u8]) -> String {
        let id = self.begin_file(patient, bytes.len()).await;
        self.chunks(&id, bytes, 0..bytes.len().div_ceil(CHUNK)).await;
        self.complete(&id).await.expect(200);
        id
    }

    /// Finishes a file.
    pub async fn complete(&self, id: &str) -> Answer {
        self.with("POST", &format!("/api/files/{id}/complete"), &[], "").await
    }

    /// What a file is.
    pub async fn file_shown(&self, id: &str) -> Value {
        self.get(&format!("/api/files/{id}")).await.expect(200).json()
    }

    /// The bytes of a file, with these headers.
    pub async fn content(&self, id: &str, headers: &[(&str, &str)]) -> Answer {
        self.with("GET", &format!("/api/files/{id}/content"), headers, "").await
    }
}
