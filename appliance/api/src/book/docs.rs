//! What is said of the routes by which patients book.

use super::{code, moving, shown, take};
use crate::access::doc::Carries::{Bytes, Calendar as CalendarFile, Html, Nothing};
use crate::access::doc::{Carries, Doc};

const MINE_SHOWN: Carries = Carries::of::<shown::MineShown>();

pub(crate) const PAGE: Doc = Doc::new("The page on which patients book", &[(200, Html)]).refusals(&[404]);
pub(crate) const PAGE_FILE: Doc =
    Doc::new("A file of the patients' page", &[(200, Bytes)]).headers(&["If-None-Match"]).refusals(&[404]);
pub(crate) const CLINICS: Doc =
    Doc::new("The clinics at which patients book", &[(200, Carries::of::<shown::Clinics>())])
        .refusals(&[404]);
pub(crate) const CLINIC: Doc = Doc::new(
    "A clinic at which patients book, and what can be booked there",
    &[(200, Carries::of::<shown::ClinicShown>())],
)
.refusals(&[404]);
pub(crate) const FREE: Doc = Doc::new(
    "Times that head office may sell; while it has none, those that can be asked for",
    &[(200, Carries::of::<shown::Free>())],
)
.query(&[
    ("type", "the type's id"),
    ("from", "an instant; now, if it is not said"),
    ("cursor", "where a page begins; from the page before"),
])
.refusals(&[404, 422]);
pub(crate) const CODE: Doc = Doc::new(
    "Sends a one-time code to a telephone or an e-mail address; the same id again sends the same code",
    &[(202, Nothing)],
)
.body(Carries::of::<code::CodeAsked>())
.refusals(&[404, 422, 429]);
pub(crate) const BOOK: Doc = Doc::new(
    "Books a time, or asks for it where head office may not sell it; the same id again is the same booking",
    &[(200, MINE_SHOWN), (201, MINE_SHOWN)],
)
.body(Carries::of::<take::Asked>())
.refusals(&[403, 404, 409, 422, 429]);
pub(crate) const MINE: Doc =
    Doc::new("One's own appointment, by the link that is the right to it", &[(200, MINE_SHOWN)])
        .refusals(&[404]);
pub(crate) const MOVE: Doc = Doc::new("Moves one's own appointment", &[(200, MINE_SHOWN)])
    .body(Carries::of::<moving::MoveAsked>())
    .refusals(&[404, 409, 422, 429]);
pub(crate) const CANCEL: Doc =
    Doc::new("Cancels one's own appointment", &[(200, MINE_SHOWN)]).refusals(&[404, 409]);
pub(crate) const CALENDAR: Doc =
    Doc::new("One's own appointment as a calendar file, without names", &[(200, CalendarFile)])
        .refusals(&[404]);
