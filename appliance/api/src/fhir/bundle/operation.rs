//! Operations in a batch: asked of the handlers that answer them at addresses of their own.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use holdfast_clinical::bundle::{Action, Ask, Method, Step};
use http::Request;
use http::header::{CONTENT_TYPE, ETAG};
use tower::ServiceExt;

use super::Sender;
use super::budget::Budget;
use super::step::Answer;
use crate::access::routes::Asked;
use crate::audit::Looks;
use crate::error::{ApiError, Problem, RequestError};
use crate::request::condition::version_of;
use crate::request::limits::BUNDLE_ANSWER_BYTES;
use crate::request::media::FHIR_JSON;

const FORM: &str = "application/x-www-form-urlencoded";

/// What a step asks for that no view of the records answers by itself.
pub(super) fn asked(step: &Step) -> Option<&Ask> {
    let Action::Get(ask) = &step.action else { return None };
    let is_history = ask.url.rest.as_deref() == Some("_history") && !ask.url.kind.is_empty();
    (ask.url.rest.is_some() && !is_history).then_some(ask)
}

/// Asks it. A refusal is an answer.
///
/// # Errors
/// An address that cannot be asked, or an answer that has no place beside the others.
pub(super) async fn carry_out(
    routes: &Asked,
    step: &Step,
    ask: &Ask,
    sender: &Sender,
    budget: &Budget,
) -> Result<Answer, ApiError> {
    budget.check()?;
    let request = request(step, ask, sender).map_err(|_| RequestError::BadPath)?;
    let response = match routes.0.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    answer(response, budget).await
}

fn request(step: &Step, ask: &Ask, sender: &Sender) -> http::Result<Request<Body>> {
    let (method, content_type) = match (step.method, ask.url.rest.as_deref()) {
        (Method::Head, _) => ("HEAD", None),
        (Method::Post, Some("_search")) => ("POST", Some(FORM)),
        (Method::Post, _) => ("POST", Some(FHIR_JSON)),
        _ => ("GET", None),
    };
    let url = &ask.url;
    let parts = [Some(&url.kind), url.id.as_ref(), url.rest.as_ref()].into_iter().flatten();
    let path: Vec<&str> = parts.map(String::as_str).filter(|part| !part.is_empty()).collect();
    let query = url.text.split_once('?').map_or("", |(_, query)| query);
    let uri = format!("/fhir/{}?{}", path.join("/"), as_sent(query));
    let body = step.resource.clone().filter(|_| content_type == Some(FHIR_JSON)).unwrap_or_default();
    let mut request = Request::builder().method(method).uri(uri).body(Body::from(body))?;
    *request.headers_mut() = sender.headers.clone();
    if let Some(value) = content_type {
        request.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(value));
    }
    request.extensions_mut().insert(sender.caller.clone());
    Ok(request)
}

/// A query as it stands in a request line (RFC 3986 §3.4): in a bundle, clients leave it unencoded.
fn as_sent(query: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"#<>`{}\\^".contains(&byte);
    query.bytes().fold(String::with_capacity(query.len()), |mut out, byte| {
        if is_plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

async fn answer(response: Response, budget: &Budget) -> Result<Answer, ApiError> {
    let (mut parts, body) = response.into_parts();
    let looks = parts.extensions.remove::<Looks>().map(|looks| looks.0).unwrap_or_default();
    let status = Cow::Owned(parts.status.to_string());
    if let Some(problem) = parts.extensions.get::<Arc<Problem>>() {
        let outcome = Some(problem.operation_outcome());
        return Ok(Answer { looks, outcome, status, ..Answer::default() });
    }
    let body = to_bytes(body, BUNDLE_ANSWER_BYTES).await.map_err(|_| budget.full())?;
    budget.take(body.len())?;
    let tag = parts.headers.get(ETAG).and_then(|tag| tag.to_str().ok());
    let version = tag.and_then(version_of).map(str::to_owned);
    let resource = String::from_utf8(body.into()).ok().filter(|text| !text.is_empty());
    Ok(Answer { looks, version, resource, status, ..Answer::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_keeps_its_meaning() {
        for (query, expected) in
            [("a=b|c&d=%20e", "a=b|c&d=%20e"), ("a=b c#d", "a=b%20c%23d"), ("a=é", "a=%C3%A9")]
        {
            assert_eq!(as_sent(query), expected);
        }
    }
}
