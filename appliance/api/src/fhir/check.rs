//! What must hold of a resource before it is stored.

use holdfast_clinical::outcome::{Issue, Severity};
use holdfast_clinical::projection::is_part;
use holdfast_clinical::resource::Head;

use crate::error::{ApiError, RequestError};

/// Reads the head of a resource that should be of this type.
///
/// # Errors
/// [`RequestError::BadBody`] or [`RequestError::TypeMismatch`].
pub(crate) fn head(kind: &str, json: &str) -> Result<Head, RequestError> {
    let head = Head::read(json).map_err(|error| RequestError::BadBody { reason: error.to_string() })?;
    if head.kind != kind {
        return Err(RequestError::TypeMismatch { expected: kind.to_owned(), found: head.kind });
    }
    Ok(head)
}

/// Checks a resource against FHIR's rules.
///
/// # Errors
/// [`ApiError::Invalid`] that names the element.
pub(crate) fn resource(kind: &str, json: &str) -> Result<(), ApiError> {
    debug_assert!(!kind.is_empty(), "the head was read before");
    if is_part(json) {
        return Err(RequestError::Part.into());
    }
    // Warnings and information stop nobody.
    let is_error = |issue: &Issue| matches!(issue.severity, Severity::Error | Severity::Fatal);
    match holdfast_clinical::validate::validate(json).into_iter().find(is_error) {
        None => Ok(()),
        Some(issue) => Err(ApiError::Invalid {
            code: "invalid-resource",
            issue: issue.code.as_str(),
            expression: issue.expression,
            text: issue.diagnostics,
        }),
    }
}
