//! `/api/withheld`: what somebody wrote after they were deactivated, where that was not known yet. It is in nobody's chart until
//! somebody who looks after people decides: saved in their own name, or dropped.

mod decide;
mod list;

pub(crate) use decide::{Decision, adopt, drop};
pub(crate) use list::{Withheld, list};
