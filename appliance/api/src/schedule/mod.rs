//! `/api/schedule`: who works when, what is free, who comes and where they are, over FHIR resources as decision 34 has it.
//!
//! ```text
//! day, week ─▶ index rows of the day ─▶ Appointments, Encounters, Patients ─▶ shown
//! free ─▶ Roster (who there is, their hours) + Busy (index rows alone) ─▶ scheduling::find
//! book, move, accept ─▶ one transaction: Busy again ─▶ scheduling::find ─▶ save ─▶ the store's guard ─▶ refused::explain
//! any other write of an Appointment (FHIR, bundles, staff's save) ──────────▲
//! ```
//!
//! Invariants: an appointment that takes time of somebody whose time is taken, or is not this database's to give, is saved by no route,
//! unless it says that it is overbooked: the store decides (decision 33), before a clinic's calendar begins [`take`]; work is proportional to the hours looked at; whom a caller may not see is told of as time that is taken, and no
//! more; one patient is expected at one place at a time, unless it was overbooked ([`patient`]), or came together so and is marked.

mod abilities;
pub(crate) mod affected;
mod ask;
mod book;
pub(crate) mod busy;
mod calendar;
mod changes;
mod day;
mod deed;
mod demand;
pub(crate) mod docs;
mod error;
pub(crate) mod exceptions;
mod free;
mod grant;
mod group;
mod holidays;
mod hours;
mod import;
mod kept;
mod moving;
pub(crate) mod names;
mod overlaps;
mod parts;
mod patient;
mod place;
pub(crate) mod plan;
mod present;
pub(crate) mod query;
pub(crate) mod records;
pub(crate) mod refused;
mod requests;
mod resources;
mod rights;
pub(crate) mod roster;
mod series;
pub(crate) mod settle;
mod shown;
mod status;
mod stranded;
pub(crate) mod take;
mod time_off;
pub(crate) mod types;
mod waitlist;
mod web;
mod week;
mod when;

pub(crate) use abilities::save as save_abilities;
pub(crate) use affected::affected;
pub(crate) use book::book;
pub(crate) use calendar::calendar;
pub(crate) use day::day;
pub(crate) use deed::Deed;
pub(crate) use demand::demand;
pub use error::ScheduleError;
pub use free::FreeSlot;
pub(crate) use free::free;
pub(crate) use holidays::{holidays, save as save_holidays};
pub(crate) use hours::save as save_hours;
pub(crate) use import::import;
pub(crate) use kept::Kept;
pub(crate) use moving::move_to;
pub use present::{ExpectedVisits, expected_visits};
pub(crate) use requests::requests;
pub(crate) use resources::resources;
pub(crate) use rights::rights;
pub(crate) use series::series;
pub(crate) use settle::settle;
pub(crate) use status::{status, walk_to};
pub(crate) use time_off::{end as end_time_off, take as take_time_off};
pub(crate) use types::{save as save_type, types};
pub(crate) use waitlist::{leave as leave_waitlist, offer, wait, waitlist};
pub use web::to_grant;
pub(crate) use week::week;
