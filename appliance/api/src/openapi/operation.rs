//! One route as an Operation Object (<https://spec.openapis.org/oas/v3.1.0#operation-object>).

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::access::doc::Carries;
use crate::access::policy::Policy;
use crate::access::routes::{RouteInfo, is_probe};

pub(super) fn of(route: &RouteInfo) -> Value {
    let doc = route.doc;
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": doc.summary,
        "tags": [if is_fhir(route) { "FHIR" } else { "Holdfast" }],
        "parameters": parameters(route),
        "responses": responses(route),
        "security": if route.policy == Policy::Public { json!([]) } else { json!([{ "bearer": [] }, { "session": [] }]) },
    });
    if route.policy != Policy::Public {
        operation["x-policy"] = route.policy.wants().into();
    }
    if let Some(body) = doc.body {
        operation["requestBody"] = json!({ "required": true, "content": content(body, body.media()) });
    }
    operation
}

fn is_fhir(route: &RouteInfo) -> bool {
    route.path == "/fhir" || route.path.starts_with("/fhir/")
}

/// `get_fhir_type_id`; a slash at the end counts, so that no two are the same.
fn operation_id(route: &RouteInfo) -> String {
    let path = route.path.replace(['{', '}', '$'], "").replace(['/', '.'], "_");
    format!("{}{path}", route.method.to_ascii_lowercase())
}

fn parameters(route: &RouteInfo) -> Vec<Value> {
    let mut out = Vec::new();
    for segment in route.path.split('/') {
        if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            let schema = match (name, route.method) {
                ("type", "PATCH" | "DELETE") => "ChangeableType",
                ("type", _) => "ResourceType",
                ("id" | "vid", _) => "Id",
                _ => "Key",
            };
            out.push(json!({ "name": name, "in": "path", "required": true, "schema": reference(schema) }));
        }
    }
    for (name, description) in route.doc.query {
        let schema = query_schema(name);
        out.push(json!({ "name": name, "in": "query", "description": description, "schema": schema }));
    }
    if route.doc.is_search {
        // Which names there are depends on the type; /fhir/metadata lists them.
        let schema = json!({ "type": "object", "additionalProperties": { "type": "string" } });
        out.push(
            json!({ "name": "search", "in": "query", "style": "form", "explode": true, "schema": schema,
                         "description": "search parameters of the type, as /fhir/metadata lists them" }),
        );
    }
    for name in route.doc.headers {
        out.push(json!({ "name": name, "in": "header", "schema": { "type": "string" } }));
    }
    out
}

fn query_schema(name: &str) -> Value {
    match name {
        "_count" | "count" | "limit" => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        "_pretty" => json!({ "type": "boolean" }),
        "_format" => json!({ "enum": ["json", "application/json", "application/fhir+json"] }),
        "_summary" => json!({ "enum": ["true", "text", "data", "false", "count"] }),
        "_since" => json!({ "type": "string", "format": "date-time" }),
        "mode" => json!({ "enum": ["create", "update", "delete", "profile"] }),
        _ => json!({ "type": "string" }),
    }
}

fn responses(route: &RouteInfo) -> Value {
    let mut out: BTreeMap<u16, Value> = BTreeMap::new();
    for status in refusals(route) {
        let (media, schema) = if is_fhir(route) {
            ("application/fhir+json", "OperationOutcome")
        } else {
            ("application/problem+json", "Problem")
        };
        let content = json!({ media: { "schema": reference(schema) } });
        out.insert(status, json!({ "description": reason(status), "content": content }));
    }
    for (status, carries) in route.doc.answers {
        let mut answer = json!({ "description": reason(*status) });
        if *carries != Carries::Nothing {
            answer["content"] = content(*carries, &carries.media()[..1]);
        }
        out.insert(*status, answer);
    }
    let by_text: Map<String, Value> =
        out.into_iter().map(|(status, answer)| (status.to_string(), answer)).collect();
    by_text.into()
}

/// Statuses of refusals: what the route says, and what follows from its policy, address, query and body.
fn refusals(route: &RouteInfo) -> Vec<u16> {
    let doc = route.doc;
    let mut out = doc.refusals.to_vec();
    out.extend([500, 503, 504]);
    if route.policy != Policy::Public {
        out.extend([401, 403]);
    }
    if !is_probe(route.path) {
        out.push(429);
    }
    if route.path.contains('{') {
        out.extend([400, 404]);
    }
    if !doc.query.is_empty() || doc.is_search || !doc.headers.is_empty() {
        out.push(400);
    }
    if is_fhir(route) {
        out.push(406);
    }
    if doc.body.is_some() {
        out.extend([400, 408, 413, 415]);
    }
    if route.method != "GET" && !doc.is_search && doc.operation.is_none() {
        out.push(507);
    }
    out
}

fn content(carries: Carries, media: &[&str]) -> Value {
    let schema = match carries {
        Carries::Fhir => reference("Resource"),
        Carries::JsonPatch => reference("JsonPatch"),
        Carries::Json => json!({ "type": "object" }),
        Carries::Typed(typed) => reference(&typed.name()),
        Carries::Form => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Carries::Bytes => json!({ "type": "string", "format": "binary" }),
        Carries::Nothing | Carries::Html | Carries::Text | Carries::Calendar | Carries::Events => {
            json!({ "type": "string" })
        }
    };
    media.iter().map(|media| ((*media).to_owned(), json!({ "schema": schema }))).collect::<Map<_, _>>().into()
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("An answer")
}
