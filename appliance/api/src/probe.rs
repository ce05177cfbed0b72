//! For orchestrators and Prometheus: `/livez`, `/readyz`, `/metrics`.

use axum::extract::State;
use axum::response::IntoResponse;
use holdfast_core::id::Entity;
use http::header::CONTENT_TYPE;
use tokio::time::timeout;

use crate::error::{ApiError, RequestError};
use crate::request::limits::READY_TIMEOUT;
use crate::state::ApiState;

/// The process runs.
pub(crate) async fn livez() -> &'static str {
    "alive\n"
}

/// The store answers a read, and the server is not going down.
pub(crate) async fn readyz(State(state): State<ApiState>) -> Result<&'static str, ApiError> {
    if *state.closing().borrow() {
        return Err(RequestError::Closing.into());
    }
    let probe = Entity::new("Basic", "readyz");
    let read = state.writer().read(move |view| view.get(&probe));
    let answered = timeout(READY_TIMEOUT, read).await;
    answered.map_err(|_| RequestError::TimedOut { limit_s: READY_TIMEOUT.as_secs() })??;
    Ok("ready\n")
}

/// What the recorder has gathered, as Prometheus text.
pub(crate) async fn metrics(State(state): State<ApiState>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (state.parts().metrics)())
}
