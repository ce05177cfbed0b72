//! Status machines of appointments, notes, encounters and tasks: which step may follow which.
//!
//! The machines are lenient: they forbid what would lie about the past (a cancelled appointment that goes
//! on, a finished task that is drafted again), and allow the undoing of a slip of the finger.
//! `entered-in-error` can always be reached and never be left. A creation may start anywhere, because records
//! are also imported.
//!
//! Sources: <https://hl7.org/fhir/R4/valueset-appointmentstatus.html>, <https://hl7.org/fhir/R4/valueset-composition-status.html>,
//! <https://hl7.org/fhir/R4/valueset-encounter-status.html>, <https://hl7.org/fhir/R4/valueset-task-status.html>.

/// Reachable from every state, and final.
const ENTERED_IN_ERROR: &str = "entered-in-error";

/// A state and the states that may follow it (besides itself and [`ENTERED_IN_ERROR`]).
type Step = (&'static str, &'static [&'static str]);

const APPOINTMENT: &[Step] = &[
    ("proposed", &["pending", "booked", "waitlist", "cancelled"]),
    ("pending", &["proposed", "booked", "waitlist", "cancelled"]),
    ("waitlist", &["proposed", "pending", "booked", "cancelled"]),
    ("booked", &["pending", "arrived", "checked-in", "fulfilled", "noshow", "cancelled", "waitlist"]),
    ("arrived", &["booked", "checked-in", "fulfilled", "noshow", "cancelled"]),
    ("checked-in", &["booked", "arrived", "fulfilled", "noshow", "cancelled"]),
    ("noshow", &["booked", "arrived", "checked-in", "fulfilled"]),
    ("fulfilled", &[]),
    ("cancelled", &[]),
    (ENTERED_IN_ERROR, &[]),
];

/// A signed note is not a draft again.
const COMPOSITION: &[Step] = &[
    ("preliminary", &["final", "amended"]),
    ("final", &["amended"]),
    ("amended", &["final"]),
    (ENTERED_IN_ERROR, &[]),
];

const ENCOUNTER: &[Step] = &[
    ("planned", &["arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "unknown"]),
    ("arrived", &["planned", "triaged", "in-progress", "onleave", "finished", "cancelled", "unknown"]),
    ("triaged", &["arrived", "in-progress", "onleave", "finished", "cancelled", "unknown"]),
    ("in-progress", &["arrived", "triaged", "onleave", "finished", "cancelled", "unknown"]),
    ("onleave", &["in-progress", "finished", "cancelled", "unknown"]),
    ("finished", &["in-progress", "unknown"]),
    ("unknown", &["planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled"]),
    ("cancelled", &[]),
    (ENTERED_IN_ERROR, &[]),
];

const TASK: &[Step] = &[
    ("draft", &["requested", "received", "accepted", "ready", "in-progress", "cancelled"]),
    (
        "requested",
        &[
            "received",
            "accepted",
            "rejected",
            "ready",
            "in-progress",
            "on-hold",
            "completed",
            "failed",
            "cancelled",
        ],
    ),
    (
        "received",
        &["accepted", "rejected", "ready", "in-progress", "on-hold", "completed", "failed", "cancelled"],
    ),
    ("accepted", &["ready", "in-progress", "on-hold", "completed", "failed", "rejected", "cancelled"]),
    ("ready", &["accepted", "in-progress", "on-hold", "completed", "failed", "rejected", "cancelled"]),
    ("in-progress", &["ready", "on-hold", "completed", "failed", "cancelled"]),
    ("on-hold", &["ready", "in-progress", "completed", "failed", "cancelled"]),
    ("failed", &[]),
    ("completed", &[]),
    ("rejected", &[]),
    ("cancelled", &[]),
    (ENTERED_IN_ERROR, &[]),
];

/// A status change that the state machine does not allow.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StepError {
    /// The new status is not in the R4 value set.
    #[error("cannot set {kind}.status to \"{to}\": R4 has no such status; use one of {}", known.join(", "))]
    Unknown {
        /// The resource type.
        kind: &'static str,
        /// What was asked for.
        to: String,
        /// The value set.
        known: Vec<&'static str>,
    },
    /// The step is not allowed from where the resource stands.
    #[error(
        "cannot move {kind}.status from \"{from}\" to \"{to}\": {}; {}",
        reason(allowed),
        remedy(allowed)
    )]
    Forbidden {
        /// The resource type.
        kind: &'static str,
        /// Where it stands.
        from: String,
        /// What was asked for.
        to: String,
        /// What may follow, besides `entered-in-error`.
        allowed: &'static [&'static str],
    },
}

