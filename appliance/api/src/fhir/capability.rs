//! `GET /fhir/metadata`: the CapabilityStatement, written from the table of routes.

use axum::Extension;
use axum::response::Response;
use holdfast_clinical::search::table::{common, parameters};
use holdfast_clinical::types::RESOURCE_TYPES;
use http::StatusCode;
use serde_json::{Value, json};

use super::answer;
use crate::access::routes::{RouteInfo, RouteTable};
use crate::request::origin::FhirBase;

/// The day on which this statement last changed its meaning.
const CHANGED_ON: &str = "2026-11-22";

/// Interactions on a type, by the route that serves them.
const ON_TYPE: [(&str, &str, &str); 8] = [
    ("GET", "/fhir/{type}/{id}", "read"),
    ("GET", "/fhir/{type}/{id}/_history/{vid}", "vread"),
    ("GET", "/fhir/{type}/{id}/_history", "history-instance"),
    ("GET", "/fhir/{type}/_history", "history-type"),
    ("PUT", "/fhir/{type}/{id}", "update"),
    ("DELETE", "/fhir/{type}/{id}", "delete"),
    ("POST", "/fhir/{type}", "create"),
    ("GET", "/fhir/{type}", "search-type"),
];
/// Interactions on the whole system.
const ON_SYSTEM: [(&str, &str, &str); 2] = [("POST", "/fhir", "transaction"), ("POST", "/fhir", "batch")];

/// Answers what this server can do.
pub(crate) async fn metadata(Extension(table): Extension<RouteTable>, FhirBase(base): FhirBase) -> Response {
    answer::fhir_json(StatusCode::OK, statement(&table, &base).to_string())
}

fn statement(table: &[RouteInfo], base: &str) -> Value {
    let on_type = interactions(table, &ON_TYPE);
    let resources: Vec<Value> = RESOURCE_TYPES.iter().map(|kind| resource(kind, &on_type)).collect();
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED_ON,
        "kind": "instance",
        "software": { "name": "Holdfast", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "The records of a clinic, held where the clinic is", "url": base },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [{
            "mode": "server",
            "security": { "description": "Send a token in the header \"Authorization: Bearer TOKEN\"." },
            "resource": resources,
            "interaction": interactions(table, &ON_SYSTEM),
        }],
    })
}

fn interactions(table: &[RouteInfo], known: &[(&str, &str, &str)]) -> Vec<Value> {
    let is_served =
        |method: &str, path: &str| table.iter().any(|route| (route.method, route.path) == (method, path));
    known
        .iter()
        .filter(|(method, path, _)| is_served(method, path))
        .map(|(.., code)| json!({ "code": code }))
        .collect()
}

fn resource(kind: &str, interactions: &[Value]) -> Value {
    let own = parameters(kind)
        .iter()
        .chain(common())
        .map(|parameter| json!({ "name": parameter.name, "type": parameter.kind.name() }));
    let search: Vec<Value> = std::iter::once(json!({ "name": "_id", "type": "token" })).chain(own).collect();
    json!({
        "type": kind,
        "interaction": interactions,
        "versioning": "versioned-update",
        "readHistory": true,
        "updateCreate": true,
        "conditionalCreate": true,
        "conditionalRead": "not-match",
        "conditionalUpdate": false,
        "conditionalDelete": "not-supported",
        "searchParam": search,
    })
}
