//! The API through a real socket, behaviour by behaviour.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

#[path = "../common/mod.rs"]
mod common;

mod access;
mod audit;
mod bad_requests;
mod batch;
mod bodies;
mod break_glass;
mod bundle_bounds;
mod bundle_conditions;
mod bundle_reads;
mod checks;
mod codes;
mod conditional;
mod conflicts;
mod continuity;
mod downtime;
mod drafts;
mod elsewhere;
mod encoding;
mod fhir;
mod files;
mod files_content;
mod files_sight;
mod history;
mod large_pages;
mod notes;
mod observed;
mod openapi;
mod openapi_file;
mod operations;
mod passkeys;
mod patch;
mod patients_chart;
mod patients_likely;
mod patients_link;
mod patients_register;
mod patients_search;
mod patients_sight;
mod people;
mod presentation;
mod rates;
mod read_only;
mod schedule;
mod schedule_away;
mod schedule_more;
mod schedule_patient;
mod schedule_places;
mod schedule_rights;
mod schedule_settle;
mod search;
mod search_references;
mod search_results;
mod search_siblings;
mod sight;
mod sign_in;
mod staff;
mod summary;
mod transaction;
mod withdrawn;
