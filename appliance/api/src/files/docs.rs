//! What is said of the routes of files.

use super::{FileBegun, FileShown, Unfinished};
use crate::access::doc::Carries::{Bytes, Nothing};
use crate::access::doc::{Carries, Doc};

const FILE: Carries = Carries::of::<FileShown>();

pub(crate) const BEGIN: Doc =
    Doc::new("Begins to bring a file of a patient's, to be sent chunk by chunk", &[(201, FILE)])
        .body(Carries::of::<FileBegun>())
        .refusals(&[413, 422]);
pub(crate) const UNFINISHED: Doc = Doc::new(
    "The files of a patient's that one has begun and not finished",
    &[(200, Carries::of::<Unfinished>())],
);
pub(crate) const SHOW: Doc =
    Doc::new("What a file is, and which of its chunks are missing here", &[(200, FILE)]);
pub(crate) const CHUNK: Doc = Doc::new(
    "Takes in a chunk of one's own unfinished file; the same again changes nothing",
    &[(204, Nothing)],
)
.headers(&["Content-Digest"])
.body(Bytes)
.refusals(&[409, 413, 422]);
pub(crate) const COMPLETE: Doc =
    Doc::new("Finishes a file of which all chunks were sent; then a document may name it", &[(200, FILE)])
        .refusals(&[409]);
pub(crate) const CANCEL: Doc =
    Doc::new("Gives up one's own unfinished file", &[(204, Nothing)]).refusals(&[409]);
pub(crate) const CONTENT: Doc = Doc::new(
    "The bytes of a file, whole or a part, by its own media type",
    &[(200, Bytes), (206, Bytes), (304, Nothing)],
)
.headers(&["Range", "If-Range", "If-None-Match"])
.refusals(&[409, 416]);
