//! What a route asks of its caller.

use std::collections::BTreeSet;
use std::sync::Arc;

use holdfast_clinical::types::RESOURCE_TYPES;
use holdfast_core::sight::{Grants, May, Reader, Sight};

use super::roles;
use super::scopes::{self, Scope};

/// What a person or program is here for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// Runs the node: people, devices, the trail; sees no charts by this role alone.
    Admin,
    /// Treats patients and prescribes.
    Clinician,
    /// Schedules and demographics.
    FrontDesk,
    /// Runs the clinic: schedules, people, reports, the trail; sees no charts by this role alone.
    Manager,
    /// Nurses patients: measures, gives and notes, and prescribes nothing.
    Nurse,
    /// Hands out what was prescribed.
    Pharmacist,
    /// A program that reads and writes records (importer, interface engine).
    System,
}

impl Role {
    /// Every role by its name, in records, tokens and answers.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("admin", Self::Admin),
        ("clinician", Self::Clinician),
        ("front-desk", Self::FrontDesk),
        ("manager", Self::Manager),
        ("nurse", Self::Nurse),
        ("pharmacist", Self::Pharmacist),
        ("system", Self::System),
    ];
    /// What the front desk was called before; still taken.
    const FORMERLY: &'static str = "reception";

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, role)| *role == self).map_or("", |(name, _)| name)
    }

    /// The role of a name.
    pub fn parse(name: &str) -> Option<Self> {
        if name == Self::FORMERLY {
            return Some(Self::FrontDesk);
        }
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, role)| *role)
    }
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
    /// Anybody, without signing in. Only for what shows nothing of any patient, but to whoever holds the link to their own appointment.
    Public,
    /// Anybody who has signed in.
    Session,
    /// Who may read such data.
    Read(Access),
    /// Who may change such data.
    Write(Access),
    /// Who has this role.
    Role(Role),
    /// Who has the role of manager or administrator: those who look after who works here.
    Staffing,
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
        let id = id.into();
        // Programs carry records as they are; from whoever works with them, some are kept.
        let is_program = roles.contains(&Role::System);
        let reader = (!is_program).then(|| Reader { name: id.clone(), ..Reader::default() });
        Self { id, roles, sight: Arc::new(Sight { grants: Arc::new(grants), patient: None, reader }) }
    }

    /// The same, to whom the records of these patients are open although they are kept from most.
    #[must_use]
    pub fn with_opened(mut self, opened: Vec<String>) -> Self {
        let mut sight = (*self.sight).clone();
        if let Some(reader) = &mut sight.reader {
            reader.opened.extend(opened);
        }
        self.sight = Arc::new(sight);
        self
    }

    /// The same, for reading alone.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        let grants = Arc::new(self.sight.grants.and(&Grants::every(May::LOOK)));
        self.sight = Arc::new(Sight { grants, ..(*self.sight).clone() });
        self
    }

    /// The same, reaching no more than these scopes say, and if a patient is named no other patient's record.
    #[must_use]
    pub fn limited(mut self, scopes: &[Scope], patient: Option<&str>) -> Self {
        let grants = Arc::new(self.sight.grants.and(&scopes::grants(scopes)));
        let patient = patient.map(str::to_owned);
        self.sight = Arc::new(Sight { grants, patient, reader: self.sight.reader.clone() });
        self
    }

    /// The resource types of which they may add and change resources.
    pub(crate) fn keeps(&self) -> Vec<&'static str> {
        let keeps = May::CREATE | May::UPDATE;
        RESOURCE_TYPES.into_iter().filter(|kind| self.sight.grants.of(kind).includes(keeps)).collect()
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
            Self::Staffing => [Role::Manager, Role::Admin].iter().any(|role| principal.roles.contains(role)),
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
            Self::Role(Role::FrontDesk) => "the role of front desk",
            Self::Role(Role::Manager) => "the role of manager",
            Self::Role(Role::Nurse) => "the role of nurse",
            Self::Role(Role::Pharmacist) => "the role of pharmacist",
            Self::Staffing => "the role of manager or administrator",
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
            (Role::FrontDesk, read, true),
            (Role::FrontDesk, write, true),
            (Role::Nurse, write, true),
            (Role::Pharmacist, write, true),
            (Role::Manager, write, true),
            (Role::Manager, Policy::Staffing, true),
            (Role::Admin, Policy::Staffing, true),
            (Role::Clinician, Policy::Staffing, false),
            (Role::System, Policy::Staffing, false),
            (Role::System, write, true),
        ] {
            assert_eq!(policy.allows(&Principal::new("x", [role])), expected, "{role:?} {policy:?}");
        }
    }

    #[test]
    fn roles_have_names_and_the_former_one_is_taken() {
        for (name, role) in Role::NAMES {
            assert_eq!((Role::parse(name), role.name()), (Some(role), name));
        }
        assert_eq!((Role::parse("reception"), Role::parse("king")), (Some(Role::FrontDesk), None));
    }

    #[test]
    fn who_is_no_longer_confirmed_reads_alone() {
        let nurse = Principal::new("x", [Role::Nurse]).read_only();
        let (read, write) = (Policy::Read(Access::Records), Policy::Write(Access::Records));
        assert!(read.allows(&nurse) && !write.allows(&nurse));
    }
}
