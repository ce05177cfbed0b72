//! What is said of the schedule's routes.

use super::{
    abilities, affected, book, day, demand, free, holidays, hours, import, moving, requests, resources,
    rights, series, settle, shown, status, time_off, types, waitlist, week,
};
use crate::access::doc::Carries::{Calendar, Nothing};
use crate::access::doc::{Carries, Doc};

const APPOINTMENT: Carries = Carries::of::<shown::AppointmentShown>();
pub(crate) const AFFECTED: Doc = Doc::new(
    "What is booked in a time, with somebody, or of a type: what has to be moved before that is taken away",
    &[(200, Carries::of::<affected::Affected>())],
)
.query(&[
    ("resource", "Practitioner/ID, Location/ID or Device/ID; all, if neither it nor a type is said"),
    ("type", "the type's id"),
    ("from", "an instant; now, if it is not said"),
    ("until", "an instant; in 400 days, if it is not said; of all, no more than 31 days are looked at"),
]);
const SETUP: &[(u16, Carries)] = &[(200, Carries::of::<resources::ResourceSetup>())];
const ENTRY: Carries = Carries::of::<waitlist::WaitlistEntry>();

pub(crate) const DAY: Doc =
    Doc::new("Everything of one day of the clinic", &[(200, Carries::of::<day::DaySheet>())])
        .query(&[("date", "YYYY-MM-DD, by the clinic's clock")]);
pub(crate) const WEEK: Doc = Doc::new(
    "A week of one practitioner, room or piece of equipment",
    &[(200, Carries::of::<week::WeekSheet>())],
)
.query(&[("date", "a day of that week"), ("resource", "Practitioner/ID, Location/ID or Device/ID")]);
pub(crate) const FREE: Doc = Doc::new(
    "Times at which all that a type of appointment needs is free",
    &[(200, Carries::of::<free::FreeSlots>())],
)
.query(&[
    ("type", "the type's id"),
    ("from", "an instant; now, if it is not said"),
    ("until", "an instant; in 90 days, if it is not said"),
    ("with", "a resource, any, or role:ROLE; may come several times"),
    ("language", "as BCP 47 writes it: whoever speaks it"),
    ("skill", "what somebody can do, as it was entered: whoever can; may come several times"),
    ("patient", "a patient's id: not while they are elsewhere, and whoever knows them first"),
    ("limit", "how many; 20 if it is not said, 100 at most"),
    ("cursor", "where a page begins; from the page before"),
])
.refusals(&[422]);
pub(crate) const BOOK: Doc = Doc::new(
    "Books an appointment under the client's id; where nobody may sell the time, files a request",
    &[(200, APPOINTMENT), (201, APPOINTMENT)],
)
.body(Carries::of::<book::Booking>())
.refusals(&[404, 409, 422]);
pub(crate) const MOVE: Doc =
    Doc::new("Moves an appointment to another time, or to others", &[(200, APPOINTMENT)])
        .body(Carries::of::<moving::MoveAsked>())
        .refusals(&[404, 409, 410, 422]);
pub(crate) const STATUS: Doc = Doc::new(
    "Leads a patient on through the clinic, or back; cancels; notes who did not come",
    &[(200, APPOINTMENT)],
)
.body(Carries::of::<status::StatusAsked>())
.refusals(&[404, 409, 410, 422]);
pub(crate) const SETTLE: Doc = Doc::new(
    "Chooses whether an appointment takes place that was moved and called off by people who did not know of each other",
    &[(200, APPOINTMENT)],
)
.body(Carries::of::<settle::SettleAsked>())
.refusals(&[404, 409, 410, 422]);
pub(crate) const SERIES: Doc = Doc::new(
    "Looks at each date of a series, or books all that can be",
    &[(200, Carries::of::<series::SeriesShown>())],
)
.body(Carries::of::<series::SeriesAsked>())
.refusals(&[404, 409, 422]);
pub(crate) const WAITLIST: Doc = Doc::new(
    "Who waits for a time, and what has become free for them",
    &[(200, Carries::of::<waitlist::Waitlist>())],
);
pub(crate) const WAIT: Doc = Doc::new("Puts somebody on the waitlist", &[(200, ENTRY), (201, ENTRY)])
    .body(Carries::of::<waitlist::WaitlistAsk>())
    .refusals(&[404, 409, 422]);
