//! What a route asks of its caller.

use std::collections::BTreeSet;

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
    /// Patients' records.
    Clinical,
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
}

impl Principal {
    /// Names a principal.
    pub fn new(id: impl Into<String>, roles: impl IntoIterator<Item = Role>) -> Self {
        Self { id: id.into(), roles: roles.into_iter().collect() }
    }

    fn is_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
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
            Self::Read(Access::Clinical) => {
                principal.is_any(&[Role::Clinician, Role::Reception, Role::System])
            }
            Self::Write(Access::Clinical) => principal.is_any(&[Role::Clinician, Role::System]),
            Self::Role(role) => principal.roles.contains(&role),
        }
    }

    /// What the policy asks for, as a clause of a refusal.
    pub(crate) fn wants(self) -> &'static str {
        match self {
            Self::Public => "nothing",
            Self::Session => "a sign-in",
            Self::Read(Access::Clinical) => "the right to read patients' records",
            Self::Write(Access::Clinical) => "the right to change patients' records",
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
        let (read, write) = (Policy::Read(Access::Clinical), Policy::Write(Access::Clinical));
        for (role, policy, expected) in [
            (Role::Admin, read, false),
            (Role::Admin, write, false),
            (Role::Admin, Policy::Role(Role::Admin), true),
            (Role::Admin, Policy::Session, true),
            (Role::Clinician, read, true),
            (Role::Clinician, write, true),
            (Role::Clinician, Policy::Role(Role::Admin), false),
            (Role::Reception, read, true),
            (Role::Reception, write, false),
            (Role::System, write, true),
        ] {
            assert_eq!(policy.allows(&Principal::new("x", [role])), expected, "{role:?} {policy:?}");
        }
    }
}
