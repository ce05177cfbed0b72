//! `POST /api/patients/{id}/files`: begins to bring a file. What cannot be taken is refused before a byte of it is sent.

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_clinical::files::{Begun, File, is_media_type, is_name};
use holdfast_store::author::Base;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::FileError;
use super::show::FileShown;
use super::{find, reach};
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::lookup;
use crate::refusal;
use crate::request::body;
use crate::request::target::PatientTarget;
use crate::state::ApiState;

/// What is to be brought.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct FileBegun {
    /// Bytes of the whole.
    size: u64,
    /// Its media type, without parameters.
    content_type: String,
    /// As it is called where it comes from.
    name: Option<String>,
    /// When it was last changed there, in Unix milliseconds: by that the same file is known again.
    modified_ms: Option<u64>,
}

/// Begins a file of a patient in sight.
pub(crate) async fn begin(
    State(state): State<ApiState>,
    PatientTarget(patient): PatientTarget,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let reach = reach::to_bring(&caller)?;
    let (parts, body) = request.into_parts();
    let begun: FileBegun = body::own(&parts.headers, body).await?;
    check(&begun, state.parts().max_file_bytes)?;
    lookup::read(&state, &reach, &patient, |view, patient| view.read(patient)).await?;
    let FileBegun { size, content_type, name, modified_ms } = begun;
    let begun = Begun {
        patient: patient.id,
        author: caller.id.clone(),
        name,
        content_type: content_type.to_ascii_lowercase(),
        size,
        modified_ms,
        begun_ms: state.writer().records().now_ms(),
    };
    let file = File::begin(&Uuid::new_v4().to_string(), begun);
    let (entity, text, author) = (find::entity(&file.id), file.resource(), caller.id.clone());
    refusal::write(&state, reach, move |tx| Ok(tx.put(&entity, &text, &Base::Absent, &author)?)).await?;
    let mut response = json(&FileShown::of(&file, (0..file.count()).collect()));
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

fn check(begun: &FileBegun, limit: u64) -> Result<(), FileError> {
    if begun.size == 0 {
        return Err(FileError::Empty);
    }
    if begun.size > limit {
        return Err(FileError::TooLarge { size: begun.size, limit });
    }
    if !is_media_type(&begun.content_type) {
        return Err(FileError::Refused {
            what: "contentType",
            expected: "a media type such as application/pdf",
        });
    }
    if begun.name.as_deref().is_some_and(|name| !is_name(name)) {
        return Err(FileError::Refused {
            what: "name",
            expected: "1 to 255 characters without control characters",
        });
    }
    Ok(())
}
