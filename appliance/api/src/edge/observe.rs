//! One span, one log line and two metrics a request.

use http::StatusCode;
use tokio::time::Instant;
use tracing::Span;
use tracing::field::Empty;

use super::about::About;

/// A request in progress.
pub(super) struct Observed {
    span: Span,
    started: Instant,
}

pub(super) fn begin(about: &About) -> Observed {
    let span = tracing::info_span!(
        "request",
        http.method = about.method,
        http.route = about.route,
        request.id = about.request_id,
        http.status = Empty,
        duration_ms = Empty,
        error.code = Empty,
    );
    Observed { span, started: Instant::now() }
}

impl Observed {
    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// Records how the request ended. For a stream of events this is when it begins.
    pub(super) fn end(self, about: &About, status: StatusCode, error_code: Option<&'static str>) {
        let elapsed = self.started.elapsed();
        self.span.record("http.status", status.as_u16());
        self.span.record("duration_ms", elapsed.as_millis() as u64);
        if let Some(code) = error_code {
            self.span.record("error.code", code);
        }
        let _inside = self.span.enter();
        if about.is_probe() {
            tracing::debug!("served");
        } else {
            tracing::info!("served");
        }
        let route = about.route.clone();
        let status = status.as_str().to_owned();
        metrics::counter!("http_requests_total", "route" => route.clone(), "method" => about.method, "status" => status)
            .increment(1);
        metrics::histogram!("http_request_duration_seconds", "route" => route, "method" => about.method)
            .record(elapsed.as_secs_f64());
    }
}
