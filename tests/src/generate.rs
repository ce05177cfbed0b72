//! Believable FHIR R4 from a seed: no clock, no files, no network; the same seed gives the same bytes everywhere.
//!
//! Shapes follow Synthea's charts (element order, code systems, sizes); people, addresses and measurements are
//! made up. Every item is made from `(seed, kind, index)` alone, so any one of them can be made again without the
//! others.
//!
//! ```
//! use holdfast_tests::generate::Generator;
//! let made = Generator::new(1);
//! let chart = made.chart(0, 30);
//! assert_eq!(chart.len(), 31, "the patient, then 30 resources about them");
//! let edit = made.edit(0, &chart[0].json);
//! assert_ne!(edit.applied_to(&chart[0].json), chart[0].json);
//! ```

mod chart;
mod clinical;
pub(crate) mod date;
mod dice;
mod edit;
mod elements;
mod patient;
mod vital;
mod words;

pub use dice::Dice;
pub use edit::Edit;
pub use elements::{element, elements, with_element};

/// One generated resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The FHIR resource type.
    pub resource_type: &'static str,
    /// The logical id, a v4-looking UUID.
    pub id: String,
    /// The whole resource as JSON, without spaces.
    pub json: String,
}

impl Resource {
    /// `Type/id`, as a reference names it.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{}/{}", self.resource_type, self.id)
    }
}

/// Makes resources from a seed.
#[derive(Debug, Clone, Copy)]
pub struct Generator {
    seed: u64,
}

impl Generator {
    /// A generator; two with one seed make the same bytes.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Patient number `i`: names, identifiers, telecom, address, contact and language; about 1.2 KB.
    #[must_use]
    pub fn patient(&self, i: u64) -> Resource {
        patient::patient(&mut self.dice("patient", i))
    }

    /// Vital-sign Observation number `i`, about the patient with this id. Seven in a row (`i / 7`) are the vitals of
    /// one encounter: blood pressure panel, heart rate, temperature, respirations, oxygen saturation, weight, height.
    #[must_use]
    pub fn vital(&self, i: u64, patient_id: &str) -> Resource {
        vital::vital(self, i, patient_id)
    }

    /// Patient number `i` first, then `n` resources about them, in the order in which a clinic writes them:
    /// encounters, each with its vitals, and conditions, allergies and prescriptions made at it.
    #[must_use]
    pub fn chart(&self, i: u64, n: usize) -> Vec<Resource> {
        chart::chart(self, i, n)
    }

    /// A realistic edit of one element of this patient: mostly telecom, address and contact, seldom the name or
    /// birth date. The new value always differs from the present one.
    #[must_use]
    pub fn edit(&self, i: u64, patient_json: &str) -> Edit {
        edit::edit(&mut self.dice("edit", i), patient_json)
    }

    /// The dice of one item.
    fn dice(&self, kind: &str, i: u64) -> Dice {
        Dice::new(self.seed, kind, i)
    }
}

#[cfg(test)]
mod tests;
