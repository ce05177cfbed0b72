//! Notes (decision 26): templates as data, and what makes a Composition a note.
//!
//! A template names its sections by LOINC codes and its texts by keys of the app's catalogues; the English text beside each
//! key is what stands in a note that is written without a catalogue.
//!
//! ```
//! use holdfast_clinical::notes::{Template, template};
//!
//! let soap: &Template = template("soap").expect("it is one of the templates");
//! assert_eq!(soap.sections[0].code, "61150-9");
//! assert_eq!(soap.sections[0].title.key, "note.section.subjective");
//! ```

mod state;
mod templates;

pub(crate) use state::is_sealed;
pub use templates::{TEMPLATES, template};

/// A text by its key in the catalogues, and in English.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Text {
    /// The key, for example `note.section.plan`.
    pub key: &'static str,
    /// In English.
    pub english: &'static str,
}

/// What a note is written by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Template {
    /// Stable name, for drafts and addresses.
    pub id: &'static str,
    /// `Composition.title`.
    pub title: Text,
    /// `Composition.type`, LOINC.
    pub code: &'static str,
    /// For whom it is offered first.
    pub suits: Suits,
    /// Its sections, in order.
    pub sections: &'static [SectionTemplate],
}

/// One section of a template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SectionTemplate {
    /// `section.code`, LOINC.
    pub code: &'static str,
    /// `section.title`.
    pub title: Text,
    /// What to think of, shown in the empty field.
    pub hint: Text,
    /// Whether a note without it is asked about before it is signed.
    pub is_expected: bool,
    /// Records that the form offers beside the text.
    pub offers: &'static [Offer],
}

/// Whom a template suits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Suits {
    /// Everybody.
    Anyone,
    /// Children under this age in years.
    ChildrenUnder(u32),
    /// Those of whom a pregnancy is on the list of problems (ICD-10-CM Z33, Z34, O).
    Pregnant,
    /// Those with a problem on the list.
    WithProblems,
}

/// Records that are made beside a section's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Offer {
    /// Vital signs, by their LOINC codes.
    Measurements(&'static [&'static str]),
    /// Diagnoses.
    Problems,
    /// Prescriptions.
    Medicines,
    /// Immunizations.
    Immunizations,
    /// Results that are there already, to look at.
    Results,
}

impl Suits {
    /// Whether the template is for somebody of this age in years, with these codes of ICD-10-CM on the list of problems.
    pub fn fits(self, age_years: u32, problems: &[&str]) -> bool {
        match self {
            Self::Anyone => true,
            Self::ChildrenUnder(age) => age_years < age,
            Self::Pregnant => problems
                .iter()
                .any(|code| code.starts_with('O') || code.starts_with("Z33") || code.starts_with("Z34")),
            Self::WithProblems => !problems.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests;
