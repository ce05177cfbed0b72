//! JSON Patches (RFC 6902) that cannot be carried out, or that would leave no lawful resource.

use super::super::case::Case;
use super::Place;

/// No patch at all.
const NO_PATCH: &[&str] = &[
    "",
    "{}",
    "null",
    "1",
    "\"x\"",
    "[1]",
    "[null]",
    "[[]]",
    "[{}]",
    r#"{"op":"add","path":"/active","value":true}"#,
    r#"[{"op":"add"}]"#,
    r#"[{"op":"add","path":"/active"}]"#,
    r#"[{"op":"plus","path":"/active","value":true}]"#,
    r#"[{"op":"ADD","path":"/active","value":true}]"#,
    r#"[{"path":"/active","value":true}]"#,
    r#"[{"op":1,"path":"/active","value":true}]"#,
    r#"[{"op":"add","path":7,"value":true}]"#,
    r#"[{"op":"move","path":"/active"}]"#,
    r#"[{"op":"copy","path":"/active","from":1}]"#,
    r#"[{"op":"test","path":"/active"}]"#,
    r#"[{"op":"replace","path":"/active"}]"#,
    r#"{"resourceType":"Parameters"}"#,
    "[{\"op\":\"add\",",
    r#"[{"op":"add","op":"remove","path":"/name"}]"#,
];

/// Paths that are no pointer, or lead nowhere.
const BAD_POINTERS: &[&str] = &[
    "active",
    "name/0",
    "//",
    "/name/x",
    "/name/1/family",
    "/name/-1",
    "/name/00",
    "/name/01",
    "/name/1e0",
    "/name/99999999999999999999",
    "/name/0/given/5",
    "/name/-/family",
    "/~",
    "/~2",
    "/a~",
    "/nothing/here",
    "/name/0/family/x",
    "/active/x",
    "#/active",
    "/name/+0",
    "/name/ 0",
];

/// Carried out, they leave what must be refused; the element.
const BAD_RESULTS: &[(&str, &str)] = &[
    (r#"[{"op":"add","path":"/naem","value":1}]"#, "Patient.naem"),
    (r#"[{"op":"replace","path":"/active","value":"yes"}]"#, "Patient.active"),
    (r#"[{"op":"replace","path":"/name","value":[]}]"#, "Patient.name"),
    (r#"[{"op":"add","path":"/gender","value":"m"}]"#, "Patient.gender"),
    (r#"[{"op":"add","path":"/birthDate","value":"2020-13-01"}]"#, "Patient.birthDate"),
    (r#"[{"op":"add","path":"/active","value":null}]"#, "Patient.active"),
    (
        r#"[{"op":"add","path":"/deceasedBoolean","value":true},{"op":"add","path":"/deceasedDateTime","value":"2020"}]"#,
        "Patient.deceasedDateTime",
    ),
    (
        r#"[{"op":"remove","path":"/name/0/family"},{"op":"remove","path":"/name/0/given"}]"#,
        "Patient.name[0]",
    ),
    (r#"[{"op":"replace","path":"/resourceType","value":"Observation"}]"#, "Observation"),
    (r#"[{"op":"remove","path":"/resourceType"}]"#, "resourceType"),
    (r#"[{"op":"replace","path":"/id","value":"other"}]"#, "id"),
    (r#"[{"op":"remove","path":"/id"}]"#, "id"),
    (r#"[{"op":"replace","path":"","value":{}}]"#, "resourceType"),
    (r#"[{"op":"replace","path":"","value":[]}]"#, "resourceType"),
    (r#"[{"op":"remove","path":""}]"#, ""),
    (r#"[{"op":"test","path":"/active","value":"true"}]"#, "/active"),
    (
        r#"[{"op":"test","path":"/name/0/family","value":"Other"},{"op":"remove","path":"/name"}]"#,
        "/name/0/family",
    ),
    (r#"[{"op":"remove","path":"/name"},{"op":"test","path":"/active","value":false}]"#, "/active"),
    (r#"[{"op":"move","from":"/name","path":"/name/0/given"}]"#, "/name"),
    (r#"[{"op":"copy","from":"/nothing","path":"/active"}]"#, "/nothing"),
    (r#"[{"op":"move","from":"/nothing","path":"/active"}]"#, "/nothing"),
    (r#"[{"op":"add","path":"/extension","value":[{"url":"urn:x"}]}]"#, "Patient.extension[0]"),
];

pub(super) fn cases(place: &Place) -> Vec<Case> {
    let patch = |body: &str| {
        Case::new("bad patch", "PATCH", "/fhir/Patient/seed", Some(body.as_bytes()))
            .header("content-type", "application/json-patch+json")
    };
    let mut all = Vec::new();
    for body in NO_PATCH {
        all.push(patch(body).refused(&["patch"]));
    }
    for path in BAD_POINTERS {
        for op in ["remove", "replace", "test", "copy"] {
            let from = if op == "copy" {
                format!("\"from\":\"{path}\",\"path\":\"/active\"")
            } else {
                format!("\"path\":\"{path}\",\"value\":1")
            };
            all.push(patch(&format!("[{{\"op\":\"{op}\",{from}}}]")).refused(&["operation 0"]));
        }
    }
    for (body, says) in BAD_RESULTS {
        all.push(patch(body).refused(&[says]));
    }
    let add = r#"{"op":"add","path":"/active","value":true}"#;
    all.push(patch(&format!("[{add}{}]", format!(",{add}").repeat(20_000))).refused(&["operations"]));
    let doubling = r#",{"op":"copy","from":"/extension","path":"/extension/0/extension"}"#.repeat(64);
    let bomb = format!(r#"[{{"op":"add","path":"/extension","value":[{{"url":"urn:x"}}]}}{doubling}]"#);
    all.push(patch(&bomb).refused(&["operation"]));
    let growing = r#",{"op":"copy","from":"/name","path":"/name/0/extension"}"#.repeat(200);
    all.push(patch(&format!(r#"[{{"op":"add","path":"/active","value":true}}{growing}]"#)).refused(&[]));
    let nobody = Case::new("bad patch", "PATCH", "/fhir/Patient/no-one", Some(b"[]"))
        .header("content-type", "application/json-patch+json");
    all.push(nobody.clone().refused_with(&[404], &["Patient/no-one"]));
    all.push(
        nobody
            .header("if-match", &format!("W/\"{}\"", place.version))
            .refused_with(&[404, 412], &["Patient/no-one"]),
    );
    for (query, says) in [
        ("identifier=urn:x%7Ctwice", "more than one"),
        ("identifier=urn:x%7Cnobody", "finds nothing"),
        ("colour=red", "colour"),
        ("", "condition"),
    ] {
        let conditional = Case::new("bad patch", "PATCH", &format!("/fhir/Patient?{query}"), Some(b"[]"));
        all.push(conditional.header("content-type", "application/json-patch+json").refused(&[says]));
    }
    all
}
