//! iCalendar (RFC 5545): calendars of others read, our own written.
//!
//! Reading is for hostile input: bounded in bytes, lines, depth and events, without recursion, linear in its length. A calendar is read
//! whole or not at all; the error says in which line and why. What is written is read back by our own reader and by the crate
//! `icalendar` in the tests (decision 34 says why that crate does not read for us).

mod error;
mod event;
mod line;
mod parts;
mod read;
mod timezone;
mod when;
mod windows;
mod write;

pub use error::{IcalError, Problem};
pub use event::{Calendar, Event, Method, Organizer, Status, When, domain_of, event_of};
pub use read::read;
pub(super) use when::{read_date, read_local};
pub use write::write;

/// The most bytes of a calendar: some ten thousand events of an ordinary calendar, with their descriptions.
pub const MAX_BYTES: usize = 8 << 20;
/// The most bytes of one unfolded line: a description, or a picture that somebody put inside.
pub const MAX_LINE_BYTES: usize = 1 << 20;
/// The most events.
pub const MAX_EVENTS: usize = 10_000;
/// The most components inside each other: a calendar, an event, an alarm, and one that nobody knows.
pub const MAX_DEPTH: usize = 4;
/// The most parameters of one property.
pub const MAX_PARAMETERS: usize = 32;
/// The most dates that are taken out of one series.
pub const MAX_EXCEPTIONS: usize = 1_000;

#[cfg(test)]
mod tests;
