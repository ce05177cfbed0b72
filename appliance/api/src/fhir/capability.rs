//! `GET /fhir/metadata`: the CapabilityStatement, written from the table of routes.

use axum::Extension;
use axum::response::Response;
use holdfast_clinical::policy::is_immutable;
use holdfast_clinical::search::table::{Kind, Parameter, common, parameters};
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
/// Those of [`ON_TYPE`] that what is written once does not have.
const CHANGES: [&str; 3] = ["update", "patch", "delete"];
/// Interactions with the whole system.
const ON_SYSTEM: [&str; 3] = ["transaction", "batch", "history-system"];

/// Parameters of every type that no definition with a path is behind.
const BUILT_IN: [(&str, &str); 4] =
    [("_id", "token"), ("_lastUpdated", "date"), ("_text", "string"), ("_has", "special")];

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

fn described(parameters: &'static [Parameter]) -> impl Iterator<Item = (&'static str, &'static str)> {
    parameters.iter().map(|parameter| (parameter.name, parameter.kind.name()))
}

/// The references of other types that may lead to this one, those that may lead anywhere aside.
fn referring(kind: &str) -> Vec<String> {
    let of_type = |source: &&'static str| {
        let leads_here = |one: &&Parameter| one.kind == Kind::Reference && one.targets.contains(&kind);
        let source = *source;
        parameters(source).iter().filter(leads_here).map(move |one| format!("{source}:{}", one.name))
    };
    RESOURCE_TYPES.iter().flat_map(of_type).collect()
}

fn resource(table: &[RouteInfo], kind: &str, interactions: &[Value]) -> Value {
    let is_kept = is_immutable(kind);
    let interactions: Vec<&Value> = interactions
        .iter()
        .filter(|one| !is_kept || one["code"].as_str().is_none_or(|code| !CHANGES.contains(&code)))
        .collect();
    let is_served = |method: &str| {
        !is_kept && table.iter().any(|route| (route.method, route.path) == (method, "/fhir/{type}"))
    };
    let search = BUILT_IN.into_iter().chain(described(common())).chain(described(parameters(kind)));
    let search: Vec<Value> = search.map(|(name, kind)| json!({ "name": name, "type": kind })).collect();
    let included = parameters(kind).iter().filter(|parameter| parameter.kind == Kind::Reference);
    let included: Vec<String> = included.map(|parameter| format!("{kind}:{}", parameter.name)).collect();
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
        "searchInclude": included,
        "searchRevInclude": referring(kind),
        "operation": operations(table, kind),
    })
}
