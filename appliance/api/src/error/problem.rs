//! An error as a client reads it: an OperationOutcome on FHIR routes, problem+json on others.

use serde_json::json;

use super::Facts;

/// `system` of the codes in `details.coding`.
pub(crate) const CODE_SYSTEM: &str = "urn:holdfast:error";

/// Everything that is said about an error. Travels beside an empty response until the edge writes the body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    pub(crate) facts: Facts,
    /// What failed, why, what to do.
    pub(crate) text: String,
    /// Where in the request, as a FHIRPath.
    pub(crate) expression: Option<String>,
    /// Tries that cost no waiting, of a sign-in that went wrong.
    pub(crate) tries_left: Option<u32>,
    /// What else a client's program goes by, beside the members of RFC 9457.
    pub(crate) more: serde_json::Map<String, serde_json::Value>,
}

impl Problem {
    /// An OperationOutcome (<https://hl7.org/fhir/R4/operationoutcome.html>).
    pub(crate) fn operation_outcome(&self) -> String {
        let severity = if self.facts.status.is_server_error() { "fatal" } else { "error" };
        let mut issue = json!({
            "severity": severity,
            "code": self.facts.issue,
            "details": {
                "coding": [{ "system": CODE_SYSTEM, "code": self.facts.code }],
                "text": self.text,
            },
            "diagnostics": self.text,
        });
        if let Some(expression) = &self.expression {
            issue["expression"] = json!([expression]);
        }
        json!({ "resourceType": "OperationOutcome", "issue": [issue] }).to_string()
    }

    /// A problem detail (RFC 9457).
    pub(crate) fn problem_json(&self) -> String {
        let mut problem = json!({
            "type": format!("{CODE_SYSTEM}:{}", self.facts.code),
            "title": self.facts.status.canonical_reason().unwrap_or("Error"),
            "status": self.facts.status.as_u16(),
            "code": self.facts.code,
            "detail": self.text,
        });
        if let Some(tries_left) = self.tries_left {
            problem["triesLeft"] = tries_left.into();
        }
        if let Some(seconds) = self.facts.retry_after_s {
            problem["retryAfterS"] = seconds.into();
        }
        for (name, value) in &self.more {
            problem[name] = value.clone();
        }
        problem.to_string()
    }
}
