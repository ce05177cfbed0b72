//! FHIR R4 (<https://hl7.org/fhir/R4/http.html>): one file an interaction.

pub(crate) mod answer;
pub(crate) mod bundle;
pub(crate) mod capability;
pub(crate) mod check;
mod condition;
pub(crate) mod conditional_delete;
pub(crate) mod conditional_update;
pub(crate) mod create;
pub(crate) mod date;
pub(crate) mod delete;
mod elsewhere;
pub(crate) mod everything;
mod find;
pub(crate) mod history;
mod include;
pub(crate) mod meta;
pub(crate) mod patch;
pub(crate) mod patients;
pub(crate) mod read;
pub(crate) mod search;
pub(crate) mod summary;
pub(crate) mod timeline;
pub(crate) mod update;
pub(crate) mod validate;
pub(crate) mod vread;
