//! The clinic role's side of visits, as decision 36 and `docs/visit-messages.md` have it.
//!
//! ```text
//! first frame ─▶ door (version, token) ─▶ Entry ─┐
//! frames, relay, orders, timer ──────────────────┴▶ Visit::handle(now, Input) ─▶ [Save, Send, Close, Ask, Fact, …, Timer]
//! ```
//!
//! * [`token`]: join links, signed and verified.
//! * [`messages`]: what pages and nodes say, field by field as in `visit-room/src/messages.ts`.
//! * [`door`]: the first message of a socket, before it belongs to a visit.
//! * [`session`]: one visit.
//!
//! Invariants: nothing here reads a clock, a file, a socket or a random source, and collections are ordered, so that a run
//! replays exactly. No input of any kind panics. Nobody is `in` who was not let in; a member has one live socket for media;
//! a command's id changes something once; who was not let in hears of nobody; what is ended stays so. What has to survive a
//! restart is in [`session::Snapshot`], and [`session::Output::Save`] comes before whatever tells of it.
//!
//! It does not know HTTP, FHIR, the store or the relay's port: a shell does what the outputs say.

pub mod door;
pub mod ids;
pub mod limits;
pub mod messages;
pub mod session;
pub mod token;
