//! The downtime pack: what is needed on paper when no screen works. A list of the day's visits, then a page for each patient with
//! what would harm if it were not known: allergies, medicines, problems, last vital signs and results, the last note, and lines to write on.
//!
//! ```text
//! visits (patient, appointments, record, note) ─▶ pack ─▶ one HTML document, without scripts, that prints on A4
//! ```
//!
//! Pure. What a record says is put in as text, never as markup. What is not held is said to be not held, never to be absent.

mod page;
mod words;

pub use page::pack;
pub use words::Words;

/// What is said on the first page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cover<'a> {
    /// When it was made, and what it covers, as people read it.
    pub made_at: &'a str,
    /// The day, `YYYY-MM-DD`.
    pub day: &'a str,
    /// The clinic's name.
    pub clinic: &'a str,
    /// Patients with a visit whose records are kept from most, and are not in here.
    pub left_out: usize,
    /// Whether there are more visits than fit.
    pub is_cut: bool,
}

/// A patient with a visit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Visit {
    /// The Patient resource.
    pub patient: String,
    /// The Appointment resources, in order.
    pub appointments: Vec<String>,
    /// Resources that [`crate::ips::Choice::kinds`] names.
    pub record: Vec<String>,
    /// The last note, a Composition.
    pub note: Option<String>,
}

#[cfg(test)]
mod tests;
