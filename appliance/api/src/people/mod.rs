//! `/api/people`: who may sign in. Decided at the node, by managers and administrators; a manager makes no administrator.

mod change;
mod list;
mod renewal;
mod save;
mod shown;

pub(crate) use change::{NewPerson, PersonChange, PersonChanged, PinSet, add, change, set_pin};
pub(crate) use list::{People, list};
pub use renewal::{renew, run};
pub(crate) use save::save;
pub(crate) use shown::{Person, RoleName};
