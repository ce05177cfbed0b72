//! The schemas that operations refer to.

use holdfast_clinical::policy::is_immutable;
use holdfast_clinical::types::RESOURCE_TYPES;
use serde_json::{Value, json};

pub(super) fn all() -> Value {
    json!({
        "ResourceType": { "type": "string", "enum": RESOURCE_TYPES[..] },
        "ChangeableType": {
            "type": "string",
            "description": "All but those that are written once and kept",
            "enum": RESOURCE_TYPES.into_iter().filter(|kind| !is_immutable(kind)).collect::<Vec<_>>(),
        },
        "Id": { "type": "string", "pattern": "^[A-Za-z0-9\\-\\.]{1,64}$" },
        "Resource": {
            "type": "object",
            "description": "A FHIR R4 resource; what is in it, /fhir/{type}/$validate checks",
            "required": ["resourceType"],
            "properties": { "resourceType": { "$ref": "#/components/schemas/ResourceType" } },
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
            },
        },
        "JsonPatch": patch(),
    })
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
