//! `PUT /api/files/{id}/chunks/{n}`: takes in one stretch of a file. The same again is answered alike and changes nothing.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::files::{CHUNK_BYTES, Chunk, File, HOLDFAST_CHUNK, Piece};
use holdfast_core::id::Entity;
use holdfast_store::Tx;
use holdfast_store::author::Base;
use http::StatusCode;
use serde::Deserialize;

use super::error::FileError;
use super::find::{self, FileTarget};
use super::{digest, reach};
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::error::{ApiError, RequestError};
use crate::refusal;
use crate::request::body;
use crate::state::ApiState;

#[derive(Deserialize)]
pub(crate) struct Place {
    n: u64,
}

/// Takes in a chunk of one's own unfinished file.
pub(crate) async fn take(
    State(state): State<ApiState>,
    FileTarget(entity): FileTarget,
    place: Result<Path<Place>, axum::extract::rejection::PathRejection>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let Path(Place { n }) = place.map_err(|_| RequestError::BadPath)?;
    let reach = reach::to_bring(&caller)?;
    let file = find::file(&state, &reach, &entity).await?;
    if n >= file.count() {
        return Err(FileError::NoSuchChunk { n, count: file.count() }.into());
    }
    let (parts, body) = request.into_parts();
    let asked = digest::asked(&parts.headers)?;
    let bytes = body::bytes(&parts.headers, body, CHUNK_BYTES as usize).await?;
    let (got, expected) = (bytes.len() as u64, file.length_of(n));
    if got != expected {
        return Err(FileError::WrongLength { n, got, expected }.into());
    }
    if asked.is_some_and(|asked| !asked.fits(&bytes)) {
        return Err(FileError::WrongDigest.into());
    }
    let chunk = Arc::new(Chunk::of(file.patient(), &bytes));
    drop(bytes);
    let writer = reach.clone();
    refusal::write(&state, reach, move |tx| store(tx, &writer, &entity, n, &chunk)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn store(
    tx: &mut Tx<'_>,
    writer: &Principal,
    entity: &Entity,
    n: u64,
    chunk: &Chunk,
) -> Result<(), ApiError> {
    let mut file: File = find::file_in(&mut tx.view()?, writer, entity)?;
    if file.author != writer.id {
        return Err(RequestError::NotFound { entity: entity.to_string() }.into());
    }
    match file.chunk(n) {
        Some(there) if there != chunk.id => return Err(FileError::Differs { n }.into()),
        Some(_) => {}
        None => file.chunks.push(Piece { n, id: chunk.id.clone() }),
    }
    // It may have been let go of here since it was taken in, or be another file's too.
    tx.put(&Entity::new(HOLDFAST_CHUNK, &chunk.id), &chunk.json, &Base::Once, &writer.id)?;
    tx.put(entity, &file.resource(), &Base::Blind, &writer.id)?;
    Ok(())
}
