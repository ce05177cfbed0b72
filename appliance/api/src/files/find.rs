//! Finding a file and its chunks within the caller's sight.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use holdfast_clinical::files::{Chunk, File, HOLDFAST_CHUNK, HOLDFAST_FILE};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::StoreError;
use holdfast_store::view::View;
use http::request::Parts;

use super::error::FileError;
use crate::access::policy::Principal;
use crate::error::{ApiError, RequestError};
use crate::lookup;
use crate::state::ApiState;

/// `{id}` of an address below `/api/files`.
pub(crate) struct FileTarget(pub(crate) Entity);

impl<S: Send + Sync> FromRequestParts<S> for FileTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        #[derive(serde::Deserialize)]
        struct Segments {
            id: String,
        }
        let path = Path::<Segments>::from_request_parts(parts, state).await;
        let Path(Segments { id }) = path.map_err(|_| RequestError::BadPath)?;
        if is_id(&id) { Ok(Self(entity(&id))) } else { Err(RequestError::BadId.into()) }
    }
}

/// The record of a file.
pub(super) fn entity(id: &str) -> Entity {
    Entity::new(HOLDFAST_FILE, id)
}

/// The file, sought at head office if it is not here. Before it is finished it is there for its author alone.
///
/// # Errors
/// That it is nowhere, or could not be sought; [`FileError::Damaged`] never: what cannot be read is not there.
pub(super) async fn file(
    state: &ApiState,
    reach: &Principal,
    entity: &Entity,
) -> Result<Arc<File>, ApiError> {
    let stored = lookup::read(state, reach, entity, |view, entity| view.read(entity)).await?;
    Ok(Arc::new(theirs(File::read(&stored.json), entity, reach)?))
}

/// The same inside a transaction or a view that is open already.
///
/// # Errors
/// That it is not here.
pub(super) fn file_in(view: &mut View<'_>, reach: &Principal, entity: &Entity) -> Result<File, ApiError> {
    let stored = view.read(entity)?;
    theirs(File::read(&stored.json), entity, reach)
}

fn theirs(file: Option<File>, entity: &Entity, reach: &Principal) -> Result<File, ApiError> {
    let file = file.filter(|file| file.is_finished() || file.author == reach.id);
    Ok(file.ok_or_else(|| StoreError::NotFound(entity.to_string()))?)
}

/// The places among these whose chunks are not here. Cost: a look in an index for each.
///
/// # Errors
/// The store.
pub(super) fn missing(
    view: &mut View<'_>,
    file: &File,
    places: impl Iterator<Item = u64>,
) -> Result<Vec<u64>, StoreError> {
    let mut out = Vec::new();
    for n in places {
        let is_here = match file.chunk(n) {
            Some(id) => view.is_in_sight(&Entity::new(HOLDFAST_CHUNK, id), May::READ)?,
            None => false,
        };
        if !is_here {
            out.push(n);
        }
    }
    Ok(out)
}

/// The bytes of one chunk, which are those that were taken in.
///
/// # Errors
/// [`FileError::Incomplete`] if it is not here, [`FileError::Damaged`], or the store.
pub(super) fn bytes(view: &mut View<'_>, file: &File, n: u64) -> Result<Vec<u8>, ApiError> {
    let absent = FileError::Incomplete { missing: 1, count: 1 };
    let id = file.chunk(n).ok_or(absent.clone())?;
    let stored = view.get(&Entity::new(HOLDFAST_CHUNK, id))?.ok_or(absent)?;
    let bytes = Chunk::bytes(file.patient(), id, &stored.json);
    let bytes = bytes.filter(|bytes| bytes.len() as u64 == file.length_of(n));
    Ok(bytes.ok_or(FileError::Damaged { n })?)
}
