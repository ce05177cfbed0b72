//! What must hold of a resource before it is stored.

use std::borrow::Cow;

use holdfast_clinical::outcome::Issue;
use holdfast_clinical::projection::is_part;
use holdfast_clinical::reference;
use holdfast_clinical::resource::Head;
use holdfast_clinical::validate::{first_error, validate};

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
    first_error(validate(json)).map_or(Ok(()), |issue| Err(invalid(issue)))
}

/// The resource with references below the own address made relative: where a resource enters is the last place that knows the
/// address by which its author means these records.
pub(crate) fn to_relative(json: String, base: &str) -> String {
    match reference::to_relative(&json, base) {
        Cow::Borrowed(_) => json,
        Cow::Owned(relative) => relative,
    }
}

/// Checks one element of a stored resource, whose others may be as another replica left them.
///
/// # Errors
/// [`ApiError::Invalid`] that names the element.
pub(crate) fn element(kind: &str, name: &str, json: &str) -> Result<(), ApiError> {
    let place = format!("{kind}.{name}");
    let is_inside = |issue: &Issue| {
        let rest = issue.expression.as_deref().and_then(|at| at.strip_prefix(&place));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let inside = validate(json).into_iter().filter(is_inside).collect();
    first_error(inside).map_or(Ok(()), |issue| Err(invalid(issue)))
}

fn invalid(issue: Issue) -> ApiError {
    ApiError::Invalid {
        code: "invalid-resource",
        issue: issue.code.as_str(),
        expression: issue.expression,
        text: issue.diagnostics,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_judged_apart_from_the_others() {
        let json = r#"{"resourceType":"Patient","gender":"x","name":[{"use":"bad"}],"later":1}"#;
        for (name, expected) in
            [("gender", false), ("name", false), ("later", false), ("birthDate", true), ("gen", true)]
        {
            assert_eq!(element("Patient", name, json).is_ok(), expected, "{name}");
        }
        assert!(resource("Patient", json).is_err());
    }
}
