//! Code lists: finding a code by what people type, and a code's display.
//!
//! A [`Shelf`] holds a list for each [`System`]: a small starter set, which is compiled in, or the list as it was published
//! ([`published`]). Pure: whoever has a file reads it and hands its lines over.
//!
//! ```
//! use holdfast_clinical::codes::{Shelf, System};
//!
//! let shelf = Shelf::default();
//! let found = shelf.search(System::Icd10Cm, "htn", 10);
//! assert_eq!(found[0].display, "Essential (primary) hypertension");
//! assert_eq!(shelf.display(System::Cvx, "115"), Some("Tdap"));
//! ```
//!
//! Sources of the starter sets: ICD-10-CM (CMS/NCHS, public domain), RxNorm (National Library of Medicine, public domain
//! part), CVX (CDC, public domain), LOINC. This material contains content from LOINC (<http://loinc.org>). LOINC is copyright
//! © Regenstrief Institute, Inc. and the LOINC Committee and is available at no cost under the license at
//! <http://loinc.org/license>. LOINC® is a registered United States trademark of Regenstrief Institute, Inc.

mod fold;
mod list;
pub mod published;
mod rank;
mod system;

pub use list::{Code, Entry, List, ListError};
pub use system::System;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

static STARTERS: LazyLock<BTreeMap<System, Arc<List>>> =
    LazyLock::new(|| System::ALL.into_iter().map(|system| (system, Arc::new(starter_of(system)))).collect());

fn starter_of(system: System) -> List {
    let text = match system {
        System::Icd10Cm => include_str!("icd10cm.tsv"),
        System::Loinc => include_str!("loinc.tsv"),
        System::Rxnorm => include_str!("rxnorm.tsv"),
        System::Cvx => include_str!("cvx.tsv"),
    };
    List::new(system, "starter", text.lines().filter_map(Entry::of_line))
}

/// The compiled-in list of a system.
pub fn starter(system: System) -> &'static List {
    &STARTERS[&system]
}

/// One list for each system.
#[derive(Clone, Debug)]
pub struct Shelf(BTreeMap<System, Arc<List>>);

impl Default for Shelf {
    /// The starter lists.
    fn default() -> Self {
        Self(STARTERS.clone())
    }
}

impl Shelf {
    /// Puts a published list in the place of the one that was there. Search words of the starter list stay, and codes that only
    /// the starter list has: they may be in records already.
    pub fn put(&mut self, system: System, version: &str, entries: impl IntoIterator<Item = Entry>) {
        let mut all: BTreeMap<String, Entry> =
            entries.into_iter().map(|entry| (entry.code.clone(), entry)).collect();
        for known in starter(system).entries() {
            let entry = all.entry(known.code.to_owned()).or_insert_with(|| Entry {
                code: known.code.to_owned(),
                display: known.display.to_owned(),
                also: String::new(),
            });
            if !known.also.is_empty() {
                entry.also.push(' ');
                entry.also.push_str(known.also);
            }
        }
        self.0.insert(system, Arc::new(List::new(system, version, all.into_values())));
    }

    /// Takes the starter list again.
    pub fn take_back(&mut self, system: System) {
        self.0.insert(system, STARTERS[&system].clone());
    }

    /// The list of a system.
    pub fn list(&self, system: System) -> &List {
        self.0.get(&system).unwrap_or(&STARTERS[&system])
    }

    /// Up to `limit` codes for what somebody types, the likeliest first; see [`List::search`].
    pub fn search(&self, system: System, typed: &str, limit: usize) -> Vec<Code<'_>> {
        self.list(system).search(typed, limit)
    }

    /// What a code is called.
    pub fn display(&self, system: System, code: &str) -> Option<&str> {
        self.list(system).display(code)
    }
}

#[cfg(test)]
mod tests;
