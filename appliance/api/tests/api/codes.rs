//! `GET /api/codes`: the starter lists, and lists that were imported meanwhile.

use std::sync::Arc;

use holdfast_api::codes::CodeLists;
use holdfast_clinical::codes::{Entry, System};

use crate::common::{DESK, Server, start, start_with};

async fn found(server: &Server, query: &str) -> Vec<(String, String)> {
    let answer = server.get(&format!("/api/codes?{query}")).await.expect(200).json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    answer["codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| (text(&code["code"]), text(&code["display"])))
        .collect()
}

#[tokio::test]
async fn what_is_typed_finds_codes_of_one_system() {
    let server = start().await;
    let first = &found(&server, "system=icd10cm&q=htn").await[0];
    assert_eq!((first.0.as_str(), first.1.as_str()), ("I10", "Essential (primary) hypertension"));
    assert_eq!(found(&server, "system=loinc&q=hba1c").await[0].0, "4548-4");
    assert_eq!(found(&server, "system=http://loinc.org&q=8480-6").await.len(), 1);
    assert_eq!(found(&server, "system=cvx&q=t&limit=3").await.len(), 3);
    assert_eq!(found(&server, "system=rxnorm&q=").await.len(), 0);
    let body = server.get("/api/codes?system=cvx&q=tdap").await.expect(200).json();
    assert_eq!(body["codes"][0]["system"], "http://hl7.org/fhir/sid/cvx");
    assert_eq!(body["version"], "starter");
}

#[tokio::test]
async fn what_cannot_be_asked_says_so() {
    let server = start().await;
    for query in ["", "?system=snomed&q=x", "?system=cvx&q=x&limit=many"] {
        let answer = server.get(&format!("/api/codes{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.body);
    }
    server.get_as(DESK, "/api/codes?system=cvx&q=flu").await.expect(200);
    server.get_as("nobody", "/api/codes?system=cvx&q=flu").await.expect(401);
}

#[tokio::test]
async fn imported_list_is_searched_without_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().to_owned();
    let server = start_with(|mut parts| {
        parts.codes = Arc::new(CodeLists::in_folder(&folder));
        parts
    })
    .await;
    assert!(found(&server, "system=icd10cm&q=cholera").await.is_empty());
    let entry = Entry { code: "A00.9".into(), display: "Cholera, unspecified".into(), also: String::new() };
    CodeLists::keep(home.path(), System::Icd10Cm, "2026", vec![entry]).unwrap();
    assert_eq!(found(&server, "system=icd10cm&q=cholera").await[0].0, "A00.9");
}
