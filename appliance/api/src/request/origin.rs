//! Under which address this server is reached: the beginning of every absolute link.

use axum::extract::FromRequestParts;
use http::header::HOST;
use http::request::Parts;

use crate::error::ApiError;
use crate::state::ApiState;

/// `https://host`, without a slash at the end; empty if it is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Origin(pub(crate) String);

impl FromRequestParts<ApiState> for Origin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        if let Some(url) = &state.parts().public_url {
            return Ok(Self(url.clone()));
        }
        let host = parts.headers.get(HOST).and_then(|value| value.to_str().ok());
        let host =
            host.or(parts.uri.authority().map(|authority| authority.as_str())).filter(|host| is_host(host));
        Ok(Self(host.map(|host| format!("http://{host}")).unwrap_or_default()))
    }
}

/// `https://host/fhir`, without a slash at the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FhirBase(pub(crate) String);

impl FromRequestParts<ApiState> for FhirBase {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Origin(origin) = Origin::from_request_parts(parts, state).await?;
        Ok(Self(format!("{origin}/fhir")))
    }
}

/// Only what a host can be: the header comes from outside and ends up in links.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
}
