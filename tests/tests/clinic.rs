//! The made-up clinic in a real node: nothing of it is refused, importing it again changes nothing, and its summaries are valid.
//!
//! It needs `holdfast-node` beside it, as `cargo nextest run --workspace` builds it.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use holdfast_clinical::validate::validate;
use holdfast_tests::clinic::{self, Clinic, Now};
use holdfast_tests::process::{Spec, run};
use holdfast_tests::served::Served;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(300);

fn import(bundles: &Path, data: &Path, work: &Path) -> String {
    let spec = Spec::binary("holdfast-node", work).unwrap();
    let spec = spec.arg("import").arg(bundles).arg("--data-dir").arg(data);
    run(&spec, LIMIT).unwrap()
}

fn get(node: &Served, path: &str) -> Value {
    let answer = node.target.ask(&node.target.get(path)).unwrap();
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn a_node_takes_the_whole_clinic_and_a_second_time_nothing_new() {
    let work = tempfile::tempdir().unwrap();
    let (data, bundles) = (work.path().join("data"), work.path().join("clinic"));
    let clinic = Clinic::new(5, Now::read("2026-11-27 10:40 +0100").unwrap(), 30);
    let written = clinic::write(&clinic, &bundles).unwrap();
    let node = Served::node(work.path(), &data).unwrap();
    let told = import(&bundles, &data, work.path());
    assert!(told.contains(&format!("imported {} resources", written.resources)), "{told}");
    assert!(told.contains(" 0 lines refused"), "{told}");
    let total = |path: &str| get(&node, path)["total"].as_u64().unwrap();
    assert_eq!(total("/fhir/Patient?_summary=count"), 30);
    let patient = clinic.patient(3)[0].id.clone();
    let version = || get(&node, &format!("/fhir/Patient/{patient}"))["meta"]["versionId"].clone();
    let before = (version(), total("/fhir/Observation?_summary=count"));
    let again = import(&bundles, &data, work.path());
    assert!(again.contains(" 0 lines refused"), "{again}");
    assert_eq!((version(), total("/fhir/Observation?_summary=count")), before, "nothing new was written");
    let answer = node.target.ask(&node.target.get(&format!("/fhir/Patient/{patient}/$summary"))).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let errors: Vec<_> = validate(&answer.body).into_iter().filter(|issue| issue.is_error()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}
