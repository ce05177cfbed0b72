//! `DELETE /api/files/{id}`: gives up an upload. What is not there is given up already.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use holdfast_store::StoreError;
use holdfast_store::author::Base;
use http::StatusCode;

use super::error::FileError;
use super::find::{self, FileTarget};
use super::reach;
use crate::access::Caller;
use crate::error::ApiError;
use crate::refusal;
use crate::state::ApiState;

/// Gives up one's own unfinished file: it is not listed any more, and nothing can be added. The chunks that were sent stay where
/// they are, for what was written is never taken out of a log.
pub(crate) async fn cancel(
    State(state): State<ApiState>,
    FileTarget(entity): FileTarget,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    let reach = reach::to_bring(&caller)?;
    let writer = reach.clone();
    let gone = refusal::write(&state, reach, move |tx| {
        match find::file_in(&mut tx.view()?, &writer, &entity) {
            Ok(file) if file.is_finished() => return Err(FileError::Finished.into()),
            Ok(_) => {}
            Err(ApiError::Store(StoreError::NotFound(_) | StoreError::Gone(_))) => return Ok(()),
            Err(error) => return Err(error),
        }
        tx.delete(&entity, &Base::Blind, &writer.id)?;
        Ok(())
    });
    gone.await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
