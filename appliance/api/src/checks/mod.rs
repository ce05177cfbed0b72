//! Checks while something is being entered: nothing is stored, and nothing is refused.

mod medicines;
mod vitals;

pub(crate) use medicines::medicines;
pub(crate) use vitals::vitals;
