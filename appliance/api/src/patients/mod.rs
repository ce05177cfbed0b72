//! What staff see of patients: the one box that finds them, likely duplicates, registration, links between records of one
//! person, and the chart, each in one request made of index rows.

pub mod blocks;
mod chart;
mod find;
mod hit;
mod likely;
mod link;
mod observations;
mod register;
mod search;
mod survivor;
mod record;
mod vitals;

pub(crate) use chart::chart;
pub(crate) use likely::likely;
pub(crate) use link::{link, unlink};
pub(crate) use observations::observations;
pub(crate) use register::register;
pub(crate) use search::search;
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
