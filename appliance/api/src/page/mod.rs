//! `GET /status`: the status page, one self-contained document.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use uuid::Uuid;

const HTML: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Answers the page. Its style and script run by a nonce, and nothing else does.
pub(crate) async fn page() -> Response {
    let nonce = Uuid::new_v4().simple().to_string();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
         img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (CONTENT_SECURITY_POLICY, policy)];
    (headers, document(&nonce)).into_response()
}

fn document(nonce: &str) -> String {
    HTML.replace("{{nonce}}", nonce).replace("{{style}}", STYLE).replace("{{script}}", SCRIPT)
}
