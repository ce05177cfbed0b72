//! Whether an answer is what a bad request must get.

use super::case::Expect;
use super::wire::{Answer, Outcome};
use serde_json::Value;

/// A refusal with fewer letters gives no reason.
const LEAST_REASON_CHARS: usize = 20;
/// <https://hl7.org/fhir/R4/valueset-issue-type.html>
const ISSUE_TYPES: [&str; 31] = [
    "invalid",
    "structure",
    "required",
    "value",
    "invariant",
    "security",
    "login",
    "unknown",
    "expired",
    "forbidden",
    "suppressed",
    "processing",
    "not-supported",
    "duplicate",
    "multiple-matches",
    "not-found",
    "deleted",
    "too-long",
    "code-invalid",
    "extension",
    "too-costly",
    "business-rule",
    "conflict",
    "transient",
    "lock-error",
    "no-store",
    "exception",
    "timeout",
    "incomplete",
    "throttled",
    "informational",
];

/// What is wrong with the outcome; `None` if it is as it must be.
pub(super) fn fault(expect: &Expect, outcome: &Outcome) -> Option<String> {
    let answer = match outcome {
        Outcome::Answered(answer) => answer,
        Outcome::Closed if matches!(expect, Expect::CutOff) => return None,
        Outcome::Closed => return Some("the connection was closed without an answer".to_owned()),
        Outcome::StillOpen => return Some("no answer, and the connection stayed open".to_owned()),
    };
    let status = answer.status;
    match expect {
        Expect::CutOff if (400..500).contains(&status) => None,
        Expect::Stored | Expect::Answered if (200..300).contains(&status) => None,
        Expect::Stored | Expect::Answered => {
            Some(format!("it is lawful and was answered {status}: {}", super::case::shown(&answer.text())))
        }
        Expect::CutOff => Some(format!("it was answered {status}")),
        Expect::Refused { statuses, says } => {
            if !(400..500).contains(&status) || (!statuses.is_empty() && !statuses.contains(&status)) {
                return Some(format!("it was answered {status}, not {}", wanted(statuses)));
            }
            outcome_fault(answer, says)
        }
        Expect::EntryRefused { entry, says } => entry_fault(answer, *entry, says),
    }
}

fn wanted(statuses: &[u16]) -> String {
    match statuses {
        [] => "4xx".to_owned(),
        some => some.iter().map(u16::to_string).collect::<Vec<_>>().join(" or "),
    }
}

fn outcome_fault(answer: &Answer, says: &[String]) -> Option<String> {
    if !answer.header("content-type").is_some_and(|kind| kind.starts_with("application/fhir+json")) {
        return Some(format!("its content type is {:?}", answer.header("content-type")));
    }
    match serde_json::from_slice(&answer.body) {
        Ok(outcome) => said_fault(&outcome, says),
        Err(_) => Some(format!("its body is no JSON: {}", super::case::shown(&answer.text()))),
    }
}

/// An OperationOutcome with an error of a known type, a reason, and each of `says` in text or expression.
fn said_fault(outcome: &Value, says: &[String]) -> Option<String> {
    if outcome["resourceType"] != "OperationOutcome" {
        return Some(format!(
            "its body is no OperationOutcome: {}",
            super::case::shown(&outcome.to_string())
        ));
    }
    let issues = outcome["issue"].as_array().map(Vec::as_slice).unwrap_or_default();
    let errors: Vec<&Value> =
        issues.iter().filter(|issue| matches!(issue["severity"].as_str(), Some("error" | "fatal"))).collect();
    if errors.is_empty() {
        return Some("its OperationOutcome has no error".to_owned());
    }
    let mut all = String::new();
    for issue in errors {
        let code = issue["code"].as_str().unwrap_or_default();
        if !ISSUE_TYPES.contains(&code) {
            return Some(format!("its issue has the type \"{code}\", which R4 does not have"));
        }
        let reason = issue["diagnostics"].as_str().unwrap_or_default();
        if reason.chars().count() < LEAST_REASON_CHARS {
            return Some(format!("its issue gives no reason: \"{reason}\""));
        }
        all += reason;
        for expression in issue["expression"].as_array().into_iter().flatten() {
            all += " at ";
            all += expression.as_str().unwrap_or_default();
        }
    }
    let missing = says.iter().find(|one| !all.contains(one.as_str()))?;
    Some(format!("it does not name \"{missing}\": {all}"))
}

fn entry_fault(answer: &Answer, entry: usize, says: &[String]) -> Option<String> {
    let bundle: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status != 200 || bundle["type"] != "batch-response" {
        return Some(format!("it was answered {} without a batch-response", answer.status));
    }
    let response = &bundle["entry"][entry]["response"];
    if !response["status"].as_str().is_some_and(|status| status.starts_with('4')) {
        return Some(format!("entry {entry} has the status {}", response["status"]));
    }
    said_fault(&response["outcome"], says)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Outcome {
        let headers = vec![("content-type".to_owned(), "application/fhir+json".to_owned())];
        Outcome::Answered(Answer { status, headers, body: body.as_bytes().to_vec() })
    }

    #[test]
    fn only_a_refusal_that_names_element_and_reason_passes() {
        let expect = Expect::Refused { statuses: vec![422], says: vec!["Patient.naem".to_owned()] };
        let good = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"structure",
            "diagnostics":"Patient has no such element; correct it","expression":["Patient.naem"]}]}"#;
        assert_eq!(fault(&expect, &answered(422, good)), None);
        for (status, body) in [
            (201, good.to_owned()),
            (400, good.to_owned()),
            (500, good.to_owned()),
            (422, "{}".to_owned()),
            (422, "no".to_owned()),
            (422, good.replace("naem", "name")),
            (422, good.replace("structure", "odd")),
            (422, good.replace("\"error\"", "\"warning\"")),
            (422, good.replace("Patient has no such element; correct it", "bad")),
        ] {
            assert!(fault(&expect, &answered(status, &body)).is_some(), "{status} {body}");
        }
        assert!(fault(&expect, &Outcome::Closed).is_some());
        assert!(fault(&Expect::CutOff, &Outcome::Closed).is_none());
        assert!(fault(&Expect::CutOff, &Outcome::StillOpen).is_some());
        assert!(fault(&Expect::CutOff, &answered(500, "")).is_some());
    }
}
