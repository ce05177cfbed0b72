//! Responses: a resource's bytes as stored, with its version and date.

use axum::body::Body;
use axum::response::Response;
use holdfast_clinical::outcome::{Issue, IssueType, Severity, operation_outcome};
use holdfast_clinical::projection::{Shape, project};
use holdfast_core::id::Entity;
use holdfast_store::author::Saved;
use holdfast_store::view::Stored;
use http::header::{CONTENT_LOCATION, CONTENT_TYPE, ETAG, HeaderName, LAST_MODIFIED, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::date::http_date;
use crate::audit::{Look, Looks};
use crate::request::media::FHIR_JSON;
use crate::request::prefer::{Prefer, Return};

/// `W/"version"`.
pub(crate) fn etag(version: &str) -> String {
    format!("W/\"{version}\"")
}

/// `Type/id/_history/version`, relative to the base.
pub(crate) fn location(entity: &Entity, version: &str) -> String {
    format!("{entity}/_history/{version}")
}

/// A body of FHIR JSON.
pub(crate) fn fhir_json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(FHIR_JSON));
    response
}

/// The resource, unparsed.
pub(crate) fn resource(status: StatusCode, stored: Stored) -> Response {
    let (version, updated_ms) = (stored.version, stored.updated_ms);
    let mut response = fhir_json(status, stored.json);
    set_version(response.headers_mut(), &version, updated_ms);
    response
}

/// No body: the client has this version, or the resource is gone.
pub(crate) fn empty(status: StatusCode, version: &str, updated_ms: u64) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    set_version(response.headers_mut(), version, updated_ms);
    response
}

/// The part of the resource that is wanted; all of it goes out unparsed.
pub(crate) fn shaped(stored: Stored, shape: &Shape) -> Response {
    if shape.is_whole() {
        return resource(StatusCode::OK, stored);
    }
    let json = project(&stored.json, shape).into_owned();
    resource(StatusCode::OK, Stored { json, ..stored })
}

/// A Bundle, and what is kept of its having been shown.
pub(crate) struct Answered {
    pub(crate) bundle: String,
    pub(crate) looks: Vec<Look>,
}

impl Answered {
    pub(crate) fn answer(self) -> Response {
        let mut response = fhir_json(StatusCode::OK, self.bundle);
        response.extensions_mut().insert(Looks(self.looks));
        response
    }
}

/// What became of a create or update.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Became {
    /// The resource is new.
    Created,
    /// The resource is as it was sent.
    Saved {
        /// Whether it was otherwise before.
        changed: bool,
    },
    /// The condition found the resource, and nothing was done.
    Found,
}

impl Became {
    pub(crate) fn of(created: bool, changed: bool) -> Self {
        if created { Self::Created } else { Self::Saved { changed } }
    }
}

impl From<&Saved> for Became {
    fn from(saved: &Saved) -> Self {
        Self::of(saved.created, saved.changed)
    }
}

/// The answer to a create or update: the resource as it is now, unless the client wants less (`Prefer`). Its headers say which
/// one it is, for a condition does not.
pub(crate) fn saved(headers: &HeaderMap, base: &str, became: Became, stored: Stored) -> Response {
    let (created, entity) = (became == Became::Created, stored.entity.clone());
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    let place = format!("{base}/{}", location(&stored.entity, &stored.version));
    let (version, updated_ms) = (stored.version.clone(), stored.updated_ms);
    let mut response = match Prefer::of(headers).returns {
        Some(Return::Minimal) => empty(status, &version, updated_ms),
        Some(Return::Outcome) => fhir_json(status, operation_outcome(&[saved_issue(&stored, became)])),
        Some(Return::Representation) | None => resource(status, stored),
    };
    set_version(response.headers_mut(), &version, updated_ms);
    set(response.headers_mut(), if created { LOCATION } else { CONTENT_LOCATION }, &place);
    told(response, matches!(became, Became::Created | Became::Saved { changed: true }), &entity)
}

/// A write that changed nothing is in no log: what it showed is a look.
pub(crate) fn told(mut response: Response, changed: bool, entity: &Entity) -> Response {
    if !changed {
        response.extensions_mut().insert(Looks(vec![Look::at(entity)]));
    }
    response
}

/// What an OperationOutcome says of a save.
pub(super) fn saved_issue(stored: &Stored, became: Became) -> Issue {
    let done = match became {
        Became::Created => "was created",
        Became::Saved { .. } => "was saved",
        Became::Found => "was found by the condition, so that nothing was saved,",
    };
    let diagnostics = format!("{} {done} and is at version {} now", stored.entity, stored.version);
    let (severity, code) = (Severity::Information, IssueType::Informational);
    Issue { severity, code, expression: None, diagnostics }
}

fn set_version(headers: &mut HeaderMap, version: &str, updated_ms: u64) {
    set(headers, ETAG, &etag(version));
    set(headers, LAST_MODIFIED, &http_date(updated_ms));
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
