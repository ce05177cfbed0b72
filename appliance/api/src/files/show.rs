//! `GET /api/files/{id}`: what a file is and which of its chunks are missing here. `GET /api/patients/{id}/files`: what one has begun
//! to bring and not finished.

use axum::extract::State;
use axum::response::Response;
use holdfast_clinical::files::{File, HOLDFAST_FILE, of_patient};
use holdfast_store::view::View;
use serde::Serialize;
use utoipa::ToSchema;

use super::find::{self, FileTarget};
use super::reach;
use crate::access::Caller;
use crate::audit::{Look, Looks};
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal;
use crate::request::target::PatientTarget;
use crate::state::ApiState;

/// Records looked at together.
const AT_ONCE: u32 = 100;
/// Unfinished uploads that are listed; the oldest of more are left out.
const MOST: usize = 100;

/// A file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = File)]
pub(crate) struct FileShown {
    id: String,
    /// The patient's id.
    patient: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    content_type: String,
    /// Bytes of the whole.
    size: u64,
    /// Bytes of every chunk but the last.
    chunk_bytes: u64,
    /// How many chunks make it.
    chunks: u64,
    /// The numbers, from 0, of those that are not here: to be sent while it is not finished, and on their way afterwards.
    missing: Vec<u64>,
    /// Whether all of it was sent, to whatever replica that was.
    finished: bool,
    /// When it was begun, in Unix milliseconds.
    begun_ms: u64,
    /// When it was last changed where it comes from, in Unix milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_ms: Option<u64>,
    /// SHA-1 of the whole in base64, as an Attachment has it; once it is finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<String>,
    /// Where its bytes are, at every replica: for an Attachment's `url`.
    url: String,
}

/// What one has begun.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UnfinishedFiles)]
pub(crate) struct Unfinished {
    /// The newest first.
    files: Vec<FileShown>,
    /// The most bytes that a file may have here.
    max_bytes: u64,
}

impl FileShown {
    pub(super) fn of(file: &File, missing: Vec<u64>) -> Self {
        Self {
            id: file.id.clone(),
            patient: file.patient().to_owned(),
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            size: file.size,
            chunk_bytes: file.chunk_bytes,
            chunks: file.count(),
            missing,
            finished: file.is_finished(),
            begun_ms: file.begun_ms,
            modified_ms: file.modified_ms,
            sha1: file.sha1.clone(),
            url: format!("/api/files/{}/content", file.id),
        }
    }

    fn in_view(view: &mut View<'_>, file: &File) -> Result<Self, ApiError> {
        let missing = find::missing(view, file, 0..file.count())?;
        Ok(Self::of(file, missing))
    }
}

/// Answers what a file is.
pub(crate) async fn show(
    State(state): State<ApiState>,
    FileTarget(entity): FileTarget,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    let reach = reach::to_ask(&caller)?;
    let file = find::file(&state, &reach, &entity).await?;
    let look = looked("read", &file);
    let shown = refusal::read(&state, reach, move |view| FileShown::in_view(view, &file)).await?;
    let mut response = json(&shown);
    response.extensions_mut().insert(look);
    Ok(response)
}

/// Answers what the caller has not finished of a patient's.
pub(crate) async fn unfinished(
    State(state): State<ApiState>,
    PatientTarget(patient): PatientTarget,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    let reach = reach::to_bring(&caller)?;
    let author = caller.id.clone();
    let files = refusal::read(&state, reach, move |view| {
        let mut files = begun(view, &patient.id, &author)?;
        files.sort_by_key(|file| std::cmp::Reverse(file.begun_ms));
        files.truncate(MOST);
        files.iter().map(|file| FileShown::in_view(view, file)).collect::<Result<Vec<_>, _>>()
    });
    let mut response = json(&Unfinished { files: files.await?, max_bytes: state.parts().max_file_bytes });
    // One's own work, and nothing of the record.
    response.extensions_mut().insert(Looks::default());
    Ok(response)
}

/// Cost: the patient's files.
fn begun(view: &mut View<'_>, patient: &str, author: &str) -> Result<Vec<File>, ApiError> {
    let (mut out, mut next) = (Vec::new(), Some(0));
    while let Some(after) = next {
        let found = view.search(HOLDFAST_FILE, &[of_patient(patient)], after, AT_ONCE)?;
        let files = found.resources.iter().filter_map(|stored| File::read(&stored.json));
        out.extend(files.filter(|file| file.author == author && !file.is_finished()));
        next = found.next;
    }
    Ok(out)
}

/// That a file of a patient was looked at.
pub(super) fn looked(interaction: &'static str, file: &File) -> Looks {
    let what = Some(find::entity(&file.id).to_string());
    Looks(vec![Look { interaction, what, patients: vec![file.patient().to_owned()], ..Look::default() }])
}
