//! For orchestrators and Prometheus: `/livez`, `/readyz`, `/metrics`.

use axum::extract::State;
use axum::response::IntoResponse;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use http::header::CONTENT_TYPE;
use tokio::time::timeout;

use crate::error::{ApiError, RequestError};
use crate::request::limits::READY_TIMEOUT;
use crate::state::ApiState;

/// What `/readyz` says of a server that cannot save.
const READS_ONLY: &str = "ready for reading alone: the disk is full, so nothing can be saved; free some space, saving goes on by itself\n";

/// The process runs.
pub(crate) async fn livez() -> &'static str {
    "alive\n"
}

/// The store answers a read, and the server is not going down. A store that was opened on a full disk is ready for
/// reading and says so: it must not be taken out of service, for charts can be read.
pub(crate) async fn readyz(State(state): State<ApiState>) -> Result<&'static str, ApiError> {
    if *state.closing().borrow() {
        return Err(RequestError::Closing.into());
    }
    let probe = Entity::new("Basic", "readyz");
    let read = state.writer().read(move |view| view.get(&probe));
    let answered = timeout(READY_TIMEOUT, read).await;
    answered.map_err(|_| RequestError::TimedOut { limit_s: READY_TIMEOUT.as_secs() })??;
    match state.writer().call(|records| records.be_writable()).await {
        Err(StoreError::DiskFull) => Ok(READS_ONLY),
        outcome => outcome.map(|()| "ready\n").map_err(Into::into),
    }
}

/// What the recorder has gathered, as Prometheus text.
pub(crate) async fn metrics(State(state): State<ApiState>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (state.parts().metrics)())
}
