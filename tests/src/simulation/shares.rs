//! Which clinic may hold whom, in histories in which not every clinic may hold every patient: each patient is made by one
//! clinic, and shared with others by a person. What is put aside for that is counted here, so that nobody waits for it.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use holdfast_core::codec::decode_ops;
use holdfast_core::id::{Dot, Entity, Scope};
use holdfast_core::message::Page;
use holdfast_core::op::Op;
use holdfast_store::sql::Database;

use super::fleet::Fleet;
use super::oracle::Oracle;
use super::rules::{CLINICS, PATIENTS};

/// Who may hold whom.
#[derive(Clone, Debug, Default)]
pub struct Shares {
    /// Whether anybody may not hold somebody.
    pub is_partial: bool,
    /// Whether the second clinic has no node: then the first makes every patient.
    pub has_one_clinic: bool,
    /// What a person has shared: a clinic, and the scope that it may hold.
    shared: BTreeSet<(String, Scope)>,
}

impl Shares {
    /// Nothing is shared yet.
    pub fn new(is_partial: bool, has_one_clinic: bool) -> Self {
        Self { is_partial, has_one_clinic, shared: BTreeSet::new() }
    }

    /// The clinic that makes a patient.
    pub fn home(&self, scope: &Scope) -> &'static str {
        let at = PATIENTS.iter().position(|id| scope.as_patient() == Some(*id)).unwrap_or_default();
        CLINICS[if self.has_one_clinic { 0 } else { at % CLINICS.len() }]
    }

    /// Whether a clinic may hold a scope.
    pub fn may_hold(&self, clinic: &str, scope: &Scope) -> bool {
        !self.is_partial
            || scope.as_patient().is_none()
            || self.home(scope) == clinic
            || self.shared.contains(&(clinic.to_owned(), scope.clone()))
    }
}

impl Fleet {
    /// A person shares a patient with a clinic; `false` if there is nobody to share yet.
    ///
    /// # Errors
    /// The store.
    pub fn share(&mut self, clinic: &str, scope: &Scope) -> Result<bool> {
        let patient = Entity::new("Patient", scope.as_patient().unwrap_or_default());
        for hub in 0..self.hubs {
            let is_there = self.replicas[hub].records.read(|view| Ok(view.get(&patient)?.is_some()))?;
            if self.shares.is_partial && !is_there {
                return Ok(false);
            }
            self.replicas[hub].records.share(scope, clinic)?;
        }
        self.shares.shared.insert((clinic.to_owned(), scope.clone()));
        Ok(true)
    }

    /// What was shared is shared again with a restored hub.
    ///
    /// # Errors
    /// The store.
    pub fn share_again(&self) -> Result<()> {
        if !self.shares.is_partial {
            return super::fleet::share_all(&self.replicas[0]);
        }
        for (clinic, scope) in &self.shares.shared {
            self.replicas[0].records.share(scope, clinic)?;
        }
        Ok(())
    }

    /// Whether people at a replica write this resource: a patient is made by one clinic alone.
    pub fn may_write(&self, at: usize, entity: usize, exists: bool) -> bool {
        let clinic = &self.replicas[at].profile.clinic;
        let scope = Scope::of_patient(&self.entities[entity]);
        exists || !self.shares.is_partial || scope.is_none_or(|scope| self.shares.home(&scope) == clinic)
    }

    /// Takes note of what became of acknowledged ops: merged, or put aside.
    ///
    /// # Errors
    /// The database.
    pub fn note_pushed(&mut self, down: usize, up: usize, ops: &[Op]) -> Result<()> {
        let aside = self.set_aside(up)?;
        let clinic = self.replicas[down].profile.clinic.clone();
        for op in ops {
            let save = Oracle::of_author(&op.author);
            if aside.contains(&op.dot) {
                self.oracle.once_aside |= save;
                if save & self.replicas[up].known == 0 {
                    self.oracle.set_aside |= save;
                    self.note(|f| format!("{} puts aside {}", f.name(up), f.oracle.describe(save)));
                }
                self.oracle.unsure.extend(self.entities.iter().position(|e| *e == op.entity));
                continue;
            }
            self.oracle.set_aside &= !save;
            self.replicas[up].known |= save;
            // A restored hub may have heard of the patient from others first: a person reads the notice.
            if let Some(scope) = Scope::of_patient(&op.entity).filter(|_| self.hub_is_restored)
                && self.shares.is_partial
                && self.shares.home(&scope) == clinic
            {
                self.replicas[up].records.share(&scope, &clinic)?;
            }
        }
        Ok(())
    }

    fn set_aside(&self, up: usize) -> Result<BTreeSet<Dot>> {
        let mut out = BTreeSet::new();
        self.replicas[up].db.read(&mut |sql| {
            let text = "SELECT bytes FROM quarantine WHERE code IN ('scope-entry', 'patient-made-twice', 'follows-put-aside')";
            for row in sql.query(text, &[])? {
                out.extend(decode_ops(row.blob(0)?)?.into_iter().map(|op| op.dot));
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// Whoever may not hold a patient is sent nothing of them.
    ///
    /// # Errors
    /// What was sent.
    pub fn check_page(&self, down: usize, page: &Page) -> Result<()> {
        let clinic = &self.replicas[down].profile.clinic;
        for visit in &page.visits {
            let may = self.shares.may_hold(clinic, &visit.scope);
            ensure!(may, "{} is sent {}, which its clinic may not hold", self.name(down), visit.scope);
        }
        Ok(())
    }

    /// Every node holds its clinic's own patients.
    ///
    /// # Errors
    /// Who lacks whom.
    pub fn check_homes(&self, alive: &[usize]) -> Result<()> {
        if !self.shares.is_partial || self.hub_is_restored {
            return Ok(());
        }
        for hub in 0..self.hubs {
            for scope in PATIENTS.map(Scope::patient) {
                let patient = Entity::new("Patient", scope.as_patient().unwrap_or_default());
                if !self.replicas[hub].records.read(|view| Ok(view.get(&patient)?.is_some()))? {
                    continue;
                }
                for at in alive.iter().filter(|at| self.upstreams(**at).contains(&hub)) {
                    let replica = &self.replicas[*at];
                    let is_home = self.shares.home(&scope) == replica.profile.clinic;
                    let is_held =
                        replica.given_up.contains(&scope) || self.subscriptions(hub, *at)?.contains(&scope);
                    ensure!(!is_home || is_held, "{} does not hold its clinic's {scope}", self.name(*at));
                }
            }
        }
        Ok(())
    }
}
