//! Checks while something is being entered: nothing is stored, and nothing is refused.

pub(crate) mod medicines;
pub(crate) mod vitals;
