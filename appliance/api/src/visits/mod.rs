//! `/api/visits`, `/api/visit/socket` and `/v/`: visits by video, at the clinic's node (decision 36, `docs/visit-messages.md`).
//!
//! ```text
//! staff ─▶ create, links, join, end ─▶ record (HoldfastVisit) ─┐
//! page  ─▶ socket ─▶ door (holdfast-visits) ─▶ hall ─▶ room ───┴▶ Visit::handle ─▶ save ─▶ say, close, ask the relay
//!                                                      ▲                           └▶ Encounter, Communication
//! relay (node) ─▶ events ──────────────────────────────┘
//! ```
//!
//! Invariants: what a visit tells anybody is durable before it is told; a room whose save fails ends, and the next one goes on from what
//! was saved; a token is in no log; whoever may not see the patient does not learn that there is a visit; the relay and the key of
//! links are the binary's ([`VisitParts`]).

mod clinicians;
mod create;
pub(crate) mod docs;
mod encounter;
mod end;
mod error;
mod facts;
mod hall;
mod join;
mod links;
mod page;
mod parts;
mod record;
mod room;
mod shown;
mod socket;
mod window;

pub use error::VisitError;
pub use hall::{relay_event, relay_is, resume};
pub use parts::{RelayPort, VisitParts};

pub(crate) use hall::Hall;

use crate::access::policy::Access::Records;
use crate::access::policy::Policy::{Public, Read, Write};
use crate::access::routes::Routes;

/// Adds the routes of visits: at the clinic's node alone.
pub fn add(routes: Routes) -> Routes {
    let (read, write) = (Read(Records), Write(Records));
    routes
        .get("/v/{token}", Public, &docs::PAGE, page::page)
        .get("/v/assets/{file}", Public, &docs::PAGE_FILE, page::file)
        .get("/api/visit/socket", Public, &docs::SOCKET, socket::socket)
        .get("/api/visits", read, &docs::OF, shown::of)
        .post("/api/visits", write, &docs::CREATE, create::create)
        .get("/api/visits/{id}", read, &docs::SHOW, shown::show)
        .get("/api/visits/{id}/clinicians", read, &docs::CLINICIANS, clinicians::clinicians)
        .post("/api/visits/{id}/join", write, &docs::JOIN, join::join)
        .post("/api/visits/{id}/links", write, &docs::LINK, links::make)
        .delete("/api/visits/{id}/links/{link}", write, &docs::REVOKE, links::revoke)
        .post("/api/visits/{id}/end", write, &docs::END, end::end)
        .post("/api/visits/{id}/window", write, &docs::WINDOW, window::window)
}
