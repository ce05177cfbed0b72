//! What a sign-in that may not see a record gets to see of it: nothing, by any route.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_api::access::policy::{Principal, Role};
use holdfast_api::access::scopes::Scope;
use holdfast_api::access::token::OneToken;
use holdfast_api::{ApiParts, ApiState, routes};
use http::Request;
use http_body_util::Full;

use crate::common::{ADMIN, Answer, DESK, Server, TOKEN, patient, start_with};

/// Stands in the record of the other patient alone.
const SECRET: &str = "kept-from-others";
/// Bound to the patient `own`, with every interaction.
const BOUND: &str = "bound to one patient";
/// May read Patients and no more.
const NARROW: &str = "patients only";

async fn start() -> Server {
    let server = start_with(|mut parts| {
        let limited = |token, name, scopes: &[&str], patient| {
            let scopes: Vec<Scope> = scopes.iter().map(|text| Scope::parse(text).unwrap()).collect();
            OneToken::new(token, Principal::new(name, [Role::Clinician]).limited(&scopes, patient))
        };
        parts.authenticator = Arc::new(vec![
            OneToken::new(TOKEN, Principal::new("nurse", [Role::Clinician])),
            OneToken::new(DESK, Principal::new("desk", [Role::FrontDesk])),
            OneToken::new(ADMIN, Principal::new("admin", [Role::Admin])),
            limited(BOUND, "app", &["patient/*.cruds"], Some("own")),
            limited(NARROW, "kiosk", &["user/Patient.rs"], None),
        ]);
        parts
    })
    .await;
    for id in ["own", "other"] {
        let mark = if id == "other" { SECRET } else { "x" };
        server.patient(id, &format!(r#""name":[{{"family":"{mark}"}}]"#)).await;
        server.put(&format!("/fhir/Observation/of-{id}"), &observation(id, mark)).await.expect(201);
    }
    server.put("/fhir/Practitioner/d", r#"{"resourceType":"Practitioner","id":"d"}"#).await.expect(201);
    server
}

/// The front desk may not search Devices; an actor may be one.
#[tokio::test]
async fn a_chain_leads_to_the_types_that_may_be_searched() {
    let server = start().await;
    let appointment = r#"{"resourceType":"Appointment","id":"a","status":"booked","participant":[{"actor":{"reference":"Practitioner/n"},"status":"accepted"}]}"#;
    let practitioner = r#"{"resourceType":"Practitioner","id":"n","identifier":[{"value":"7"}]}"#;
    server.put("/fhir/Practitioner/n", practitioner).await.expect(201);
    server.put("/fhir/Appointment/a", appointment).await.expect(201);
    let found = server.get_as(DESK, "/fhir/Appointment?actor.identifier=7").await.expect(200);
    assert!(found.body.contains("Appointment/a"), "{}", found.body);
    server.get_as(DESK, "/fhir/Appointment?actor:Device.identifier=7").await.refused(403, "forbidden");
}

fn observation(patient: &str, text: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"of-{patient}","status":"final","code":{{"text":"{text}"}},
            "subject":{{"reference":"Patient/{patient}"}},"performer":[{{"reference":"Practitioner/d"}}]}}"#
    )
}

fn request(token: &str, method: &str, path: &str, body: &str) -> Request<Full<Bytes>> {
    let request = Request::builder().method(method).uri(path).header("host", "x");
    let kind = if path.ends_with("_search") {
        "application/x-www-form-urlencoded"
    } else if method == "PATCH" {
        "application/json-patch+json"
    } else {
        "application/json"
    };
    let request = request.header("authorization", format!("Bearer {token}")).header("content-type", kind);
    request.body(Full::from(body.to_owned())).unwrap()
}

impl Server {
    async fn ask(&self, token: &str, path: &str) -> Answer {
        self.send(request(token, "GET", path, "")).await
    }
}

/// Every route there is, on a record that the sign-in may not see.
#[tokio::test]
async fn no_route_shows_or_changes_a_record_that_is_out_of_sight() {
    let server = start().await;
    let before = [server.get("/fhir/Patient/other").await, server.get("/fhir/Observation/of-other").await];
    let nobody = ApiParts::new(server.writer.clone(), Arc::new(Vec::<OneToken>::new()));
    let mut asked = 0;
    for route in routes(&ApiState::new(nobody)).table() {
        // A stream of events has no end; it holds numbers alone.
        if route.path.ends_with("/events") {
            continue;
        }
        for (at, (kind, id)) in [("Patient", "other"), ("Observation", "of-other")].into_iter().enumerate() {
            let path = route.path.replace("{type}", kind).replace("{id}", id);
            let path = path.replace("{vid}", &before[at].version());
            // The last two may see patients.
            let tokens = if path.contains("Observation") {
                &[BOUND, ADMIN, DESK, NARROW][..]
            } else {
                &[BOUND, ADMIN]
            };
            for token in tokens {
                let body = overwriting(route.method, &path);
                let answer = server.send(request(token, route.method, &path, &body)).await;
                assert!(!answer.body.contains(SECRET), "{token}: {} {path}: {}", route.method, answer.body);
                assert!(answer.status < 500, "{token}: {} {path}: {}", route.method, answer.body);
                asked += 1;
            }
        }
    }
    assert!(asked > 100, "{asked}");
    let after = [server.get("/fhir/Patient/other").await, server.get("/fhir/Observation/of-other").await];
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.body, after.body);
    }
}

