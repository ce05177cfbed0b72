//! The schedule as FHIR resources (decision 34).
//!
//! | What | Is kept as |
//! |---|---|
//! | appointment type | `HealthcareService` with [`extension::TYPE`] |
//! | weekly hours of a practitioner, room or device | `Schedule`, its `planningHorizon` says when they hold, with [`extension::HOURS`] |
//! | skills and languages of a practitioner | `Practitioner.qualification` with [`SKILL_SYSTEM`], and `.communication` |
//! | time off, holiday, extra hours | `Slot`, `busy-unavailable` or `free`, of that `Schedule` |
//! | the clinic itself: its name, telephone and clock | `Organization` ([`ClinicRecord`]) |
//! | booking, place in a group session, entry of the waitlist | `Appointment` |
//! | other slots | nowhere: worked out when somebody asks ([`slots`]) |

mod ability;
mod clinic;
pub mod extension;
pub(super) mod read;
mod resource;
mod save;
mod schedule;
mod service;
mod slots;

pub use ability::{SKILL_SYSTEM, abilities, own_skills};
pub use clinic::ClinicRecord;
pub use resource::resource_of;
pub use save::saved;
pub use schedule::{Exception, ExceptionKind, WeeklyHours, hours_of};
pub use service::{AppointmentType, SYSTEM as TYPE_SYSTEM, Split};
pub use slots::{MAX_SLOTS, SlotStyle, slots};

/// A record that is not what the schedule takes it for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot read {kind}.{element}: {reason}; correct it")]
pub struct ReadError {
    /// The resource's type.
    pub kind: &'static str,
    /// Which element or extension.
    pub element: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl ReadError {
    /// Stable name of the error.
    pub fn code(&self) -> &'static str {
        "schedule-unreadable"
    }
}
