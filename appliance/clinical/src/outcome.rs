//! OperationOutcome: how every error is told to a FHIR client.
//!
//! Source: <https://hl7.org/fhir/R4/operationoutcome.html>.

use holdfast_core::json::push_string;

/// How bad an issue is (<https://hl7.org/fhir/R4/valueset-issue-severity.html>).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// Nothing could be done at all.
    Fatal,
    /// The request was refused.
    Error,
    /// It was done; look at this.
    Warning,
    /// It was done.
    Information,
}

impl Severity {
    /// FHIR's code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
        }
    }
}

macro_rules! issue_types {
    ($($variant:ident $code:literal),* $(,)?) => {
        /// What kind of issue (<https://hl7.org/fhir/R4/valueset-issue-type.html>).
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum IssueType {
            $(#[doc = concat!("FHIR's `", $code, "`.")] $variant,)*
        }

        impl IssueType {
            /// Every issue type.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// FHIR's code.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }
        }
    };
}

issue_types! {
    Invalid "invalid",
    Structure "structure",
    Required "required",
    Value "value",
    Invariant "invariant",
    Security "security",
    Login "login",
    Unknown "unknown",
    Expired "expired",
    Forbidden "forbidden",
    Suppressed "suppressed",
    Processing "processing",
    NotSupported "not-supported",
    Duplicate "duplicate",
    MultipleMatches "multiple-matches",
    NotFound "not-found",
    Deleted "deleted",
    TooLong "too-long",
    CodeInvalid "code-invalid",
    Extension "extension",
    TooCostly "too-costly",
    BusinessRule "business-rule",
    Conflict "conflict",
    Transient "transient",
    LockError "lock-error",
    NoStore "no-store",
    Exception "exception",
    Timeout "timeout",
    Incomplete "incomplete",
    Throttled "throttled",
    Informational "informational",
}

/// One issue of an OperationOutcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issue {
    /// How bad.
    pub severity: Severity,
    /// What kind.
    pub code: IssueType,
    /// Where, as a FHIRPath-like expression: `Patient.name[0].given`.
    pub expression: Option<String>,
    /// What is wrong, why, and what to do.
    pub diagnostics: String,
}

impl Issue {
    /// An error that concerns no single element.
    pub fn error(code: IssueType, diagnostics: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, expression: None, diagnostics: diagnostics.into() }
    }

    /// Whether what it is about is refused: warnings and information go along with what was done.
    pub fn is_error(&self) -> bool {
        matches!(self.severity, Severity::Fatal | Severity::Error)
    }

    /// The same issue at a place.
    #[must_use]
    pub fn at(self, expression: impl Into<String>) -> Self {
        Self { expression: Some(expression.into()), ..self }
    }
}

impl From<&crate::bundle::BundleError> for Issue {
    fn from(error: &crate::bundle::BundleError) -> Self {
        let mut text = error.to_string();
        if let Some(cause) = std::error::Error::source(error) {
            text = format!("{text} ({cause})");
        }
        let issue = Self::error(error.issue_type(), text);
        match error.entry() {
            Some(entry) => issue.at(format!("Bundle.entry[{entry}]")),
            None => issue,
        }
    }
}

impl From<&crate::search::query::SearchError> for Issue {
    fn from(error: &crate::search::query::SearchError) -> Self {
        use crate::search::query::SearchError;
        let code = match error {
            SearchError::UnknownType { .. }
            | SearchError::UnknownParameter { .. }
            | SearchError::UnsupportedModifier { .. } => IssueType::NotSupported,
            SearchError::EmptyValue { .. } | SearchError::BadValue { .. } => IssueType::Value,
            SearchError::TooMuch { .. } => IssueType::TooCostly,
        };
        Self::error(code, error.to_string())
    }
}

/// An OperationOutcome as compact JSON. FHIR wants at least one issue: none becomes "all is well".
pub fn operation_outcome(issues: &[Issue]) -> String {
    let fine = [Issue {
        severity: Severity::Information,
        code: IssueType::Informational,
        expression: None,
        diagnostics: "No issues detected".to_owned(),
    }];
    let issues = if issues.is_empty() { &fine[..] } else { issues };
    let mut out = String::from(r#"{"resourceType":"OperationOutcome","issue":["#);
    for (at, issue) in issues.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        push_issue(&mut out, issue);
    }
    out.push_str("]}");
    out
}

fn push_issue(out: &mut String, issue: &Issue) {
    out.push_str("{\"severity\":");
    push_string(out, issue.severity.as_str());
    out.push_str(",\"code\":");
    push_string(out, issue.code.as_str());
    out.push_str(",\"diagnostics\":");
    push_string(out, &issue.diagnostics);
    if let Some(expression) = &issue.expression {
        out.push_str(",\"expression\":[");
        push_string(out, expression);
        out.push(']');
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcome_is_lawful_fhir() {
        let issue = Issue::error(IssueType::NotFound, "no \"x\"\n").at("Patient.id");
        assert_eq!(
            operation_outcome(&[issue.clone(), issue]),
            concat!(
                r#"{"resourceType":"OperationOutcome","issue":["#,
                r#"{"severity":"error","code":"not-found","diagnostics":"no \"x\"\n","expression":["Patient.id"]},"#,
                r#"{"severity":"error","code":"not-found","diagnostics":"no \"x\"\n","expression":["Patient.id"]}]}"#
            )
        );
        assert_eq!(crate::validate::validate(&operation_outcome(&[])), []);
    }

    #[test]
    fn bundle_errors_carry_place_and_cause() {
        let error =
            crate::bundle::BundleError::UnresolvedReference { entry: 3, reference: "urn:uuid:x".into() };
        let issue = Issue::from(&error);
        assert_eq!(
            (issue.code.as_str(), issue.expression.as_deref()),
            ("not-found", Some("Bundle.entry[3]"))
        );
        assert!(issue.diagnostics.contains("\"urn:uuid:x\" names no entry"));
    }
}
