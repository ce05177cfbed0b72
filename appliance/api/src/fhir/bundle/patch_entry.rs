//! A JSON Patch in a bundle: a Binary of type `application/json-patch+json` (<https://hl7.org/fhir/R4/http.html#patch>).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdfast_clinical::bundle::{BundleError, Step};
use holdfast_clinical::tree::Node;

use crate::error::{ApiError, RequestError};
use crate::request::media::JSON_PATCH;

/// The patch's text.
///
/// # Errors
/// [`BundleError::BadEntry`] that says what it is not; another kind of patch by its name.
pub(super) fn text(step: &Step) -> Result<String, ApiError> {
    let bad = |reason: &str| -> ApiError {
        BundleError::BadEntry { entry: step.entry, reason: reason.to_owned() }.into()
    };
    let resource = step.resource.as_deref().unwrap_or_default();
    let tree = Node::parse(resource).map_err(|error| bad(&error.to_string()))?;
    let text_of = |name| tree.member(name).and_then(Node::as_text);
    match text_of("resourceType") {
        Some("Binary") => {}
        Some("Parameters") => return Err(RequestError::UnsupportedPatch { what: "a FHIRPath Patch" }.into()),
        _ => return Err(bad("its resource is not a Binary with a JSON Patch")),
    }
    if text_of("contentType") != Some(JSON_PATCH) {
        return Err(bad("its Binary.contentType is not application/json-patch+json"));
    }
    let data = text_of("data").ok_or_else(|| bad("its Binary has no data"))?;
    let bytes = STANDARD.decode(data).map_err(|_| bad("its Binary.data is not base64"))?;
    String::from_utf8(bytes).map_err(|_| bad("its Binary.data is not UTF-8"))
}
