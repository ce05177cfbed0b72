//! What one reader or writer may reach: which resource types, by which interactions, and whose records. A store applies it
//! inside its queries, so that no caller can forget it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{BitAnd, BitOr};
use std::sync::Arc;

use crate::id::Entity;
use crate::rules::Rules;
use crate::search::Clause;

/// A set of interactions with a resource type.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct May(u8);

impl May {
    /// None.
    pub const NOTHING: Self = Self(0);
    /// To read one by its id, and its versions.
    pub const READ: Self = Self(1);
    /// To search, and to go through the history of many.
    pub const SEARCH: Self = Self(2);
    /// To add one.
    pub const CREATE: Self = Self(4);
    /// To change one.
    pub const UPDATE: Self = Self(8);
    /// To delete one.
    pub const DELETE: Self = Self(16);
    /// To read and search.
    pub const LOOK: Self = Self(1 | 2);
    /// To add, change and delete.
    pub const WRITE: Self = Self(4 | 8 | 16);
    /// All of them.
    pub const ALL: Self = Self(31);

    /// Whether all of `other` are in it.
    pub fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other` are in it.
    pub fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What they are, as a clause of a refusal.
    fn verb(self) -> &'static str {
        match self {
            Self::READ => "read",
            Self::SEARCH => "search",
            Self::CREATE => "create",
            Self::UPDATE => "change",
            Self::DELETE => "delete",
            _ => "use",
        }
    }
}

impl BitOr for May {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for May {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// Interactions by resource type.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Grants {
    of: BTreeMap<String, May>,
    others: May,
}

impl Grants {
    /// The same for every type.
    pub fn every(may: May) -> Self {
        Self { of: BTreeMap::new(), others: may }
    }

    /// With these for one type, whatever is granted for the others.
    #[must_use]
    pub fn with(mut self, kind: &str, may: May) -> Self {
        self.of.insert(kind.to_owned(), may);
        self
    }

    /// What may be done with a type.
    pub fn of(&self, kind: &str) -> May {
        self.of.get(kind).copied().unwrap_or(self.others)
    }

    /// What either grants.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        self.join(other, May::bitor)
    }

    /// What both grant.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.join(other, May::bitand)
    }

    /// Whether any of these is granted for some type.
    pub fn has_any(&self, may: May) -> bool {
        self.others.has_any(may) || self.of.values().any(|one| one.has_any(may))
    }

    fn join(&self, other: &Self, join: fn(May, May) -> May) -> Self {
        let kinds = self.of.keys().chain(other.of.keys());
        let of = kinds.map(|kind| (kind.clone(), join(self.of(kind), other.of(kind)))).collect();
        Self { of, others: join(self.others, other.others) }
    }
}

/// Types in a list, or all but those in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kinds {
    /// These.
    Only(Vec<String>),
    /// All but these.
    AllBut(Vec<String>),
}

/// A person, to whom records that are kept from most open by their part in them, or because they have opened them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reader {
    /// By which records name them.
    pub name: String,
    /// The ids of what they have opened for a while, and said why.
    pub opened: BTreeSet<String>,
}

/// What one reader or writer may reach.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sight {
    /// By type; shared, since a reader may be looked at anew for each read.
    pub grants: Arc<Grants>,
    /// The one patient whose record may be reached; none: everybody's. Types that are no patient's are not concerned.
    pub patient: Option<String>,
    /// The person who reads; none: a program, from which nothing is kept.
    pub reader: Option<Reader>,
}

/// Something out of sight was asked for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "cannot {} {kind}: this sign-in may not do that with resources of this type{of_whom}; ask the administrator for the right",
    may.verb()
)]
pub struct OutOfSight {
    /// What was to be done.
    pub may: May,
    /// With what.
    pub kind: String,
    /// Said of a sign-in from which single records are kept.
    of_whom: &'static str,
}

impl Sight {
    /// Everything.
    pub fn everything() -> Self {
        Self { grants: Arc::new(Grants::every(May::ALL)), patient: None, reader: None }
    }

    /// Whether nothing is out of sight.
    pub fn is_everything(&self) -> bool {
        *self == Self::everything()
    }

    /// Refuses what the grants do not have.
    ///
    /// # Errors
    /// [`OutOfSight`].
    pub fn check(&self, kind: &str, may: May) -> Result<(), OutOfSight> {
        if self.grants.of(kind).includes(may) { Ok(()) } else { Err(self.refusal(kind, may)) }
    }

    /// The refusal of something that is another patient's.
    pub fn refusal(&self, kind: &str, may: May) -> OutOfSight {
        let of_whom = match (&self.patient, &self.reader) {
            (Some(_), _) => ", or not with those of other patients",
            (None, Some(_)) => ", or not with those of patients who are kept from it",
            (None, None) => "",
        };
        OutOfSight { may, kind: kind.to_owned(), of_whom }
    }

    /// The types for which this is granted.
    pub fn kinds(&self, may: May) -> Kinds {
        let these = |is_granted: bool| {
            let of = self.grants.of.iter().filter(|(_, granted)| granted.includes(may) == is_granted);
            of.map(|(kind, _)| kind.clone()).collect()
        };
        if self.grants.others.includes(may) { Kinds::AllBut(these(false)) } else { Kinds::Only(these(true)) }
    }

    /// Whether single resources of a type that it may read may be out of sight.
    pub fn is_bound(&self) -> bool {
        self.patient.is_some() || self.reader.is_some()
    }

    /// The conditions that resources of a type must meet to be seen; none: all are.
    pub fn bound(&self, rules: &dyn Rules, kind: &str) -> Vec<Clause> {
        let of_reader = self.reader.as_ref().and_then(|reader| rules.of_reader(kind, reader));
        self.bound_to_patient(rules, kind).into_iter().chain(of_reader).collect()
    }

    /// That of the patient alone to whom it is bound, which says of a resource as it was whether it was theirs.
    pub fn bound_to_patient(&self, rules: &dyn Rules, kind: &str) -> Option<Clause> {
        self.patient.as_deref().and_then(|patient| rules.of_patient(kind, &Entity::new("Patient", patient)))
    }

    /// Conditions of a search, narrowed to what may be seen: also of the resources that it leads through, so that nothing
    /// can be inferred of others. Where a reference may lead to several types, those that may not be searched are left out.
    ///
    /// # Errors
    /// [`OutOfSight`], if the type, or one that the search leads through, may not be searched.
    pub fn narrow(
        &self,
        rules: &dyn Rules,
        kind: &str,
        clauses: &[Clause],
    ) -> Result<Vec<Clause>, OutOfSight> {
        self.narrowed(rules, kind, clauses, true)
    }

    fn narrowed(
        &self,
        rules: &dyn Rules,
        kind: &str,
        clauses: &[Clause],
        may_drop: bool,
    ) -> Result<Vec<Clause>, OutOfSight> {
        self.check(kind, May::SEARCH)?;
        let within = clauses
            .iter()
            .map(|clause| self.clause(rules, clause, may_drop))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self.bound(rules, kind).into_iter().chain(within).collect())
    }

    /// `may_drop`: whether less is found if an alternative is left out. Beneath a [`Clause::Not`] more would be.
    fn clause(&self, rules: &dyn Rules, clause: &Clause, may_drop: bool) -> Result<Clause, OutOfSight> {
        Ok(match clause {
            Clause::Any(any) => {
                let (seen, refused): (Vec<_>, Vec<_>) = any
                    .iter()
                    .map(|one| (one, self.clause(rules, one, may_drop)))
                    .partition(|(_, narrowed)| narrowed.is_ok());
                let is_led_elsewhere = |(one, _): &(&Clause, _)| matches!(one, Clause::Refers { .. });
                if !(may_drop && !seen.is_empty() && refused.iter().all(is_led_elsewhere))
                    && let Some((_, Err(refusal))) = refused.into_iter().next()
                {
                    return Err(refusal);
                }
                Clause::Any(seen.into_iter().filter_map(|(_, narrowed)| narrowed.ok()).collect())
            }
            Clause::Not(inner) => Clause::Not(Box::new(self.clause(rules, inner, false)?)),
            Clause::Refers { param, kind, to } => {
                let to = self.narrowed(rules, kind, to, may_drop)?;
                Clause::Refers { param: *param, kind: kind.clone(), to }
            }
            Clause::ReferredBy { kind, param, by } => {
                let by = self.narrowed(rules, kind, by, may_drop)?;
                Clause::ReferredBy { kind: kind.clone(), param: *param, by }
            }
            other => other.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_join_by_type() {
        let nurse = Grants::every(May::ALL).with("AuditEvent", May::CREATE);
        let auditor = Grants::default().with("AuditEvent", May::LOOK);
        let both = nurse.or(&auditor);
        assert_eq!((both.of("AuditEvent"), both.of("Patient")), (May::LOOK | May::CREATE, May::ALL));
        let token = Grants::default().with("Patient", May::READ).with("AuditEvent", May::ALL);
        let narrowed = both.and(&token);
        assert_eq!(
            (narrowed.of("Patient"), narrowed.of("AuditEvent"), narrowed.of("Observation")),
            (May::READ, May::LOOK | May::CREATE, May::NOTHING)
        );
        assert!(narrowed.has_any(May::WRITE) && !auditor.has_any(May::WRITE));
    }

    #[test]
    fn kinds_are_listed_either_way() {
        let sight = |grants| Sight { grants: Arc::new(grants), ..Sight::default() };
        let nurse = sight(Grants::every(May::ALL).with("AuditEvent", May::CREATE));
        assert_eq!(nurse.kinds(May::READ), Kinds::AllBut(vec!["AuditEvent".into()]));
        let auditor = sight(Grants::default().with("AuditEvent", May::LOOK));
        assert_eq!(auditor.kinds(May::READ), Kinds::Only(vec!["AuditEvent".into()]));
        assert!(Sight::everything().is_everything() && !nurse.is_everything());
    }

    /// Rules of resources that are nobody's.
    struct Nobodys;

    impl Rules for Nobodys {
        fn lane(&self, _: &str) -> crate::id::Lane {
            crate::id::Lane::ALL[0]
        }
        fn policy(&self, _: &str, _: &str) -> crate::rules::Policy {
            crate::rules::Policy::Register
        }
        fn scopes(
            &self,
            _: &crate::state::EntityState,
            _: &str,
        ) -> std::collections::BTreeSet<crate::id::Scope> {
            std::collections::BTreeSet::new()
        }
        fn index(&self, _: &crate::state::EntityState) -> Vec<crate::rules::IndexRow> {
            Vec::new()
        }
        fn touches_index(&self, _: &str, _: &str) -> bool {
            false
        }
        fn split(&self, _: &str, _: &str) -> Result<BTreeMap<String, String>, crate::rules::SplitError> {
            Ok(BTreeMap::new())
        }
    }

    #[test]
    fn a_reference_is_followed_to_the_types_that_may_be_searched() {
        let sight = Sight {
            grants: Arc::new(Grants::every(May::ALL).with("Device", May::NOTHING)),
            ..Sight::default()
        };
        let to = |kind: &str| Clause::Refers { param: 1, kind: kind.into(), to: vec![] };
        let narrow = |clause: Clause| sight.narrow(&Nobodys, "Appointment", &[clause]);
        let either = Clause::Any(vec![to("Patient"), to("Device")]);
        assert_eq!(narrow(either.clone()), Ok(vec![Clause::Any(vec![to("Patient")])]));
        for refused in [
            to("Device"),
            Clause::Any(vec![to("Device")]),
            Clause::Not(Box::new(either.clone())),
            Clause::Not(Box::new(Clause::Refers { param: 1, kind: "Patient".into(), to: vec![either] })),
            Clause::Any(vec![
                to("Patient"),
                Clause::ReferredBy { kind: "Device".into(), param: 1, by: vec![] },
            ]),
        ] {
            assert_eq!(narrow(refused.clone()).unwrap_err().kind, "Device", "{refused:?}");
        }
    }

    #[test]
    fn refusals_say_what_may_not_be_done() {
        let sight = Sight {
            grants: Arc::new(Grants::every(May::READ)),
            patient: Some("p".into()),
            ..Sight::default()
        };
        let text = sight.check("Patient", May::DELETE).unwrap_err().to_string();
        assert!(text.starts_with("cannot delete Patient:") && text.contains("other patients"), "{text}");
        assert_eq!(sight.check("Patient", May::READ), Ok(()));
    }
}
