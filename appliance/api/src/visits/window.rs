//! `POST /api/visits/{id}/window`: where this program runs there is no window to open a browser in; the room is at an address.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{VisitError, parts, record};
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::write;
use crate::request::body;
use crate::request::origin::Origin;
use crate::state::ApiState;

/// Of what stands behind `#`, so much is taken.
const FRAGMENT: usize = 200;

/// Which window.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VisitWindow)]
pub(crate) struct WindowAsked {
    /// What has to stand behind `#`.
    fragment: Option<String>,
}

/// Where it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = VisitWindowOpened)]
pub(crate) struct WindowShown {
    /// Whether a window was opened here.
    opened: bool,
    /// Where to open it by hand, by whoever has signed in there.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// Says where the room is.
pub(crate) async fn window(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
    Origin(origin): Origin,
    request: Request,
) -> Result<Response, ApiError> {
    parts::parts(&state)?;
    let (heads, body) = request.into_parts();
    let WindowAsked { fragment } = body::own(&heads.headers, body).await?;
    let is_plain = |text: &String| {
        text.len() <= FRAGMENT && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=&".contains(&b))
    };
    if fragment.as_ref().is_some_and(|text| !is_plain(text)) {
        return Err(VisitError::Bad { what: "the fragment", expected: "letters, digits and -_=&" }.into());
    }
    let visit = id.clone();
    write(&state, caller, move |tx| record::seen(tx, &visit).map(drop)).await?;
    let fragment = fragment.map(|text| format!("/{}", text.trim_start_matches("k="))).unwrap_or_default();
    Ok(json(&WindowShown { opened: false, url: Some(format!("{origin}/#/visit/{id}{fragment}")) }))
}
