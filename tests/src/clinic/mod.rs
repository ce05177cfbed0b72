//! A believable clinic from a seed, a date and a size: its people, its patients with their records, and today's day sheet, as FHIR
//! R4 resources. No clock, no random source but the seed: the same three give the same bytes.
//!
//! * People write in several scripts, have one name or five, live together and share a telephone; some are registered twice.
//! * Histories hang together: what is prescribed follows from what somebody has, results follow the treatment, a child grows
//!   along its own percentile. Ten people have the histories that every clinic has ([`people::Role`]); three of them have 20
//!   years of records.
//! * Today is seen at the minute that is given: visits that are over, that are under way, that are to come.
//! * All codes are of the starter lists of `holdfast_clinical::codes`; units are UCUM. Names, addresses and findings are
//!   made up.
//!
//! ```
//! use holdfast_tests::clinic::{Clinic, Now};
//!
//! let now = Now::read("2026-11-27 10:40 +0100").expect("a date");
//! let clinic = Clinic::new(1, now, 40);
//! assert_eq!(clinic.patient(7), Clinic::new(1, now, 40).patient(7));
//! ```

mod acute;
mod chart;
mod child;
mod courses;
mod diary;
mod fhir;
mod labs;
mod life;
mod moment;
mod names;
mod paper;
mod patient;
mod pdf;
mod people;
mod png;
mod pregnancy;
mod team;
mod today;
mod visits;
mod vitals;
mod waiting;
mod write;

pub use moment::Now;
pub use write::{Written, write};

use crate::generate::{Dice, Resource};
use chart::Chart;
use people::Person;
use team::Team;

/// A generated clinic.
#[derive(Debug)]
pub struct Clinic {
    seed: u64,
    now: Now,
    team: Team,
    people: Vec<Person>,
}

/// Somebody who works at the clinic and signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// What they type.
    pub login: &'static str,
    /// What they are called.
    pub name: String,
    /// Their role in Holdfast: `front-desk`, `nurse`, `clinician`, `pharmacist` or `manager`.
    pub role: &'static str,
    /// `Practitioner/id`.
    pub practitioner: String,
}

impl Clinic {
    /// A clinic with so many patients, seen at that minute.
    #[must_use]
    pub fn new(seed: u64, now: Now, patients: u64) -> Self {
        Self { seed, now, team: Team::new(seed), people: people::people(seed, now.day, patients) }
    }

    /// How many patients it has.
    #[must_use]
    pub fn patients(&self) -> usize {
        self.people.len()
    }

    /// What patients refer to: organizations, places, staff, services, diaries.
    #[must_use]
    pub fn facilities(&self) -> Vec<Resource> {
        self.team.resources()
    }

    /// The record of patient number `at`, the Patient first, up to yesterday. Empty past the last.
    #[must_use]
    pub fn patient(&self, at: usize) -> Vec<Resource> {
        let Some(person) = self.people.get(at) else { return Vec::new() };
        let mut all = patient::resources(self.seed, person, &self.people, &self.team, self.now.day);
        let has = life::problems(self.seed, person, self.now.day);
        let dice = Dice::new(self.seed, "life", person.number);
        let mut chart = Chart::new(&self.team, person, dice, self.now.offset_minutes);
        life::write(&mut chart, &has, self.now);
        all.append(&mut chart.resources);
        all
    }

    /// Today's and the next days' slots and appointments, and what has been written today.
    #[must_use]
    pub fn today(&self) -> Vec<Resource> {
        today::resources(self.seed, self.now, &self.team, &self.people)
    }

    /// Who signs in: the first of each role.
    #[must_use]
    pub fn colleagues(&self) -> Vec<Colleague> {
        self.team.colleagues()
    }
}

#[cfg(test)]
mod tests;
