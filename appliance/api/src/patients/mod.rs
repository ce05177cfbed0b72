//! What staff see of patients: the one box that finds them, likely duplicates, registration, links between records of one
//! person, and the chart, each in one request made of index rows.

pub mod blocks;
pub(crate) mod chart;
pub(crate) mod downtime;
mod find;
mod hit;
pub(crate) mod likely;
pub(crate) mod link;
pub(crate) mod observations;
mod record;
pub(crate) mod register;
pub(crate) mod search;
pub(crate) mod shape;
mod survivor;
mod vitals;

pub use downtime::downtime_pack;
pub(crate) use record::SavedAt;
pub(crate) use survivor::linked_ids;
pub(crate) use vitals::News2;

use holdfast_core::hlc::Hlc;
use holdfast_core::view::instant;

use crate::state::ApiState;

/// Today by the clock of this replica, `YYYY-MM-DD` in UTC.
pub(crate) fn today(state: &ApiState) -> String {
    let mut now = instant(Hlc::new(state.writer().records().now_ms(), 0));
    now.truncate("YYYY-MM-DD".len());
    now
}
