//! Code lists as they are published, read line by line.
//!
//! | System | File |
//! |---|---|
//! | ICD-10-CM | `icd10cm_order_YYYY.txt` or `icd10cm_codes_YYYY.txt` of CMS |
//! | LOINC | `Loinc.csv` |
//! | RxNorm | `RXNCONSO.RRF` |
//! | CVX | `cvx.txt` of CDC |
//!
//! ```
//! use holdfast_clinical::codes::{System, published::Reader};
//!
//! let mut reader = Reader::new(System::Cvx);
//! reader.line(1, "115|Tdap|tetanus toxoid, reduced diphtheria toxoid, and acellular pertussis vaccine, adsorbed||Active|False|2011/03/16")?;
//! assert_eq!(reader.finish()?[0].code, "115");
//! # Ok::<(), holdfast_clinical::codes::published::FormatError>(())
//! ```

mod csv;
mod cvx;
mod icd10cm;
mod loinc;
mod rxnorm;

use super::{Entry, System};

/// The longest line of any of these files by a wide margin, in bytes: a longer one is not such a file.
pub const MAX_LINE_BYTES: usize = 256 * 1024;

/// A file that is not the list that it should be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot import the {system} list: line {line} {reason}; give the file as published: {expected}")]
pub struct FormatError {
    system: &'static str,
    line: u64,
    reason: String,
    expected: &'static str,
}

impl FormatError {
    /// Stable name of the error.
    pub fn code(&self) -> &'static str {
        "code-list-format"
    }

    /// The line at fault, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }
}

/// Why a line was not understood, as a clause about the line.
type Wrong = String;

#[derive(Debug)]
enum Kind {
    Icd10Cm(icd10cm::Codes),
    Loinc(loinc::Csv),
    Rxnorm(rxnorm::Rrf),
    Cvx(cvx::Table),
}

/// Takes the lines of a published list in.
#[derive(Debug)]
pub struct Reader {
    system: System,
    kind: Kind,
    lines: u64,
}

impl Reader {
    /// For the list of this system.
    pub fn new(system: System) -> Self {
        let kind = match system {
            System::Icd10Cm => Kind::Icd10Cm(icd10cm::Codes::default()),
            System::Loinc => Kind::Loinc(loinc::Csv::default()),
            System::Rxnorm => Kind::Rxnorm(rxnorm::Rrf::default()),
            System::Cvx => Kind::Cvx(cvx::Table::default()),
        };
        Self { system, kind, lines: 0 }
    }

    /// A line, without its end; `number` counts from 1.
    ///
    /// # Errors
    /// [`FormatError`]: it is not a line of that list.
    pub fn line(&mut self, number: u64, line: &str) -> Result<(), FormatError> {
        self.lines = number;
        let line = line.trim_end_matches(['\r', '\n']);
        let line = if number == 1 { line.trim_start_matches('\u{feff}') } else { line };
        let taken = match &mut self.kind {
            Kind::Icd10Cm(codes) => codes.line(line),
            Kind::Loinc(csv) => csv.line(line),
            Kind::Rxnorm(rrf) => rrf.line(line),
            Kind::Cvx(table) => table.line(line),
        };
        taken.map_err(|reason| self.wrong(number, reason))
    }

    /// All codes, once the file has ended.
    ///
    /// # Errors
    /// [`FormatError`]: it ended in the middle, or had no code.
    pub fn finish(self) -> Result<Vec<Entry>, FormatError> {
        let (system, lines) = (self.system, self.lines);
        let done = match self.kind {
            Kind::Icd10Cm(codes) => Ok(codes.finish()),
            Kind::Loinc(csv) => csv.finish(),
            Kind::Rxnorm(rrf) => Ok(rrf.finish()),
            Kind::Cvx(table) => Ok(table.finish()),
        };
        let wrong = |reason| wrong(system, lines, reason);
        let entries = done.map_err(wrong)?;
        if entries.is_empty() {
            return Err(wrong("is the last, and none had a code".to_owned()));
        }
        Ok(entries)
    }

    fn wrong(&self, line: u64, reason: Wrong) -> FormatError {
        wrong(self.system, line, reason)
    }
}

fn wrong(system: System, line: u64, reason: Wrong) -> FormatError {
    let (name, expected) = match system {
        System::Icd10Cm => ("ICD-10-CM", "icd10cm_order_YYYY.txt or icd10cm_codes_YYYY.txt of CMS"),
        System::Loinc => ("LOINC", "Loinc.csv, from LoincTable in the release"),
        System::Rxnorm => ("RxNorm", "RXNCONSO.RRF, from rrf in the release"),
        System::Cvx => ("CVX", "cvx.txt of CDC, with | between columns"),
    };
    FormatError { system: name, line, reason, expected }
}

#[cfg(test)]
mod tests;
