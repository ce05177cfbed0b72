//! The chart: what it opens on, of whom, and from where.

use holdfast_core::id::{ActorId, Entity, Lane};
use holdfast_store::author::Base;

use crate::common::{DESK, Server, copy, start};

const LOINC: &str = "http://loinc.org";

async fn put(server: &Server, kind: &str, id: &str, rest: &str) {
    let body = format!(r#"{{"resourceType":"{kind}","id":"{id}",{rest}}}"#);
    let answer = server.put(&format!("/fhir/{kind}/{id}"), &body).await;
    assert!(matches!(answer.status, 200 | 201), "{}", answer.body);
}

fn vital(code: &str, patient: &str, at: &str, value: &str, unit: &str) -> String {
    format!(
        r#""status":"final","category":[{{"coding":[{{"code":"vital-signs"}}]}}],"code":{{"coding":[{{"system":"{LOINC}","code":"{code}"}}]}},
           "subject":{{"reference":"Patient/{patient}"}},"effectiveDateTime":"{at}","valueQuantity":{{"value":{value},"unit":"{unit}","system":"http://unitsofmeasure.org","code":"{unit}"}}"#
    )
}

async fn a_patient_with_a_record(server: &Server) {
    server.patient("p", r#""name":[{"family":"A"}],"birthDate":"1970-01-01""#).await;
    server.patient("q", r#""name":[{"family":"Other"}]"#).await;
    let of = r#""subject":{"reference":"Patient/p"}"#;
    put(
        server,
        "AllergyIntolerance",
        "al",
        r#""patient":{"reference":"Patient/p"},"code":{"text":"Penicillin"}"#,
    )
    .await;
    put(server, "AllergyIntolerance", "other", r#""patient":{"reference":"Patient/q"}"#).await;
    for (id, status) in [("m1", "active"), ("m2", "stopped")] {
        put(
            server,
            "MedicationRequest",
            id,
            &format!(
                r#""status":"{status}","intent":"order","medicationCodeableConcept":{{"text":"x"}},{of}"#
            ),
        )
        .await;
    }
    put(server, "Condition", "c1", &format!(r#""clinicalStatus":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}}]}},{of}"#)).await;
    put(
        server,
        "Encounter",
        "e1",
        &format!(r#""status":"finished","class":{{"code":"AMB"}},"period":{{"start":"2024-01-01"}},{of}"#),
    )
    .await;
    put(server, "DocumentReference", "n1", &format!(r#""status":"current","content":[{{"attachment":{{"title":"x"}}}}],"category":[{{"coding":[{{"code":"clinical-note"}}]}}],{of}"#)).await;
    for (n, at) in ["2024-01-01", "2024-03-01", "2024-02-01"].iter().enumerate() {
        put(server, "Observation", &format!("w{n}"), &vital("29463-7", "p", at, &format!("7{n}.50"), "kg"))
            .await;
    }
    for (n, (code, value, unit)) in [
        ("9279-1", "22", "/min"),
        ("59408-5", "95", "%"),
        ("8867-4", "80", "/min"),
        ("8310-5", "37.0", "Cel"),
    ]
    .iter()
    .enumerate()
    {
        put(server, "Observation", &format!("v{n}"), &vital(code, "p", "2024-03-01T10:00:00Z", value, unit))
            .await;
    }
    let pressure = format!(
        r#""status":"final","code":{{"coding":[{{"system":"{LOINC}","code":"85354-9"}}]}},{of},"effectiveDateTime":"2024-03-01T10:01:00Z",
           "component":[{{"code":{{"coding":[{{"system":"{LOINC}","code":"8480-6"}}]}},"valueQuantity":{{"value":118,"unit":"mmHg"}}}}]"#
    );
    put(server, "Observation", "bp", &pressure).await;
}

fn ids(records: &serde_json::Value) -> String {
    let ids: Vec<&str> =
        records.as_array().unwrap().iter().map(|one| one["resource"]["id"].as_str().unwrap()).collect();
    ids.join(" ")
}

#[tokio::test]
async fn a_chart_opens_on_what_matters() {
    let server = start().await;
    a_patient_with_a_record(&server).await;
    let answer = server.get("/api/patients/p/chart").await.expect(200);
    let chart = answer.json();
    assert_eq!(
        (&chart["patient"]["resource"]["id"], &chart["patient"]["savedAt"]),
        (&"p".into(), &"here".into())
    );
    for (part, expected) in [
        ("allergies", "al"),
        ("medicines", "m1"),
        ("pastMedicines", "m2"),
        ("problems", "c1"),
        ("pastProblems", ""),
        ("encounters", "e1"),
        ("results", ""),
        ("documents", ""),
        ("immunizations", ""),
        ("familyHistory", ""),
        ("linked", ""),
    ] {
        assert_eq!(ids(&chart[part]), expected, "{part}");
    }
    assert_eq!((ids(&chart["notes"]["latest"]), &chart["notes"]["total"]), ("n1".into(), &1.into()));
    assert_eq!(ids(&chart["vitals"]["latest"]), "bp v2 v0 v3 v1 w1", "the newest of each, the newest first");
    assert!(answer.body.contains("71.50"), "digits stay as they were written");
    assert_eq!(
        (&chart["counts"]["medicines"], &chart["hidden"], &chart["incomplete"]),
        (&1.into(), &serde_json::json!([]), &false.into())
    );
    // 22 breaths: 2, 95 %: 1.
    assert_eq!(
        (&chart["vitals"]["news2"]["score"], &chart["vitals"]["news2"]["band"]),
        (&3.into(), &"low".into())
    );
    let record = &chart["allergies"][0];
    assert_eq!(record["version"], record["resource"]["meta"]["versionId"]);
}

#[tokio::test]
async fn conflicts_and_deletions_show_at_once() {
    let server = start().await;
    a_patient_with_a_record(&server).await;
    let seen = format!("W/\"{}\"", server.get("/fhir/MedicationRequest/m1").await.version());
    for status in ["stopped", "on-hold"] {
        let body = format!(
            r#"{{"resourceType":"MedicationRequest","id":"m1","status":"{status}","intent":"order","medicationCodeableConcept":{{"text":"x"}},"subject":{{"reference":"Patient/p"}}}}"#
        );
        server
            .with_body("PUT", "/api/records/MedicationRequest/m1", &[("if-match", &seen)], &body)
            .await
            .expect(200);
    }
    server.delete("/fhir/Condition/c1").await.expect(204);
    let chart = server.get("/api/patients/p/chart").await.expect(200).json();
    assert_eq!(ids(&chart["medicines"]), "m1", "one value of it goes on");
    assert_eq!(chart["medicines"][0]["conflicts"], serde_json::json!(["status"]));
    assert_eq!((ids(&chart["problems"]), &chart["counts"]["problems"]), (String::new(), &0.into()));
}

#[tokio::test]
async fn what_head_office_has_acknowledged_is_told_from_what_is_here_alone() {
    let server = start().await;
    a_patient_with_a_record(&server).await;
    let records = server.writer.records().clone();
    tokio::task::spawn_blocking(move || {
        let sent = records.read(|view| records.sent(view)).unwrap();
        assert!(!records.read(|view| view.is_sent(&Entity::new("Patient", "p"), &sent)).unwrap());
    })
    .await
    .unwrap();
    // What came from below is here alone until it has been handed on.
    let other = start().await;
    copy(&server, &other).await;
    let chart = other.get("/api/patients/p/chart").await.expect(200).json();
    assert_eq!(chart["patient"]["savedAt"], "here");
    let (records, below) = (other.writer.records().clone(), server.writer.records().clone());
    tokio::task::spawn_blocking(move || {
        for lane in Lane::ALL {
            let written = below.outgoing(lane, 0, 100).unwrap().last().map_or(0, |last| last.last);
            records.acknowledge("https://hub", ActorId([9; 16]), below.actor(), lane, written).unwrap();
        }
    })
    .await
    .unwrap();
    let chart = other.get("/api/patients/p/chart").await.expect(200).json();
    assert_eq!(
        (&chart["patient"]["savedAt"], ids(&chart["allergies"])),
        (&"head-office".into(), "al".into())
    );
    // A change of one's own is.
    let write = |tx: &mut holdfast_store::Tx<'_>| {
        let text = r#"{"resourceType":"AllergyIntolerance","id":"al","patient":{"reference":"Patient/p"},"code":{"text":"Latex"}}"#;
        tx.put(&Entity::new("AllergyIntolerance", "al"), text, &Base::Blind, "nurse")
    };
    other.writer.write(write).await.unwrap();
    let chart = other.get("/api/patients/p/chart").await.expect(200).json();
    assert_eq!(
        (&chart["patient"]["savedAt"], &chart["allergies"][0]["savedAt"]),
        (&"head-office".into(), &"here".into())
    );
}

#[tokio::test]
async fn the_front_desk_sees_the_person_alone_and_nobody_a_chart_that_is_not_there() {
    let server = start().await;
    a_patient_with_a_record(&server).await;
    let seen = server.get_as(DESK, "/api/patients/p/chart").await.expect(200).json();
    assert_eq!(seen["patient"]["resource"]["id"], "p");
    let clinical = ["allergies", "medicines", "pastMedicines", "problems", "pastProblems", "immunizations"];
    for list in clinical.iter().chain(&["results", "documents", "familyHistory"]) {
        assert_eq!(seen[list], serde_json::json!([]), "{list}");
        assert_eq!(seen["counts"][list], 0, "{list}");
    }
    assert_eq!(seen["vitals"], serde_json::json!({"news2": null, "latest": []}));
    assert_eq!(seen["notes"], serde_json::json!({"total": 0, "latest": []}));
    for kind in ["AllergyIntolerance", "Composition", "Observation", "MedicationRequest"] {
        assert!(seen["hidden"].as_array().unwrap().contains(&kind.into()), "{kind}: {}", seen["hidden"]);
    }
    server
        .get_as(DESK, "/api/patients/p/observations?code=http://loinc.org|29463-7")
        .await
        .refused(403, "forbidden");
    server.get("/api/patients/nobody/chart").await.refused(404, "not-found");
    server.get("/api/patients/no_id/chart").await.refused(400, "bad-id");
    server.delete("/fhir/Patient/q").await.expect(204);
    server.get("/api/patients/q/chart").await.refused(410, "gone");
}

#[tokio::test]
async fn the_course_of_a_measurement_is_in_order_and_keeps_its_digits() {
    let server = start().await;
    a_patient_with_a_record(&server).await;
    let course = |query: &str| {
        let path = format!("/api/patients/p/observations?code={LOINC}|{query}").replace('|', "%7C");
        let server = &server;
        async move { server.get(&path).await.expect(200) }
    };
    let weights = course("29463-7").await;
    let points = weights.json()["points"].as_array().unwrap().clone();
    let ids: Vec<&str> = points.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["w0", "w2", "w1"]);
    assert!(weights.body.contains("\"value\":70.50"), "{}", weights.body);
    let since = course("29463-7&since=2024-02-01").await.json();
    assert_eq!(since["points"].as_array().unwrap().len(), 2);
    let systolic = course("8480-6").await.json();
    assert_eq!((&systolic["points"][0]["id"], &systolic["points"][0]["value"]), (&"bp".into(), &118.into()));
    server.get("/api/patients/p/observations").await.refused(400, "bad-query");
    server.get("/api/patients/p/observations?code=x").await.refused(400, "bad-parameter");
}

#[tokio::test]
async fn a_measurement_that_was_taken_back_does_not_hide_the_one_before() {
    let server = start().await;
    put(&server, "Patient", "p", "\"gender\":\"female\"").await;
    let weight = |at: &str, value: &str| vital("29463-7", "p", at, value, "kg");
    put(&server, "Observation", "before", &weight("2026-11-01", "70")).await;
    let slip = weight("2026-11-02", "700").replace("\"final\"", "\"entered-in-error\"");
    put(&server, "Observation", "slip", &slip).await;
    let chart = server.get("/api/patients/p/chart").await.expect(200).json();
    assert_eq!(ids(&chart["vitals"]["latest"]), "before", "{chart}");
}

#[tokio::test]
async fn a_measurement_of_a_clock_that_runs_ahead_hides_none() {
    let server = start().await;
    put(&server, "Patient", "p", "\"gender\":\"female\"").await;
    let weight = |at: &str, value: &str| vital("29463-7", "p", at, value, "kg");
    put(&server, "Observation", "ahead", &weight("2999-01-01", "71")).await;
    let chart = server.get("/api/patients/p/chart").await.expect(200).json();
    assert_eq!(ids(&chart["vitals"]["latest"]), "ahead", "better than none");
    put(&server, "Observation", "now", &weight("2026-11-01", "70")).await;
    let chart = server.get("/api/patients/p/chart").await.expect(200).json();
    assert_eq!(ids(&chart["vitals"]["latest"]), "now");
}
