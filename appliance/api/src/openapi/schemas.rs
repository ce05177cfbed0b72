//! The schemas that operations refer to.

use holdfast_clinical::policy::is_immutable;
use holdfast_clinical::types::RESOURCE_TYPES;
use serde_json::{Map, Value, json};

use crate::access::doc::Carries;
use crate::access::routes::RouteInfo;

/// Those of FHIR and of every answer, and those that the routes' own types lead to.
pub(super) fn all(table: &[RouteInfo]) -> Value {
    let mut all = of_every_route();
    for (name, schema) in table.iter().flat_map(typed).flat_map(|typed| typed.schemas()) {
        all.insert(name, serde_json::to_value(schema).unwrap_or_default());
    }
    all.into()
}

fn typed(route: &RouteInfo) -> Vec<crate::access::doc::Typed> {
    let carried = route.doc.answers.iter().map(|(_, carries)| *carries).chain(route.doc.body);
    let typed = carried.filter_map(|carries| match carries {
        Carries::Typed(typed) => Some(typed),
        _ => None,
    });
    typed.collect()
}

fn of_every_route() -> Map<String, Value> {
    let all = json!({
        "ResourceType": { "type": "string", "enum": RESOURCE_TYPES[..] },
        "ChangeableType": {
            "type": "string",
            "description": "All but those that are written once and kept",
            "enum": RESOURCE_TYPES.into_iter().filter(|kind| !is_immutable(kind)).collect::<Vec<_>>(),
        },
        "Key": { "type": "string", "minLength": 1, "maxLength": 200 },
        "Id": { "type": "string", "pattern": "^[A-Za-z0-9\\-\\.]{1,64}$" },
        "Resource": {
            "type": "object",
            "description": "A FHIR R4 resource; what is in it, /fhir/{type}/$validate checks",
            "required": ["resourceType"],
            "properties": { "resourceType": { "$ref": "#/components/schemas/ResourceType" } },
            "additionalProperties": true,
        },
        "OperationOutcome": outcome(),
        "Problem": {
            "type": "object",
            "description": "RFC 9457",
            "required": ["type", "title", "status", "code", "detail"],
            "properties": {
                "type": { "type": "string" },
                "title": { "type": "string" },
                "status": { "type": "integer" },
                "code": { "type": "string" },
                "detail": { "type": "string" },
                "triesLeft": { "type": "integer", "description": "of `sign-in-wrong`" },
                "retryAfterS": { "type": "integer", "description": "seconds, where the same may be tried again" },
            },
        },
        "JsonPatch": patch(),
    });
    match all {
        Value::Object(all) => all,
        _ => Map::new(),
    }
}

fn outcome() -> Value {
    json!({
        "type": "object",
        "required": ["resourceType", "issue"],
        "properties": {
            "resourceType": { "const": "OperationOutcome" },
            "issue": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["severity", "code"],
                    "properties": {
                        "severity": { "enum": ["fatal", "error", "warning", "information"] },
                        "code": { "type": "string" },
                        "details": { "type": "object" },
                        "diagnostics": { "type": "string" },
                        "expression": { "type": "array", "items": { "type": "string" } },
                    },
                },
            },
        },
    })
}

fn patch() -> Value {
    json!({
        "type": "array",
        "description": "RFC 6902",
        "maxItems": holdfast_clinical::patch::MAX_OPERATIONS,
        "items": {
            "type": "object",
            "required": ["op", "path"],
            "properties": {
                "op": { "enum": ["add", "remove", "replace", "move", "copy", "test"] },
                "path": { "type": "string" },
                "from": { "type": "string" },
                "value": {},
            },
        },
    })
}
