//! Who may sell which time, kept: `holdfast_core::rights` on the records of one database.
//!
//! A right is a record like any other ([`KIND`], lane 0, in the clinic's scope): it is written once, durable before it is sent, and travels
//! with everything else. What names a stretch of time is found by index rows that change in the transaction that changes the record
//! (`holdfast_core::rights::rows`), and so is what takes time.
//!
//! ```text
//! Tx::book ─▶ Tx::put ─▶ op ─▶ guard: every span owned by this incarnation, nothing else there ─▶ commit
//!               ▲                 └─ else a Refusal, nothing is kept
//!   any FHIR save of an Appointment
//! ```
//!
//! The guard is in the path of every save that is made here, so that none can pass it by. What replicas bring is not judged: it was, where
//! it was made. What makes that enough:
//! * Only one database owns a minute, so only one confirms it, in the order of its own transactions.
//! * The time of an appointment changes only by a move of the database that owns the old time and the new; a request keeps the time that
//!   it asked for. So no two values of its elements come together to a time that nobody has looked at.
//! * Whoever moves an appointment says again that it stands (`Rules::said_with`). So a cancellation by somebody who has not seen the move
//!   is a conflict with it, and until a person has chosen the new time stays taken.
//! * A taker returns what is unsold and nothing else: the record may overtake what was sold.
//!
//! A clinic whose calendar has not begun ([`Tx::begin_calendar`]) is not guarded.

mod book;
mod guard;
mod heard;
mod hold;
mod known;
mod offered;
mod order;
mod shown;
mod succession;

pub use book::{Booked, Confirmed};
pub use guard::Changed;
pub use holdfast_core::rights::KIND;
pub(crate) use known::is_fenced;
pub use order::{incarnations, order_replacement};
pub use shown::{Calendar, Owned};
