//! Demand: who came, who did not, how long it took, by type and hour; and what is to be expected.
//!
//! ```text
//! visits ─▶ History (days by type, hours, lengths) ─▶ forecast ─▶ days to come ─▶ hours ─▶ patients who are there at once
//! ```
//! The model is small because histories are short: a level, a shape of the week, and both forget. Of each type the shape leans on that of
//! the whole clinic as long as the type has few weeks of its own. `judge` tells how much better that is than last week's value, on weeks
//! that the model has not seen.

mod forecast;
mod history;
mod judge;
mod model;
mod present;

pub use forecast::{Expected, Forecast, MAX_AHEAD, forecast};
pub use history::{Counts, History, MAX_DAYS, Outcome, Visit};
pub use judge::{Judged, Measure, judge};
pub use present::{AtOnce, STEP_MIN, at_once, expected_present, peak};

#[cfg(test)]
mod tests;
