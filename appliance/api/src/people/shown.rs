//! A person as managers see them.

use holdfast_clinical::people::User;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a person is here for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RoleName {
    FrontDesk,
    Nurse,
    Clinician,
    Pharmacist,
    Manager,
    Admin,
}

impl RoleName {
    /// Those of a record that are known here.
    pub(crate) fn all_of(names: &[String]) -> Vec<Self> {
        names.iter().filter_map(|name| serde_json::from_value(name.as_str().into()).ok()).collect()
    }

    /// As the record has it.
    pub(crate) fn as_str(self) -> &'static str {
        use crate::access::policy::Role;
        let role = match self {
            Self::FrontDesk => Role::FrontDesk,
            Self::Nurse => Role::Nurse,
            Self::Clinician => Role::Clinician,
            Self::Pharmacist => Role::Pharmacist,
            Self::Manager => Role::Manager,
            Self::Admin => Role::Admin,
        };
        role.name()
    }
}

/// A person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Person {
    id: String,
    pub(super) login: String,
    pub(super) name: String,
    roles: Vec<RoleName>,
    active: bool,
    /// `Practitioner/ID`, the public face.
    #[serde(skip_serializing_if = "Option::is_none")]
    practitioner: Option<String>,
    /// Until when (Unix milliseconds) their sign-in is good for more than reading.
    confirmed_until: u64,
    has_passkey: bool,
    /// Whether a PIN opens anything: none does that was never set, or of which two were set at the same time.
    has_pin: bool,
    /// Send it as `If-Match` with a change, so that one made on an old picture is refused.
    version: String,
    /// Elements of which several values stand side by side; what grants least counts until they are set anew.
    conflicts: Vec<String>,
}

impl Person {
    pub(super) fn of(user: User, conflicts: Vec<String>) -> Self {
        Self {
            roles: RoleName::all_of(&user.roles),
            id: user.id,
            login: user.login,
            name: user.name,
            active: user.is_active,
            practitioner: user.practitioner,
            confirmed_until: user.confirmed_until_ms,
            has_passkey: !user.passkeys.is_empty(),
            has_pin: user.pin.is_some(),
            version: user.version,
            conflicts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_of_people_has_the_name_that_its_policy_has() {
        use RoleName::{Admin, Clinician, FrontDesk, Manager, Nurse, Pharmacist};
        for role in [FrontDesk, Nurse, Clinician, Pharmacist, Manager, Admin] {
            assert_eq!(RoleName::all_of(&[role.as_str().to_owned()]), [role]);
        }
        assert_eq!(RoleName::all_of(&["system".into(), "king".into()]), [], "no person is a program");
    }
}
