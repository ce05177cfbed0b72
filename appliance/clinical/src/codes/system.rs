//! The code systems that lists are kept of.

/// A code system.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum System {
    /// Diagnoses.
    Icd10Cm,
    /// Measurements, laboratory tests, kinds of documents.
    Loinc,
    /// Medicines.
    Rxnorm,
    /// Vaccines.
    Cvx,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Icd10Cm, Self::Loinc, Self::Rxnorm, Self::Cvx];

    /// The short name, as in a request and on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Icd10Cm => "icd10cm",
            Self::Loinc => "loinc",
            Self::Rxnorm => "rxnorm",
            Self::Cvx => "cvx",
        }
    }

    /// By its short name or by its URL in FHIR.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| name == system.name() || name == system.url())
    }

    /// The system in a `Coding` (<https://hl7.org/fhir/R4/terminologies-systems.html>).
    pub fn url(self) -> &'static str {
        match self {
            Self::Icd10Cm => "http://hl7.org/fhir/sid/icd-10-cm",
            Self::Loinc => "http://loinc.org",
            Self::Rxnorm => "http://www.nlm.nih.gov/research/umls/rxnorm",
            Self::Cvx => "http://hl7.org/fhir/sid/cvx",
        }
    }
}
