//! `GET /fhir/metadata`: the CapabilityStatement, written from the table of routes.

use axum::Extension;
use axum::response::Response;
use holdfast_clinical::search::table::{common, parameters};
use holdfast_clinical::types::RESOURCE_TYPES;
use http::StatusCode;
use serde_json::{Value, json};

use super::answer;
use crate::access::routes::{RouteInfo, RouteTable};
use crate::request::media::JSON_PATCH;
use crate::request::origin::FhirBase;

/// The day on which this statement last changed its meaning.
const CHANGED_ON: &str = "2026-11-26";

/// Interactions with a type or one of its resources, in FHIR's order.
const ON_TYPE: [&str; 9] = [
    "read",
    "vread",
    "update",
    "patch",
    "delete",
    "history-instance",
    "history-type",
    "create",
    "search-type",
];
/// Interactions with the whole system.
const ON_SYSTEM: [&str; 3] = ["transaction", "batch", "history-system"];

/// Answers what this server can do.
pub(crate) async fn metadata(Extension(table): Extension<RouteTable>, FhirBase(base): FhirBase) -> Response {
    answer::fhir_json(StatusCode::OK, statement(&table, &base).to_string())
}

fn statement(table: &[RouteInfo], base: &str) -> Value {
    let on_type = interactions(table, &ON_TYPE);
    let resources: Vec<Value> = RESOURCE_TYPES.iter().map(|kind| resource(table, kind, &on_type)).collect();
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED_ON,
        "kind": "instance",
        "software": { "name": "Holdfast", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "The records of a clinic, held where the clinic is", "url": base },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "patchFormat": [JSON_PATCH],
        "rest": [{
            "mode": "server",
            "security": { "description": "Send a token in the header \"Authorization: Bearer TOKEN\"." },
            "resource": resources,
            "interaction": interactions(table, &ON_SYSTEM),
        }],
    })
}

fn interactions(table: &[RouteInfo], known: &[&str]) -> Vec<Value> {
    let is_served = |code: &&&str| table.iter().any(|route| route.doc.interactions.contains(*code));
    known.iter().filter(is_served).map(|code| json!({ "code": code })).collect()
}

/// The operations of a type, each once: those of any type, and those whose address names it.
fn operations(table: &[RouteInfo], kind: &str) -> Vec<Value> {
    let is_of_type = |route: &&RouteInfo| {
        route.path.starts_with("/fhir/{type}/") || route.path.starts_with(&format!("/fhir/{kind}/"))
    };
    let mut found: Vec<_> = table.iter().filter(is_of_type).filter_map(|route| route.doc.operation).collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(name, definition)| json!({ "name": name, "definition": definition })).collect()
}

fn resource(table: &[RouteInfo], kind: &str, interactions: &[Value]) -> Value {
    let is_served =
        |method: &str| table.iter().any(|route| (route.method, route.path) == (method, "/fhir/{type}"));
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
        "conditionalRead": "full-support",
        "conditionalUpdate": is_served("PUT"),
        "conditionalDelete": if is_served("DELETE") { "single" } else { "not-supported" },
        "searchParam": search,
        "operation": operations(table, kind),
    })
}