fn overwriting(method: &str, path: &str) -> String {
    match method {
        _ if path.ends_with("_search") => String::new(),
        "PUT" | "POST" if path.contains("Observation") => observation("other", "overwritten"),
        "PUT" | "POST" => patient("other", r#""active":false"#),
        "PATCH" => r#"[{"op":"add","path":"/language","value":"de"}]"#.to_owned(),
        _ => String::new(),
    }
}

#[tokio::test]
async fn a_token_bound_to_a_patient_reaches_that_record_alone() {
    let server = start().await;
    server.ask(BOUND, "/fhir/Patient/own").await.expect(200);
    server.ask(BOUND, "/fhir/Observation/of-own").await.expect(200);
    server.ask(BOUND, "/fhir/Practitioner/d").await.expect(200);
    for path in [
        "/fhir/Patient/other",
        "/fhir/Observation/of-other",
        "/fhir/Observation/of-other/_history",
        "/fhir/Patient/other/$everything",
    ] {
        server.ask(BOUND, path).await.refused(404, "not-found");
    }
    for (path, expected) in [
        ("/fhir/Patient", 1),
        ("/fhir/Observation", 1),
        ("/fhir/Observation?subject=Patient/other", 0),
        ("/fhir/Observation?_summary=count", 1),
        ("/fhir/Observation?_sort=-_lastUpdated", 1),
        ("/fhir/Observation?_sort=code", 1),
        ("/fhir/Practitioner?_has:Observation:performer:patient=other", 0),
        ("/fhir/Practitioner?_has:Observation:performer:patient=own", 1),
        ("/fhir/Patient/own/$everything", 2),
        ("/fhir/Practitioner?_revinclude=Observation:performer", 2),
        ("/fhir/Observation/_history", 1),
    ] {
        let answer = server.ask(BOUND, path).await;
        let json = answer.expect(200).json();
        let entries = json["entry"].as_array().map_or(0, Vec::len) as u64;
        assert_eq!(
            if path.contains("count") { json["total"].as_u64().unwrap() } else { entries },
            expected,
            "{path}: {json}"
        );
    }
    server.ask(BOUND, "/fhir/_history").await.refused(403, "forbidden");
    // A write that would leave the patient's record, or reach into another's, stores nothing.
    let held = server.held().await;
    let of_other = observation("other", "y");
    server
        .send(request(BOUND, "PUT", "/fhir/Observation/of-other", &of_other))
        .await
        .refused(403, "forbidden");
    server.send(request(BOUND, "POST", "/fhir/Observation", &of_other)).await.refused(403, "forbidden");
    let moved = observation("other", "y").replace("of-other", "of-own");
    server.send(request(BOUND, "PUT", "/fhir/Observation/of-own", &moved)).await.refused(403, "forbidden");
    // To this sign-in there is none, and so there was none to delete.
    server.send(request(BOUND, "DELETE", "/fhir/Observation/of-other", "")).await.expect(204);
    server.get("/fhir/Observation/of-other").await.expect(200);
    assert_eq!(server.held().await, held);
    server.send(request(BOUND, "POST", "/fhir/Observation", &observation("own", "y"))).await.expect(201);
}

#[tokio::test]
async fn scopes_limit_searches_and_what_they_lead_through() {
    let server = start().await;
    server.ask(NARROW, "/fhir/Patient?name=kept").await.expect(200);
    server.ask(NARROW, "/fhir/Observation").await.refused(403, "forbidden");
    server.ask(NARROW, "/fhir/Patient?_has:Observation:subject:code=x").await.refused(403, "forbidden");
    server.ask(NARROW, "/fhir/Patient?_revinclude=Observation:subject").await.refused(403, "forbidden");
    let all = server.ask(NARROW, "/fhir/_history").await.expect(200);
    assert!(all.body.contains("Patient/own") && !all.body.contains("Observation"), "{}", all.body);
    let everything = server.ask(NARROW, "/fhir/Patient/own/$everything").await.expect(200);
    assert!(!everything.body.contains("Observation"), "{}", everything.body);
    server
        .send(request(NARROW, "PUT", "/fhir/Patient/own", &patient("own", "")))
        .await
        .refused(403, "forbidden");
}

/// A note filed under the wrong patient and moved: whoever sees the one record sees what it was there, and no more.
#[tokio::test]
async fn versions_from_another_patients_record_stay_out_of_sight() {
    let server = start().await;
    let moved = observation("other", "the-first-text").replace("of-other", "moved");
    let first = server.put("/fhir/Observation/moved", &moved).await.expect(201).header("etag").to_owned();
    let own = observation("own", "the-second-text").replace("of-own", "moved");
    server.put("/fhir/Observation/moved", &own).await.expect(200);
    let version = first.trim_start_matches("W/").trim_matches('"');
    let then = server.get(&format!("/fhir/Observation/moved/_history/{version}")).await.expect(200);
    assert!(then.body.contains("the-first-text"), "{}", then.body);
    for path in [
        "/fhir/Observation/moved/_history".to_owned(),
        "/fhir/Observation/_history".to_owned(),
        format!("/fhir/Observation/moved/_history/{version}"),
    ] {
        let answer = server.ask(BOUND, &path).await;
        assert!(!answer.body.contains("the-first-text"), "{path}: {}", answer.body);
        let is_version = path.ends_with(version);
        assert_eq!(answer.body.contains("the-second-text"), !is_version, "{path}: {}", answer.body);
    }
}

/// What is bound to one patient is filed with no other, not even beside the own one.
#[tokio::test]
async fn nothing_is_written_into_the_record_of_another_patient() {
    let server = start().await;
    let shared = |id: &str| {
        format!(
            r#"{{"resourceType":"Appointment","id":"{id}","status":"booked","participant":[
                {{"actor":{{"reference":"Patient/own"}},"status":"accepted"}},
                {{"actor":{{"reference":"Patient/other"}},"status":"accepted"}}]}}"#
        )
    };
    server.send(request(BOUND, "PUT", "/fhir/Appointment/a", &shared("a"))).await.expect(403);
    server.get("/fhir/Appointment/a").await.expect(404);
    // One that others have made so may be seen and answered.
    server.put("/fhir/Appointment/b", &shared("b")).await.expect(201);
    let cancelled = shared("b").replace("booked", "cancelled");
    server.send(request(BOUND, "PUT", "/fhir/Appointment/b", &cancelled)).await.expect(200);
}

