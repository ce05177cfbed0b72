//! What the node gives to the API, and the routes that are its own.

use std::sync::{Arc, OnceLock};

use axum::extract::RawQuery;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::{Json, Router};
use holdfast_api::access::doc::{Carries, Doc};
use holdfast_api::access::policy::{Policy, Role};
use holdfast_api::codes::CodeLists;
use holdfast_api::finder::Finder;
use holdfast_api::link::LinkReport;
use holdfast_api::{ApiParts, ApiState, SetupCode, VisitParts, routes, visits};
use holdfast_uplink::UpstreamFinder;
use holdfast_visits::messages::CallFacts;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde::Serialize;

use super::Running;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::tasks::ScrubReport;
use crate::telemetry::Telemetry;
use crate::visits::link_key;

const TELEMETRY: Doc = Doc::new("Samples of how this node does, oldest first", &[(200, Carries::Json)])
    .query(&[("since", "Unix milliseconds: samples taken after that")]);
const SCRUB: Doc =
    Doc::new("What the last check of the records found; empty before the first", &[(200, Carries::Json)]);

/// `GET /api/scrub`: an object always. Before the first scrub it is empty, which claims nothing.
#[derive(Serialize)]
struct LastScrub {
    #[serde(flatten)]
    report: Option<ScrubReport>,
}

/// The state behind the API's handlers.
///
/// # Errors
/// [`Failure`]: the key of links cannot be had.
pub(super) fn state(
    config: &Config,
    running: &Running,
    dev: bool,
    setup: Option<SetupCode>,
) -> Result<ApiState, Failure> {
    let mut parts = ApiParts::new(running.writer.clone(), running.tokens.clone());
    if let Some(link) = &running.link {
        let report: Arc<dyn LinkReport> = link.clone();
        let finder: Arc<dyn Finder> = Arc::new(UpstreamFinder::new(link.clone(), running.writer.clone()));
        (parts.link, parts.finder) = (report, Some(finder));
    }
    if let Some(handle) = recorder() {
        parts.metrics = Arc::new(move || handle.render());
    }
    let health = running.health.clone();
    parts.damage = Arc::new(move || health.damage());
    if !dev {
        parts.rates = config.limits.rates.clone();
    }
    parts.max_file_bytes = config.limits.file_bytes;
    parts.public_url = config.node.public_url.clone();
    parts.time_zone = config.clinic.time_zone.clone();
    parts.setup = setup;
    parts.codes = Arc::new(CodeLists::in_folder(DataDir::new(&config.node.data_dir).codes()));
    let call =
        CallFacts { clinic: config.clinic.title.clone(), phone: config.clinic.phone.clone(), bridge: None };
    let relay = running.relay.clone();
    let key = link_key(&running.dir.visit_key())?;
    parts.visits = Some(Arc::new(VisitParts { key, at: config.visits.endpoints.clone(), call, relay }));
    Ok(ApiState::new(parts))
}

/// The API with the node's own routes.
pub(super) fn router(state: &ApiState, running: &Running) -> Router {
    let telemetry = running.telemetry.clone();
    let samples = move |RawQuery(query): RawQuery| {
        let telemetry = telemetry.clone();
        async move { samples(telemetry, query.as_deref().unwrap_or_default()).await }
    };
    let health = running.health.clone();
    let last_scrub = move || async move { Json(LastScrub { report: health.last() }) };
    visits::add(routes(state))
        .get("/api/telemetry", Policy::Role(Role::Admin), &TELEMETRY, samples)
        .get("/api/scrub", Policy::Role(Role::Admin), &SCRUB, last_scrub)
        .build()
}

/// `GET /api/telemetry?since=MS`: the samples taken after that time, oldest first.
async fn samples(telemetry: Arc<Telemetry>, query: &str) -> impl IntoResponse + use<> {
    let since = query.split('&').find_map(|pair| pair.strip_prefix("since=")).and_then(|ms| ms.parse().ok());
    let read = tokio::task::spawn_blocking(move || telemetry.since(since.unwrap_or(0))).await;
    let body = format!("{{\"samples\":[{}]}}", read.unwrap_or_default().join(","));
    ([(CONTENT_TYPE, "application/json")], body)
}

/// The recorder behind `/metrics`, one a process; `None` if another one is installed.
pub(super) fn recorder() -> Option<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let install = || match PrometheusBuilder::new().install_recorder() {
        Ok(handle) => Some(handle),
        Err(error) => {
            tracing::warn!(error = %error, "metrics are off");
            None
        }
    };
    HANDLE.get_or_init(install).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_the_first_scrub_nothing_is_claimed() {
        assert_eq!(serde_json::to_string(&LastScrub { report: None }).unwrap(), "{}");
    }
}