pub(crate) const OFFER: Doc = Doc::new("Notes that somebody was offered a time", &[(200, ENTRY)])
    .body(Carries::of::<waitlist::OfferAsked>())
    .refusals(&[404, 409, 410, 422]);
pub(crate) const LEAVE: Doc =
    Doc::new("Takes somebody off the waitlist", &[(204, Nothing)]).refusals(&[409, 422]);
pub(crate) const REQUESTS: Doc =
    Doc::new("Who asked for a time and has no answer yet", &[(200, Carries::of::<requests::Requests>())]);
pub(crate) const RIGHTS: Doc = Doc::new(
    "Who may sell which time of a day, and what was refused on it",
    &[(200, Carries::of::<rights::Rights>())],
)
.query(&[("date", "YYYY-MM-DD, by the clinic's clock")]);
pub(crate) const TYPES: Doc = Doc::new("What can be booked", &[(200, Carries::of::<types::Types>())]);
pub(crate) const SAVE_TYPE: Doc =
    Doc::new("Adds a type of appointment, or changes one", &[(200, Carries::of::<types::TypeAnswer>())])
        .body(Carries::of::<types::TypeSaved>())
        .refusals(&[409, 422]);
pub(crate) const RESOURCES: Doc = Doc::new(
    "Practitioners, rooms and equipment, as they are set up",
    &[(200, Carries::of::<resources::Resources>())],
);
pub(crate) const HOURS: Doc = Doc::new("Saves all of somebody's weekly hours", SETUP)
    .body(Carries::of::<hours::HoursSaved>())
    .refusals(&[404, 409, 422]);
pub(crate) const ABILITIES: Doc = Doc::new(
    "Saves all of a practitioner's skills and languages, by which free times are searched for",
    SETUP,
)
.body(Carries::of::<abilities::AbilitiesSaved>())
.refusals(&[404, 409, 422]);
pub(crate) const TIME_OFF: Doc = Doc::new(
    "Enters time off; what is booked then stays, is told of, and is marked until it is moved",
    &[(200, Carries::of::<time_off::TimeOffTaken>())],
)
.body(Carries::of::<resources::TimeOff>())
.refusals(&[404, 409, 422]);
pub(crate) const END_TIME_OFF: Doc = Doc::new("Takes time off back", &[(204, Nothing)]).refusals(&[409, 422]);
const HOLIDAYS_SHOWN: Carries = Carries::of::<holidays::Holidays>();
pub(crate) const HOLIDAYS: Doc = Doc::new("Days on which the clinic is closed", &[(200, HOLIDAYS_SHOWN)]);
pub(crate) const SAVE_HOLIDAYS: Doc = Doc::new(
    "Saves all holidays; those that are not among them are taken back",
    &[(200, Carries::of::<holidays::HolidaysSaved>())],
)
.body(HOLIDAYS_SHOWN)
.refusals(&[409, 422]);
pub(crate) const DEMAND: Doc =
    Doc::new("Who came, who did not, and what is to be expected", &[(200, Carries::of::<demand::Demand>())])
        .query(&[("type", "the type's id; all, if it is not said")]);
pub(crate) const CALENDAR: Doc =
    Doc::new("Somebody's appointments as a calendar file, without names", &[(200, Calendar)])
        .query(&[
            ("resource", "Practitioner/ID, Location/ID or Device/ID"),
            ("from", "a date"),
            ("until", "a date"),
        ])
        .refusals(&[422]);
pub(crate) const IMPORT: Doc = Doc::new(
    "Takes in a calendar file: whole days as holidays, or all of it as somebody's time off",
    &[(200, Carries::of::<import::CalendarTaken>())],
)
.query(&[("resource", "whose time off it is; none: holidays of the clinic")])
.body(Calendar)
.refusals(&[404, 409, 422]);
