//! Reading and writing with the API's own errors: one of them inside a transaction undoes it and comes out whole.

use std::sync::{Arc, Mutex, PoisonError};

use holdfast_core::sight::Sight;
use holdfast_store::view::View;
use holdfast_store::{StoreError, Tx};

use crate::access::policy::Principal;
use crate::error::ApiError;
use crate::request::limits::INDEX_WAIT;
use crate::schedule::{Deed, refused, take};
use crate::state::ApiState;

/// Holds the error while the store only sees that there was one.
#[derive(Clone, Default)]
struct Slot(Arc<Mutex<Option<ApiError>>>);

impl Slot {
    /// The store's own errors go as they are, since the store acts on them (it repeats, or stops a commit).
    fn keep(&self, error: ApiError) -> StoreError {
        match error {
            ApiError::Store(error) => error,
            other => {
                let message = "refused by the API".to_owned();
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(other);
                StoreError::Refused { code: "refused", message }
            }
        }
    }

    fn recover(&self, error: StoreError) -> ApiError {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (error, kept) {
            (StoreError::Refused { .. }, Some(kept)) => kept,
            (error, _) => ApiError::Store(error),
        }
    }
}

/// As [`holdfast_store::writer::Writer::write`], within what the caller may reach. `work` may run more than once; an error undoes it.
///
/// # Errors
/// What `work` fails with, or the store.
pub(crate) async fn write<T, F>(state: &ApiState, caller: Arc<Principal>, work: F) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T, ApiError> + Send + 'static,
{
    write_within(state, caller.sight.clone(), Deed::default(), work).await
}

/// As [`write`], of a change of the schedule: what was to be done, and for when, is told with a refusal.
///
/// # Errors
/// What `work` fails with, or the store.
pub(crate) async fn write_deed<T, F>(
    state: &ApiState,
    caller: Arc<Principal>,
    deed: Deed,
    work: F,
) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T, ApiError> + Send + 'static,
{
    write_within(state, caller.sight.clone(), deed, work).await
}

/// As [`write`], of what is Holdfast's own, which no sign-in reaches by itself: whoever calls this has decided who may.
///
/// # Errors
/// What `work` fails with, or the store.
pub(crate) async fn own_write<T, F>(state: &ApiState, work: F) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T, ApiError> + Send + 'static,
{
    write_within(state, Arc::new(Sight::everything()), Deed::default(), work).await
}

async fn write_within<T, F>(
    state: &ApiState,
    sight: Arc<Sight>,
    deed: Deed,
    mut work: F,
) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T, ApiError> + Send + 'static,
{
    let writer = state.writer();
    let slot = Slot::default();
    let inner = slot.clone();
    let records = writer.records().clone();
    let of = sight.clone();
    let job = move |tx: &mut Tx<'_>| {
        tx.narrow(sight.clone());
        // Whatever route it came by: nobody's time is given twice.
        let done = work(tx).and_then(|done| take::check(tx, records.now_ms()).map(|()| done));
        done.map_err(|error| inner.keep(error))
    };
    let outcome = writer.write(job).await;
    if matches!(outcome, Err(StoreError::IndexBehind)) {
        // The caller is to try again in a moment: then it can be told.
        writer.catch_up_index(INDEX_WAIT).await?;
    }
    match outcome {
        Ok(done) => Ok(done),
        Err(error) => Err(refused::explain(state, &of, deed, slot.recover(error)).await),
    }
}

/// As [`holdfast_store::writer::Writer::read`], of what the caller may reach.
///
/// # Errors
/// What `work` fails with, or the store.
pub(crate) async fn read<T, F>(state: &ApiState, caller: Arc<Principal>, work: F) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: FnMut(&mut View<'_>) -> Result<T, ApiError> + Send + 'static,
{
    read_within(state, caller.sight.clone(), work).await
}

/// As [`read`], of what is Holdfast's own: see [`own_write`].
///
/// # Errors
/// What `work` fails with, or the store.
pub(crate) async fn own_read<T, F>(state: &ApiState, work: F) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: FnMut(&mut View<'_>) -> Result<T, ApiError> + Send + 'static,
{
    read_within(state, Arc::new(Sight::everything()), work).await
}

async fn read_within<T, F>(state: &ApiState, sight: Arc<Sight>, mut work: F) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: FnMut(&mut View<'_>) -> Result<T, ApiError> + Send + 'static,
{
    let slot = Slot::default();
    let inner = slot.clone();
    let job = move |view: &mut View<'_>| {
        view.narrow(sight.clone());
        work(view).map_err(|error| inner.keep(error))
    };
    let outcome = state.writer().read(job).await;
    outcome.map_err(|error| slot.recover(error))
}
