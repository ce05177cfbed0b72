//! Reading a resource that may be held elsewhere: here first, then head office, then here again.

use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::View;
use tokio::time::timeout;

use crate::error::{ApiError, RequestError};
use crate::finder::FindOutcome;
use crate::request::limits::FIND_TIMEOUT;
use crate::state::ApiState;

/// Runs `work` on the resource; if the resource is not here, it is looked for elsewhere first.
///
/// # Errors
/// What `work` fails with; [`RequestError::NotHeld`] if head office could not be asked.
pub(crate) async fn read<T, F>(state: &ApiState, entity: &Entity, work: F) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: Fn(&mut View<'_>, &Entity) -> Result<T, StoreError> + Send + Sync + Clone + 'static,
{
    let again = || {
        let (entity, work) = (entity.clone(), work.clone());
        state.writer().read(move |view| work(view, &entity))
    };
    match again().await {
        Err(StoreError::NotFound(_)) => {}
        outcome => {
            if let Some(finder) = state.parts().finder.as_ref().filter(|_| entity.kind == "Patient") {
                finder.visited(&entity.id);
            }
            return Ok(outcome?);
        }
    }
    look_elsewhere(state, entity).await?;
    Ok(again().await?)
}

/// Has the resource looked for at head office and taken in.
///
/// # Errors
/// [`RequestError`] that says whether it does not exist or could not be looked for.
pub(crate) async fn look_elsewhere(state: &ApiState, entity: &Entity) -> Result<(), RequestError> {
    let name = entity.to_string();
    let Some(finder) = &state.parts().finder else { return Err(RequestError::NotFound { entity: name }) };
    let found = timeout(FIND_TIMEOUT, finder.find(entity)).await.unwrap_or(FindOutcome::Unreachable);
    match found {
        FindOutcome::Held => Ok(()),
        FindOutcome::Absent => Err(RequestError::NowhereFound { entity: name }),
        FindOutcome::Unreachable => Err(RequestError::NotHeld { entity: name }),
    }
}
