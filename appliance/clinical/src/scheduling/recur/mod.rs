//! Series: what recurs by a rule of RFC 5545 (section 3.3.10), at the same wall-clock time on both sides of a clock change.
//!
//! A rule is a part of RFC 5545's: days, weeks, months and years with an interval, weekdays with their number in the month, days of the
//! month, positions, a count or an end. What it does not know it refuses: a rule read in part would put people on days that nobody chose.
//! Instances are worked out by the zone of the schedule (`super::zone`), so that one tz database decides; the crate `rrule`, which brings
//! another, is what the tests compare with.

mod expand;
mod parse;
mod rule;
mod series;

pub use parse::RuleError;
pub use rule::{ByDay, End, Frequency, MAX_COUNT, MAX_INTERVAL, Rule, Until};
pub use series::{Instance, MAX_INSTANCES, Series, SeriesError};
