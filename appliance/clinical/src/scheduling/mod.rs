//! The rules of the schedule: when somebody works, what is free, what recurs, what a booking is, how a patient's day goes, and what is to
//! be expected. Pure: now, ids and records arrive as arguments.
//!
//! ```text
//! Schedule, Slot ─▶ fhir::hours_of ─▶ hours::working ─┐
//! Appointment ────▶ booking::Booked ─▶ busy ──────────┼▶ find::Free ─▶ find::find ─▶ offers, a page at a time
//! rights ─────────▶ owned ────────────────────────────┘                     │
//! HealthcareService ▶ fhir::AppointmentType ─▶ ask ────────────────────────▶┘─▶ booking::Booking ─▶ Appointment
//! RRULE ▶ recur::Series ─▶ instances ─▶ find::check_series          iCalendar ◀─▶ ical
//! ```
//!
//! It does not: decide who may give a time away (decision 33), store, or know the clock.
//!
//! Time is whole minutes of UTC ([`span::Minute`]); wall clocks are of the clinic's zone and enter only where people mean them: working
//! hours, series, days ([`zone`]).
//!
//! ```
//! use holdfast_clinical::scheduling::find::{Ask, Free, Kind, Need, Resource, Wish, find};
//! use holdfast_clinical::scheduling::span::{Span, Spans};
//! use holdfast_clinical::scheduling::zone::Zone;
//!
//! let ana = Resource { key: "Practitioner/ana".into(), kind: Kind::Practitioner, roles: vec!["nurse".into()], skills: vec![], languages: vec![] };
//! let working = Spans::new([Span::new(480, 720)]);
//! let free = Free::new(working.clone(), Spans::new([Span::new(480, 600)]), &working);
//! let ask = Ask {
//!     duration_min: 30, before_min: 0, after_min: 0, step_min: 10, needs: vec![Need::any(Kind::Practitioner)],
//!     window: Span::new(0, 1_440), patient_busy: Spans::default(), wish: Wish::default(), per_start: 1, page: 1,
//! };
//! let answer = find(&ask, &[(&ana, &free)], &Zone::utc())?;
//! assert_eq!(answer.offers[0].span, Span::new(600, 630));
//! # Ok::<(), holdfast_clinical::scheduling::find::FindError>(())
//! ```
//!
//! Invariants: what is offered is free of every resource, with buffers, for as long as it takes; a page neither repeats a time nor leaves
//! one out; a rule or a calendar that is not followed in full is refused in full.

pub mod booking;
pub mod demand;
pub mod fhir;
pub mod find;
pub mod flow;
pub mod hours;
pub mod ical;
pub mod recur;
pub mod span;
#[cfg(test)]
mod testing;
pub mod waitlist;
pub mod web;
pub mod zone;