#[tokio::test]
async fn whoever_is_bound_to_a_patient_is_told_nothing_of_how_many_there_are() {
    let server = start().await;
    for path in ["/api/continuity", "/api/continuity/events"] {
        server.ask(BOUND, path).await.expect(403);
        server.ask(NARROW, "/api/continuity").await.expect(200);
    }
}

fn batch(entries: &[&str]) -> String {
    let entries: Vec<String> = entries.iter().map(|one| format!("{{{one}}}")).collect();
    format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{}]}}"#, entries.join(","))
}

fn statuses(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let status =
        |entry: &serde_json::Value| entry["response"]["status"].as_str().unwrap_or_default().to_owned();
    json["entry"].as_array().unwrap().iter().map(status).collect()
}

#[tokio::test]
async fn what_may_not_be_deleted_is_refused_whether_it_is_there_or_not() {
    let server = start().await;
    let delete = |url: &str| format!(r#""request":{{"method":"DELETE","url":"{url}"}}"#);
    let (there, absent) = (delete("Observation/of-own"), delete("Observation/never"));
    let answer = server.send(request(NARROW, "POST", "/fhir", &batch(&[&there, &absent]))).await.expect(200);
    assert_eq!(statuses(&answer), ["403 Forbidden", "403 Forbidden"]);

    let (other, absent) = (delete("Observation/of-other"), delete("Observation/never"));
    let answer = server.send(request(BOUND, "POST", "/fhir", &batch(&[&other, &absent]))).await.expect(200);
    assert_eq!(statuses(&answer), ["204 No Content", "204 No Content"], "another patient's is not there");
    server.get("/fhir/Observation/of-other").await.expect(200);
    server.get("/fhir/Observation/of-own").await.expect(200);
}

#[tokio::test]
async fn a_condition_on_what_may_not_be_searched_is_refused_for_its_entry_alone() {
    let server = start().await;
    let condition = r#""request":{"method":"DELETE","url":"Observation?code=x"}"#;
    let read = r#""request":{"method":"GET","url":"Patient/own"}"#;
    let answer = server.send(request(NARROW, "POST", "/fhir", &batch(&[condition, read]))).await.expect(200);
    assert_eq!(statuses(&answer), ["403 Forbidden", "200 OK"]);
}
