//! Files of a patient's record: taken in chunk by chunk, so that an upload that was cut off goes on where it stopped, and given
//! out as one, at whatever replica holds the patient.
//!
//! ```text
//! POST /api/patients/{id}/files ─▶ PUT /api/files/{id}/chunks/{n} … ─▶ POST /api/files/{id}/complete ─▶ DocumentReference
//!          GET /api/files/{id} tells what is missing                       GET /api/files/{id}/content, whole or in part
//! ```
//!
//! Who may read documents may read files, and who may add documents may bring files, of patients in their sight: the store
//! decides in its query. Until it is finished, a file is its author's alone. Memory: one chunk a request, however large the file.

mod begin;
mod cancel;
mod chunk;
mod complete;
mod content;
pub mod digest;
pub(crate) mod docs;
mod error;
mod find;
pub mod range;
mod reach;
mod show;
mod size;

pub(crate) use begin::{FileBegun, begin};
pub(crate) use cancel::cancel;
pub(crate) use chunk::take;
pub(crate) use complete::complete;
pub(crate) use content::content;
pub use error::FileError;
pub(crate) use show::{FileShown, Unfinished, show, unfinished};