impl StepError {
    /// Stable name of the error, for answers, logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "status-unknown",
            Self::Forbidden { .. } => "status-step-forbidden",
        }
    }
}

fn reason(allowed: &[&str]) -> &'static str {
    if allowed.is_empty() { "that status is final" } else { "that step is not allowed" }
}

fn remedy(allowed: &[&str]) -> String {
    if allowed.is_empty() {
        return "record a new resource, or set \"entered-in-error\" if it should never have been".to_owned();
    }
    format!("go to one of {}, {ENTERED_IN_ERROR}", allowed.join(", "))
}

/// Whether `kind.status` may go from `from` to `to`. Types without a machine allow everything, and so does a
/// creation (`from` is `None`), as long as the new status is in the value set. A `from` outside the value set
/// may be left in any direction.
///
/// # Errors
/// [`StepError::Unknown`] if `to` is not in the value set, [`StepError::Forbidden`] if the step is not allowed.
pub fn check_step(kind: &str, from: Option<&str>, to: &str) -> Result<(), StepError> {
    let Some((kind, machine)) = machine(kind) else { return Ok(()) };
    if !machine.iter().any(|(state, _)| *state == to) {
        let known = machine.iter().map(|(state, _)| *state).collect();
        return Err(StepError::Unknown { kind, to: to.to_owned(), known });
    }
    let Some(from) = from else { return Ok(()) };
    let Some((_, allowed)) = machine.iter().find(|(state, _)| *state == from) else { return Ok(()) };
    if from == to || to == ENTERED_IN_ERROR || allowed.contains(&to) {
        return Ok(());
    }
    Err(StepError::Forbidden { kind, from: from.to_owned(), to: to.to_owned(), allowed })
}

fn machine(kind: &str) -> Option<(&'static str, &'static [Step])> {
    match kind {
        "Appointment" => Some(("Appointment", APPOINTMENT)),
        "Composition" => Some(("Composition", COMPOSITION)),
        "Encounter" => Some(("Encounter", ENCOUNTER)),
        "Task" => Some(("Task", TASK)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_state_is_a_state() {
        for machine in [APPOINTMENT, COMPOSITION, ENCOUNTER, TASK] {
            for (_, next) in machine {
                assert!(next.iter().all(|to| machine.iter().any(|(state, _)| state == to)));
            }
        }
    }

    #[test]
    fn steps_are_allowed_or_refused() {
        let ok = None;
        for (kind, from, to, code) in [
            ("Appointment", Some("booked"), "arrived", ok),
            ("Appointment", Some("booked"), "booked", ok),
            ("Appointment", Some("fulfilled"), "entered-in-error", ok),
            ("Appointment", Some("entered-in-error"), "booked", Some("status-step-forbidden")),
            ("Appointment", Some("cancelled"), "booked", Some("status-step-forbidden")),
            ("Appointment", Some("odd"), "booked", ok),
            ("Appointment", None, "fulfilled", ok),
            ("Appointment", None, "odd", Some("status-unknown")),
            ("Composition", Some("preliminary"), "final", ok),
            ("Composition", Some("final"), "entered-in-error", ok),
            ("Composition", Some("final"), "preliminary", Some("status-step-forbidden")),
            ("Composition", Some("entered-in-error"), "final", Some("status-step-forbidden")),
            ("Encounter", Some("finished"), "in-progress", ok),
            ("Encounter", Some("finished"), "planned", Some("status-step-forbidden")),
            ("Task", Some("completed"), "draft", Some("status-step-forbidden")),
            ("Task", Some("requested"), "accepted", ok),
            ("Observation", Some("final"), "anything", ok),
        ] {
            let got = check_step(kind, from, to).err().map(|error| error.code());
            assert_eq!(got, code, "{kind} {from:?} -> {to}");
        }
    }

    #[test]
    fn refusal_says_what_why_and_what_to_do() {
        let text = check_step("Task", Some("draft"), "completed").unwrap_err().to_string();
        assert!(text.starts_with(
            "cannot move Task.status from \"draft\" to \"completed\": that step is not allowed; go to"
        ));
        let text = check_step("Task", Some("failed"), "draft").unwrap_err().to_string();
        assert!(text.contains("final; record a new resource"), "{text}");
    }
}
