//! `/api/book` and `/book/`: patients book for themselves, at head office, without an account.
//!
//! ```text
//! free ─▶ Roster of the clinic + what this database may sell (store: `Records::offered`) ─▶ scheduling::find ─▶ signed slots
//! code ─▶ pending fact (hashed) + message that waits to be sent ─▶ deliver
//! book ─▶ code is right ─▶ one transaction: hours and time again ─▶ who it is ─▶ Tx::book ─▶ link
//!                                                   └ not ours to sell ─▶ the same as a request
//! mine/LINK ─▶ the appointment whose id is the link's hash ─▶ shown, moved, cancelled, as a calendar file
//! ```
//!
//! Invariants: nothing that is answered before a code was right depends on whether somebody is a patient; a code, a contact and a link are
//! in no log and in no record; whoever has a link has the right to one appointment and nothing else; the same booking asked again is
//! the same appointment. Decision 35.

mod calendar;
mod cancel;
mod clinic;
mod code;
mod deliver;
pub(crate) mod docs;
mod error;
mod free;
mod limits;
mod mine;
mod moving;
mod open;
mod page;
mod parts;
mod pending;
mod person;
mod place;
mod secret;
mod shown;
mod slot;
mod take;
mod who;

pub use deliver::run;
pub use error::BookError;
pub use limits::Limits;
pub(crate) use page::files;
pub use page::is_built_in;
pub use parts::BookParts;
pub(crate) use person::AUTHOR;

use crate::access::policy::Policy::Public;
use crate::access::routes::Routes;

/// Adds the routes by which patients book.
pub fn add(routes: Routes) -> Routes {
    routes
        .get("/book", Public, &docs::PAGE, page::to_page)
        .get("/book/", Public, &docs::PAGE, page::page)
        .get("/book/{clinic}", Public, &docs::PAGE, page::page)
        .get("/book/assets/{file}", Public, &docs::PAGE_FILE, page::file)
        .get("/api/book", Public, &docs::CLINICS, clinic::list)
        .get("/api/book/clinic/{clinic}", Public, &docs::CLINIC, clinic::show)
        .get("/api/book/clinic/{clinic}/free", Public, &docs::FREE, free::free)
        .post("/api/book/clinic/{clinic}/code", Public, &docs::CODE, code::send)
        .post("/api/book/clinic/{clinic}", Public, &docs::BOOK, take::book)
        .get("/api/book/mine/{link}", Public, &docs::MINE, mine::mine)
        .post("/api/book/mine/{link}/move", Public, &docs::MOVE, moving::move_to)
        .post("/api/book/mine/{link}/cancel", Public, &docs::CANCEL, cancel::cancel)
        .get("/api/book/mine/{link}/calendar.ics", Public, &docs::CALENDAR, calendar::calendar)
}
