//! `POST /api/files/{id}/complete`: looks whether all of a file is here as it was sent, and finishes it. Again, it is answered alike.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdfast_clinical::files::File;
use holdfast_store::author::Base;
use sha1::{Digest, Sha1};

use super::error::FileError;
use super::find::{self, FileTarget};
use super::reach;
use super::show::FileShown;
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal;
use crate::state::ApiState;

/// Finishes one's own file. Cost: every chunk is read once, one at a time.
pub(crate) async fn complete(
    State(state): State<ApiState>,
    FileTarget(entity): FileTarget,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    let reach = reach::to_bring(&caller)?;
    let file = find::file(&state, &reach, &entity).await?;
    let missing = file.untaken().len() as u64;
    if missing > 0 {
        return Err(FileError::Unfinished { missing, count: file.count() }.into());
    }
    if file.is_finished() {
        return Ok(json(&FileShown::of(&file, Vec::new())));
    }
    let (hash, sha1) = sums(&state, &reach, &file).await?;
    let writer = reach.clone();
    let finished = refusal::write(&state, reach, move |tx| {
        let mut file = find::file_in(&mut tx.view()?, &writer, &entity)?;
        file.hash = Some(hash.clone());
        file.sha1 = Some(sha1.clone());
        tx.put(&entity, &file.resource(), &Base::Blind, &writer.id)?;
        Ok(file)
    });
    Ok(json(&FileShown::of(&finished.await?, Vec::new())))
}

/// BLAKE3 in hex and SHA-1 in base64 of the whole.
async fn sums(
    state: &ApiState,
    reach: &Arc<Principal>,
    file: &Arc<File>,
) -> Result<(String, String), ApiError> {
    let (mut hash, mut sha1) = (blake3::Hasher::new(), Sha1::new());
    for n in 0..file.count() {
        let of = file.clone();
        let bytes = refusal::read(state, reach.clone(), move |view| find::bytes(view, &of, n)).await?;
        hash.update(&bytes);
        sha1.update(&bytes);
    }
    Ok((hash.finalize().to_hex().to_string(), STANDARD.encode(sha1.finalize())))
}
