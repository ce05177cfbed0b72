//! What each role may do with each resource type: the least that its work takes.

use holdfast_core::sight::{Grants, May};

use super::policy::Role;

/// Who opened what: for those who look after it, not for those whom it is about.
const AUDIT: &str = "AuditEvent";

/// What the front desk works with: people's particulars, the schedule, who pays.
const DESK_WRITES: [&str; 13] = [
    "Account",
    "Appointment",
    "AppointmentResponse",
    "Communication",
    "CommunicationRequest",
    "Consent",
    "Coverage",
    "Encounter",
    "Patient",
    "RelatedPerson",
    "Schedule",
    "Slot",
    "Task",
];

/// The directory of people and places, which everybody may look up.
const DIRECTORY: [&str; 7] = [
    "Endpoint",
    "HealthcareService",
    "InsurancePlan",
    "Location",
    "Organization",
    "Practitioner",
    "PractitionerRole",
];

/// What a role may do with resources.
pub(super) fn grants(role: Role) -> Grants {
    match role {
        Role::Clinician => Grants::every(May::ALL).with(AUDIT, May::CREATE),
        Role::System => Grants::every(May::ALL),
        Role::Admin => DIRECTORY
            .iter()
            .fold(Grants::default(), |grants, kind| grants.with(kind, May::LOOK))
            .with(AUDIT, May::LOOK),
        Role::Reception => {
            let desk = DESK_WRITES.iter().fold(Grants::default(), |grants, kind| {
                grants.with(kind, May::LOOK | May::CREATE | May::UPDATE)
            });
            DIRECTORY.iter().fold(desk, |grants, kind| grants.with(kind, May::LOOK))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_reaches_what_its_work_takes() {
        for (role, kind, expected) in [
            (Role::Clinician, "Observation", May::ALL),
            (Role::Clinician, "AuditEvent", May::CREATE),
            (Role::System, "AuditEvent", May::ALL),
            (Role::Admin, "Patient", May::NOTHING),
            (Role::Admin, "AuditEvent", May::LOOK),
            (Role::Admin, "Practitioner", May::LOOK),
            (Role::Reception, "Patient", May::LOOK | May::CREATE | May::UPDATE),
            (Role::Reception, "Observation", May::NOTHING),
            (Role::Reception, "Practitioner", May::LOOK),
            (Role::Reception, "AuditEvent", May::NOTHING),
        ] {
            assert_eq!(grants(role).of(kind), expected, "{role:?} {kind}");
        }
    }

    #[test]
    fn every_name_is_a_resource_type() {
        for kind in DESK_WRITES.iter().chain(&DIRECTORY).chain([&AUDIT]) {
            assert!(holdfast_clinical::types::is_resource_type(kind), "{kind}");
        }
    }
}
