//! What desktops ask of the port about packages of themselves, and the look at the folder that says in the log what is offered.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use holdfast_link::server::{Problem, SyncPolicy, SyncRoutes};
use holdfast_release::{OFFER_PATH, OfferAnswer, OfferRequest, PART_PATH, PartRequest};
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use super::shutdown;
use crate::packages::{Looked, PackageError, Packages};

/// How often the folder is looked at for the log's sake; whoever asks is told how it is then.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The largest question, in bytes.
const MAX_QUESTION: usize = 4 * 1024;

/// The two paths, for replicas alone.
pub(super) fn routes(packages: Arc<Packages>) -> SyncRoutes {
    let bounded = || DefaultBodyLimit::max(MAX_QUESTION);
    let offer = post(offer).layer(bounded()).with_state(packages.clone());
    let part = post(part).layer(bounded()).with_state(packages);
    SyncRoutes::new().route(OFFER_PATH, SyncPolicy::Replica, offer).route(
        PART_PATH,
        SyncPolicy::Replica,
        part,
    )
}

async fn offer(State(packages): State<Arc<Packages>>, body: Bytes) -> Result<Json<OfferAnswer>, Problem> {
    let asked: OfferRequest = read(&body)?;
    let looked = blocking(move || packages.look()).await?;
    Ok(Json(OfferAnswer { package: looked.newest(&asked.arch).cloned() }))
}

async fn part(State(packages): State<Arc<Packages>>, body: Bytes) -> Result<Bytes, Problem> {
    let asked: PartRequest = read(&body)?;
    let part = blocking(move || packages.part(&asked)).await?;
    part.map(Bytes::from)
        .map_err(|error| Problem::new(StatusCode::NOT_FOUND, error.code(), error.to_string()))
}

/// The link's requests name no media type.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|_| {
        let text =
            "the question about packages is refused: it cannot be read; bring the desktop up to date by hand";
        Problem::new(StatusCode::BAD_REQUEST, "package-question-malformed", text)
    })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| {
        let text = "the package cannot be looked at: the node is stopping, or has a defect; it is tried again by itself";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "package-interrupted", text)
    })
}

/// Says in the log what is offered and what is refused, each once, until told to stop.
pub(super) async fn run(packages: Arc<Packages>, mut stop: watch::Receiver<bool>) {
    let mut said = BTreeSet::new();
    loop {
        let looking = packages.clone();
        if let Ok(looked) = blocking(move || looking.look()).await {
            said = say(&looked, &said);
        }
        if !shutdown::sleep(&mut stop, LOOK_EVERY).await {
            return;
        }
    }
}

/// Says what was not said before; all that holds now.
fn say(looked: &Looked, said: &BTreeSet<String>) -> BTreeSet<String> {
    let mut now = BTreeSet::new();
    for (name, offer) in &looked.offered {
        let key = format!("{} {}", name.file_name(), offer.blake3);
        if !said.contains(&key) {
            tracing::info!(
                package = name.file_name(),
                size_bytes = offer.size,
                "desktops are offered a package"
            );
        }
        now.insert(key);
    }
    for error in &looked.refused {
        let key = error.to_string();
        if !said.contains(&key) {
            let code = PackageError::code(error);
            tracing::warn!(error.code = code, error = %error, "a package is not offered to desktops");
        }
        now.insert(key);
    }
    now
}
