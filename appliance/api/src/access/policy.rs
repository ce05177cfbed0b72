//! What a route asks of its caller.

use std::collections::BTreeSet;
use std::sync::Arc;

use holdfast_core::sight::{Grants, May, Sight};

use super::roles;
use super::scopes::{self, Scope};

/// What a person or program is here for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// Runs the node; sees no charts by this role alone.
    Admin,
    /// Treats patients.
    Clinician,
    /// Front desk: schedules and demographics.
    Reception,
    /// A program that reads and writes records (importer, interface engine).
    System,
}

/// A group of data that a route touches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Resources.
    Records,
}

/// What a route asks of its caller. There is no default: see [`super::routes::Routes`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policy {
    /// Anybody, without signing in. Only for what shows nothing of any patient.
    Public,
    /// Anybody who has signed in.
    Session,
    /// Who may read such data.
    Read(Access),
    /// Who may change such data.
    Write(Access),
    /// Who has this role.
    Role(Role),
}

/// Who asks: a person or a program that has signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Principal {
    /// Written into every op as its author, for example `Practitioner/42` or `import`.
    pub id: String,
    /// What they are here for.
    pub roles: BTreeSet<Role>,
    /// Which records they may reach, and how: what their roles allow, narrowed by the scopes of their token.
    pub sight: Arc<Sight>,
}

impl Principal {
    /// Names a principal.
    pub fn new(id: impl Into<String>, roles: impl IntoIterator<Item = Role>) -> Self {
        let roles: BTreeSet<Role> = roles.into_iter().collect();
        let grants = roles.iter().fold(Grants::default(), |all, role| all.or(&roles::grants(*role)));
        Self { id: id.into(), roles, sight: Arc::new(Sight { grants, patient: None }) }
    }

    /// The same, reaching no more than these scopes say, and if a patient is named no other patient's record.
    #[must_use]
    pub fn limited(mut self, scopes: &[Scope], patient: Option<&str>) -> Self {
        let grants = self.sight.grants.and(&scopes::grants(scopes));
        self.sight = Arc::new(Sight { grants, patient: patient.map(str::to_owned) });
        self
    }

    fn may_any(&self, may: May) -> bool {
        self.sight.grants.has_any(may)
    }
}

/// Turns a bearer token into a principal. The node and the hub each bring their own.
pub trait Authenticator: Send + Sync {
    /// Whose token it is; `None` if it is unknown, expired or withdrawn. Must compare in constant time.
    fn principal(&self, token: &str) -> Option<Principal>;
}

impl Policy {
    /// Whether the principal meets the policy.
    pub fn allows(self, principal: &Principal) -> bool {
        match self {
            Self::Public | Self::Session => true,
            // Which types and whose records, the store decides by the principal's sight.
            Self::Read(Access::Records) => principal.may_any(May::LOOK),
            Self::Write(Access::Records) => principal.may_any(May::WRITE),
            Self::Role(role) => principal.roles.contains(&role),
        }
    }

    /// What the policy asks for, as a clause of a refusal.
    pub(crate) fn wants(self) -> &'static str {
        match self {
            Self::Public => "nothing",
            Self::Session => "a sign-in",
            Self::Read(Access::Records) => "the right to read records",
            Self::Write(Access::Records) => "the right to change records",
            Self::Role(Role::Admin) => "the role of administrator",
            Self::Role(Role::Clinician) => "the role of clinician",
            Self::Role(Role::Reception) => "the role of front desk",
            Self::Role(Role::System) => "the role of a program",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_open_what_they_should() {
        let (read, write) = (Policy::Read(Access::Records), Policy::Write(Access::Records));
        for (role, policy, expected) in [
            (Role::Admin, read, true),
            (Role::Admin, write, false),
            (Role::Admin, Policy::Role(Role::Admin), true),
            (Role::Admin, Policy::Session, true),
            (Role::Clinician, read, true),
            (Role::Clinician, write, true),
            (Role::Clinician, Policy::Role(Role::Admin), false),
            (Role::Reception, read, true),
            (Role::Reception, write, true),
            (Role::System, write, true),
        ] {
            assert_eq!(policy.allows(&Principal::new("x", [role])), expected, "{role:?} {policy:?}");
        }
    }
}
