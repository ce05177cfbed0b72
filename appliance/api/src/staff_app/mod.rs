//! The staff app as it was built: `/` and what that page loads, from the program's own memory.
//!
//! Names under `/assets/` hold a hash of what is in them, so they are kept for a year; the page itself is asked for again
//! each time, and holds a nonce of its own, by which alone styles that are made at run time are taken.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, Method, StatusCode};
use uuid::Uuid;

use crate::error::{ApiError, RequestError};
use crate::page;

const INDEX: &str = "/index.html";
const HASHED: &str = "/assets/";
/// Stands in the page where the nonce goes.
const NONCE: &str = "{{nonce}}";

/// One file of the app, or of another that was built in.
pub(crate) struct File {
    pub(crate) path: &'static str,
    pub(crate) media: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) plain: &'static [u8],
    pub(crate) gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/staff_app.rs"));

/// Whether the app was there when the program was built.
pub fn is_built_in() -> bool {
    find(FILES, INDEX).is_some()
}

/// What the app has under a path; `None` if that is none of its files, or the app is not in the program.
pub fn respond(method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
    if method != Method::GET && method != Method::HEAD {
        return None;
    }
    let path = if path == "/" { INDEX } else { path };
    let file = find(FILES, path)?;
    Some(if path == INDEX { start_page(file) } else { asset(file, headers) })
}

/// `GET /`: the app, or the status page if the program was built without it.
pub async fn start(request: Request) -> Response {
    match respond(request.method(), "/", request.headers()) {
        Some(response) => response,
        None => page::page().await,
    }
}

/// `GET /assets/…`, and the few files beside the page.
pub(crate) async fn file(request: Request) -> Result<Response, ApiError> {
    let found = respond(request.method(), request.uri().path(), request.headers());
    found.ok_or_else(|| RequestError::NoSuchRoute.into())
}

/// The file of a path among those of one app.
pub(crate) fn find(files: &'static [File], path: &str) -> Option<&'static File> {
    files.iter().find(|file| file.path == path)
}

fn start_page(file: &File) -> Response {
    let nonce = Uuid::new_v4().simple().to_string();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'self' blob:; \
         frame-src 'self' blob:; media-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    let text = String::from_utf8_lossy(file.plain).replace(NONCE, &nonce);
    let headers = [
        (CONTENT_TYPE, file.media.to_owned()),
        (CONTENT_SECURITY_POLICY, policy),
        // The nonce must never be one that was seen before.
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, text).into_response()
}

/// A file that is not the page, as the client takes it.
pub(crate) fn asset(file: &File, headers: &HeaderMap) -> Response {
    let kept = if file.path.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    };
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let about = [(CACHE_CONTROL, kept), (ETAG, file.tag), (VARY, "accept-encoding")];
    if known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.tag) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = [(CONTENT_TYPE, file.media)];
    match file.gzip.filter(|_| accepts_gzip(accepted)) {
        Some(packed) => (about, media, [(CONTENT_ENCODING, "gzip")], packed).into_response(),
        None => (about, media, file.plain).into_response(),
    }
}

/// RFC 9110 §12.5.3, as far as it concerns one coding.
fn accepts_gzip(accepted: &str) -> bool {
    accepted.split(',').any(|one| {
        let (coding, weight) = one.split_once(';').unwrap_or((one, "q=1"));
        let is_refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
        coding.trim().eq_ignore_ascii_case("gzip") && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    const PAGE: File = File {
        path: INDEX,
        media: "text/html; charset=utf-8",
        tag: "\"1\"",
        plain: b"<script nonce=\"{{nonce}}\"></script>",
        gzip: None,
    };
    const SCRIPT: File = File {
        path: "/assets/app-1a2b.js",
        media: "text/javascript; charset=utf-8",
        tag: "\"2\"",
        plain: b"plain",
        gzip: Some(b"packed"),
    };

    fn header(response: &Response, name: http::HeaderName) -> String {
        response.headers().get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned())
    }

    async fn body(response: Response) -> String {
        String::from_utf8(to_bytes(response.into_body(), 9999).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn each_page_has_a_nonce_of_its_own_and_allows_nothing_inline() {
        let (first, second) = (start_page(&PAGE), start_page(&PAGE));
        let policy = header(&first, CONTENT_SECURITY_POLICY);
        assert_ne!(policy, header(&second, CONTENT_SECURITY_POLICY));
        assert!(!policy.contains("unsafe"), "{policy}");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert_eq!(header(&first, CACHE_CONTROL), "no-store");
        assert_eq!(body(first).await, format!("<script nonce=\"{nonce}\"></script>"));
    }

    #[tokio::test]
    async fn hashed_files_are_kept_and_sent_packed_to_whoever_takes_that() {
        let ask = |encoding: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, http::HeaderValue::from_static(encoding));
            asset(&SCRIPT, &headers)
        };
        for (encoding, sent) in
            [("gzip, br", "packed"), ("br", "plain"), ("gzip;q=0", "plain"), ("", "plain")]
        {
            let response = ask(encoding);
            assert!(header(&response, CACHE_CONTROL).contains("immutable"));
            assert_eq!(header(&response, CONTENT_ENCODING) == "gzip", sent == "packed");
            assert_eq!(body(response).await, sent, "{encoding}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, http::HeaderValue::from_static("\"2\""));
        assert_eq!(asset(&SCRIPT, &headers).status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn only_what_is_in_the_program_is_found() {
        for path in ["/nothing.js", "/assets/../Cargo.toml", "/api/setup"] {
            assert!(respond(&Method::GET, path, &HeaderMap::new()).is_none(), "{path}");
        }
        assert!(respond(&Method::POST, "/", &HeaderMap::new()).is_none());
    }
}
