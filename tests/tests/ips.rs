//! The patient summary beside the examples of the IPS guide: the same records give the same sections.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::collections::BTreeMap;

use holdfast_clinical::ips::{Choice, Frame};
use holdfast_clinical::validate::validate;
use holdfast_tests::data;
use serde_json::Value;

const FRAME: Frame<'_> = Frame {
    id: "0b9c2f0e-8a53-4a0e-9d0f-0c2c7a7f6f11",
    at: "2026-11-27T10:40:00Z",
    base: "http://clinic.example/fhir",
};

/// Sections by code, each with how many entries it has.
fn sections(bundle: &Value) -> BTreeMap<String, usize> {
    let composition = &bundle["entry"][0]["resource"];
    let all = composition["section"].as_array().unwrap();
    let count = |section: &Value| section["entry"].as_array().map_or(0, Vec::len);
    all.iter()
        .map(|section| (section["code"]["coding"][0]["code"].as_str().unwrap().to_owned(), count(section)))
        .collect()
}

#[test]
fn records_of_the_examples_give_the_sections_of_the_examples() {
    let Some(folder) = data::folder("the check of summaries by the IPS examples") else { return };
    let path = folder.join("fhir-r4/ips-2.0.0-examples.ndjson.zst");
    let mut compared = 0;
    for line in data::lines(&path).unwrap() {
        let example: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if example["type"] != "document" {
            continue;
        }
        let resources: Vec<Value> =
            example["entry"].as_array().unwrap().iter().map(|entry| entry["resource"].clone()).collect();
        let texts: Vec<String> = resources.iter().skip(1).map(Value::to_string).collect();
        let patient = resources.iter().find(|one| one["resourceType"] == "Patient").unwrap().to_string();
        let choice = Choice::of(&patient, texts.iter().map(String::as_str)).unwrap();
        let made = choice.document(&FRAME, &[]);
        assert!(!validate(&made).iter().any(|issue| issue.is_error()), "{:?}", validate(&made));
        let made: Value = serde_json::from_str(&made).unwrap();
        assert_eq!(made["entry"][0]["resource"]["type"], example["entry"][0]["resource"]["type"]);
        let (ours, theirs) = (sections(&made), sections(&example));
        for required in ["48765-2", "10160-0", "11450-4"] {
            assert!(ours.contains_key(required) && theirs.contains_key(required), "{}", example["id"]);
            let (our, their) = (ours[required], theirs[required]);
            assert_eq!(our == 0, their == 0, "{} {required}: {our} here, {their} there", example["id"]);
        }
        for (code, count) in theirs
            .iter()
            .filter(|(code, count)| **count > 0 && ["11369-6", "47519-4", "30954-2"].contains(&code.as_str()))
        {
            assert!(ours.contains_key(code), "{} has {count} in {code}, and we nothing", example["id"]);
        }
        compared += 1;
    }
    assert!(compared >= 4, "{compared} examples");
}
