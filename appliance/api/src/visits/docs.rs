//! What is said of the routes of visits.

use super::{clinicians, create, end, join, links, shown, window};
use crate::access::doc::Carries::{Bytes, Html, Nothing};
use crate::access::doc::{Carries, Doc};

const VISIT: Carries = Carries::of::<shown::VisitShown>();
const LINK_SHOWN: Carries = Carries::of::<links::LinkShown>();

pub(crate) const PAGE: Doc = Doc::new("The patients' page of a visit", &[(200, Html)]).refusals(&[404]);
pub(crate) const PAGE_FILE: Doc =
    Doc::new("A file of that page", &[(200, Bytes)]).headers(&["If-None-Match"]).refusals(&[404]);
pub(crate) const SOCKET: Doc =
    Doc::new("The WebSocket of a visit's page; its messages: docs/visit-messages.md", &[(101, Nothing)])
        .refusals(&[400, 503]);
pub(crate) const OF: Doc =
    Doc::new("The visits of an appointment that are not over", &[(200, Carries::of::<shown::VisitsShown>())])
        .query(&[("appointment", "the appointment's id")])
        .refusals(&[422, 503]);
pub(crate) const CREATE: Doc = Doc::new(
    "Begins a visit of an appointment, or of a patient; the appointment's own, if it has one that is not over",
    &[(200, VISIT), (201, VISIT)],
)
.body(Carries::of::<create::VisitAsked>())
.refusals(&[404, 409, 422, 503]);
pub(crate) const SHOW: Doc = Doc::new("A visit", &[(200, VISIT)]).refusals(&[404, 503]);
pub(crate) const CLINICIANS: Doc =
    Doc::new("Who can take a visit over", &[(200, Carries::of::<clinicians::CliniciansShown>())])
        .refusals(&[404, 503]);
pub(crate) const JOIN: Doc =
    Doc::new("A clinician's token for a visit's socket", &[(200, Carries::of::<join::EntryShown>())])
        .body(Carries::of::<join::JoinAsked>())
        .refusals(&[404, 409, 422, 503]);
pub(crate) const LINK: Doc = Doc::new(
    "Makes a link into a visit; the same id again is the same link",
    &[(200, LINK_SHOWN), (201, LINK_SHOWN)],
)
.body(Carries::of::<links::LinkAsked>())
.refusals(&[404, 409, 422, 503]);
pub(crate) const REVOKE: Doc =
    Doc::new("Takes a link back; who came by it is put out", &[(204, Nothing)]).refusals(&[404, 503]);
pub(crate) const END: Doc = Doc::new("Ends a visit; what the patient takes home", &[(200, VISIT)])
    .body(Carries::of::<end::EndAsked>())
    .refusals(&[404, 422, 503]);
pub(crate) const WINDOW: Doc = Doc::new(
    "Opens the room in a window of a browser, where there is one; else says where it is",
    &[(200, Carries::of::<window::WindowShown>())],
)
.body(Carries::of::<window::WindowAsked>())
.refusals(&[404, 422, 503]);
