//! The description of the API is that of its routes.

use serde_json::Value;

use crate::common::start;

#[tokio::test]
async fn every_route_is_described() {
    let server = start().await;
    let document = server.get_as("nobody", "/api/openapi.json").await.expect(200);
    assert_eq!(document.header("content-type"), "application/json");
    let document = document.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], format!("http://{}", server.address));
    let mut ids = std::collections::BTreeSet::new();
    let mut count = 0;
    for route in holdfast_api::routes(&server.state).table() {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{route:?}");
        assert!(ids.insert(operation["operationId"].to_string()), "{route:?}");
        count += 1;
        for name in route.path.split('/').filter(|segment| segment.starts_with('{')) {
            let parameters = operation["parameters"].as_array().unwrap();
            let is_it =
                |p: &Value| p["in"] == "path" && format!("{{{}}}", p["name"].as_str().unwrap()) == *name;
            assert!(parameters.iter().any(is_it), "{route:?} {name}");
        }
    }
    assert!(count > 25, "{count}");
}

#[tokio::test]
async fn references_in_the_description_lead_somewhere() {
    fn visit(node: &Value, found: &mut Vec<String>) {
        match node {
            Value::Object(members) => {
                for (name, value) in members {
                    match value.as_str().filter(|_| name == "$ref") {
                        Some(text) => found.push(text.trim_start_matches('#').to_owned()),
                        None => visit(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| visit(item, found)),
            _ => {}
        }
    }
    let server = start().await;
    let document = server.get("/api/openapi.json").await.expect(200).json();
    let mut found = Vec::new();
    visit(&document, &mut found);
    assert!(!found.is_empty());
    for pointer in found {
        assert!(document.pointer(&pointer).is_some(), "{pointer}");
    }
}
