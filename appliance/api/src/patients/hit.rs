//! A patient as one line of a list.

use std::collections::BTreeSet;

use holdfast_clinical::identity::person::Person;
use holdfast_clinical::identity::query::Matched;
use holdfast_store::view::Stored;
use serde::Serialize;
use utoipa::ToSchema;

/// One patient.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PatientHit {
    pub(crate) id: String,
    /// The name in use.
    pub(crate) name: String,
    /// Other names, and those of records that are linked to this one.
    pub(crate) other_names: Vec<String>,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub(crate) birth_date: Option<String>,
    pub(crate) gender: Option<String>,
    /// The number of the medical record.
    pub(crate) mrn: Option<String>,
    /// Numbers of records that are linked to this one.
    pub(crate) other_mrns: Vec<String>,
    pub(crate) phone: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) deceased: bool,
    /// Elements of the record in conflict.
    pub(crate) conflicts: u64,
    /// By what the patient was found: `name`, `mrn`, `phone` or `birthDate`.
    pub(crate) matched: &'static str,
}

/// A patient who was found, with the records that are linked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Found {
    /// The record to be opened.
    pub(super) stored: Stored,
    /// As it reads.
    pub(super) person: Person,
    /// Records of the same person that it replaces.
    pub(super) replaced: Vec<(Stored, Person)>,
}

impl Found {
    /// Everybody whose record is told of.
    pub(super) fn ids(&self) -> BTreeSet<String> {
        let own = std::iter::once(&self.stored);
        own.chain(self.replaced.iter().map(|(stored, _)| stored)).map(|one| one.entity.id.clone()).collect()
    }

    /// As it reads, with that of the linked records.
    pub(super) fn people(&self) -> impl Iterator<Item = &Person> {
        std::iter::once(&self.person).chain(self.replaced.iter().map(|(_, person)| person))
    }

    /// The line.
    pub(super) fn hit(&self, matched: Matched) -> PatientHit {
        let name = self.person.name();
        let mut other_names = self.person.other_names();
        let mut other_mrns = Vec::new();
        for (_, person) in &self.replaced {
            for other in std::iter::once(person.name()).chain(person.other_names()) {
                if !other.is_empty() && other != name && !other_names.contains(&other) {
                    other_names.push(other);
                }
            }
            other_mrns.extend(person.mrn().map(str::to_owned));
        }
        PatientHit {
            id: self.stored.entity.id.clone(),
            name,
            other_names,
            birth_date: self.person.birth_date.clone(),
            gender: self.person.gender.clone(),
            mrn: self.person.mrn().map(str::to_owned),
            other_mrns,
            phone: self.person.phones.first().cloned(),
            city: self.person.city.clone(),
            deceased: self.person.is_deceased,
            conflicts: self.stored.conflicts,
            matched: matched.code(),
        }
    }
}
