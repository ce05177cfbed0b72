//! `GET /api/openapi.json`: OpenAPI 3.1, written from the table of routes, so that it cannot lag behind them.
//!
//! Source: <https://spec.openapis.org/oas/v3.1.0>.

mod operation;
mod schemas;

use axum::Extension;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};

use crate::access::routes::{RouteInfo, RouteTable};
use crate::request::origin::FhirBase;

/// Answers the document.
pub(crate) async fn document(Extension(table): Extension<RouteTable>, FhirBase(base): FhirBase) -> Response {
    let server = base.strip_suffix("/fhir").unwrap_or_default();
    ([(CONTENT_TYPE, "application/json")], of_table(&table, server).to_string()).into_response()
}

/// The document of these routes as text, in an order that depends on nothing but them: what the front end's types are made of.
pub fn to_text(table: &[RouteInfo]) -> String {
    let mut document = of_table(table, "");
    document.sort_all_objects();
    format!("{document:#}\n")
}

fn of_table(table: &[RouteInfo], server: &str) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in table {
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        item[route.method.to_ascii_lowercase()] = operation::of(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Holdfast",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The records of a clinic, held where the clinic is. Under /fhir: FHIR R4, JSON alone. Every GET \
                            answers HEAD too.",
        },
        "servers": [{ "url": if server.is_empty() { "/" } else { server } }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": "holdfast_session" },
            },
            "schemas": schemas::all(table),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::doc::{Carries, Doc};
    use crate::access::policy::{Access, Policy};

    const CREATE: Doc =
        Doc::new("Creates", &[(201, Carries::Fhir)]).body(Carries::Fhir).refusals(&[409, 422]);
    const LIVE: Doc = Doc::new("Lives", &[(200, Carries::Text)]);

    #[test]
    fn a_route_says_all_that_follows_from_it() {
        let table = [
            RouteInfo {
                method: "POST",
                path: "/fhir/{type}",
                policy: Policy::Write(Access::Records),
                doc: &CREATE,
            },
            RouteInfo { method: "GET", path: "/livez", policy: Policy::Public, doc: &LIVE },
        ];
        let document = of_table(&table, "http://x");
        let create = &document["paths"]["/fhir/{type}"]["post"];
        let statuses: Vec<&str> =
            create["responses"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            statuses,
            [
                "201", "400", "401", "403", "404", "406", "408", "409", "413", "415", "422", "429", "500",
                "503", "504", "507"
            ]
        );
        assert_eq!(create["parameters"][0]["schema"]["$ref"], "#/components/schemas/ResourceType");
        let error = &create["responses"]["409"]["content"]["application/fhir+json"]["schema"]["$ref"];
        assert_eq!(error, "#/components/schemas/OperationOutcome");
        let live = &document["paths"]["/livez"]["get"];
        assert_eq!((&live["security"], live["responses"]["401"].is_null()), (&json!([]), true));
        assert!(live["responses"]["503"]["content"]["application/problem+json"].is_object());
    }
}
