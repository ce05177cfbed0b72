//! Reading a resource that may be held elsewhere: here first, then head office, then here again.

use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::StoreError;
use holdfast_store::view::View;
use tokio::time::timeout;

use crate::access::policy::Principal;
use crate::error::{ApiError, RequestError};
use crate::finder::FindOutcome;
use crate::request::limits::{BESIDE_TIMEOUT, FIND_TIMEOUT};
use crate::state::ApiState;

/// Runs `work` on the resource; if the resource is not here, it is looked for elsewhere first.
///
/// # Errors
/// What `work` fails with; [`RequestError::NotHeld`] if head office could not be asked.
pub(crate) async fn read<T, F>(
    state: &ApiState,
    caller: &Principal,
    entity: &Entity,
    work: F,
) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: Fn(&mut View<'_>, &Entity) -> Result<T, StoreError> + Send + Sync + Clone + 'static,
{
    let again = || {
        let (entity, work, sight) = (entity.clone(), work.clone(), caller.sight.clone());
        state.writer().read(move |view| {
            view.narrow(sight.clone());
            work(view, &entity)
        })
    };
    match again().await {
        Err(StoreError::NotFound(_)) => {}
        outcome => {
            let found = outcome?;
            if let Some(finder) = state.parts().finder.as_ref().filter(|_| entity.kind == "Patient") {
                finder.visited(&entity.id);
            }
            return Ok(found);
        }
    }
    if !may_be_sought(caller, entity) {
        return Err(RequestError::NotFound { entity: entity.to_string() }.into());
    }
    look_elsewhere(state, entity).await?;
    Ok(again().await?)
}

/// Whether head office may be asked for the resource on behalf of the caller: it takes in what it finds, and its answer tells
/// whether there is such a resource. Whoever is bound to a patient may have that patient sought.
pub(crate) fn may_be_sought(caller: &Principal, entity: &Entity) -> bool {
    let sight = &caller.sight;
    let is_own = |own: &String| entity.kind == "Patient" && *own == entity.id;
    sight.grants.of(&entity.kind).has_any(May::ALL) && sight.patient.as_ref().is_none_or(is_own)
}

/// Before resources are written: those that are not here are looked for at head office and taken in, so that the write
/// knows what it replaces. Where head office cannot be asked, the write goes on without.
///
/// # Errors
/// [`RequestError::Coming`] if one is known there and not here yet; the store.
pub(crate) async fn bring(
    state: &ApiState,
    caller: &Principal,
    mut entities: Vec<Entity>,
) -> Result<(), ApiError> {
    let Some(finder) = &state.parts().finder else { return Ok(()) };
    entities.retain(|entity| may_be_sought(caller, entity));
    let missing = state.writer().read(move |view| {
        let mut missing = Vec::new();
        for entity in &entities {
            if view.get(entity)?.is_none() {
                missing.push(entity.clone());
            }
        }
        Ok(missing)
    });
    let missing = missing.await?;
    if missing.is_empty() {
        return Ok(());
    }
    let coming = timeout(BESIDE_TIMEOUT, finder.bring(&missing)).await.unwrap_or_default();
    match coming.first() {
        Some(entity) => Err(RequestError::Coming { entity: entity.to_string() }.into()),
        None => Ok(()),
    }
}

/// Before resources are deleted, after they were to be [`bring`]ed: where some are not here, head office must have said that
/// it does not know them either. A deletion is never reported that has not happened.
///
/// # Errors
/// [`RequestError::NotHeld`] if head office could not be asked; the store.
pub(crate) async fn be_sure(
    state: &ApiState,
    caller: &Principal,
    mut entities: Vec<Entity>,
) -> Result<(), ApiError> {
    entities.retain(|entity| may_be_sought(caller, entity));
    let missing = state.writer().read(move |view| {
        let mut missing = None;
        for entity in &entities {
            if missing.is_none() && view.get(entity)?.is_none() {
                missing = Some(entity.clone());
            }
        }
        Ok(missing)
    });
    let Some(entity) = missing.await? else { return Ok(()) };
    match look_elsewhere(state, &entity).await {
        Err(error @ RequestError::NotHeld { .. }) => Err(error.into()),
        _ => Ok(()),
    }
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
