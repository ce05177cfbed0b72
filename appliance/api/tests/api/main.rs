//! The API through a real socket, behaviour by behaviour.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

#[path = "../common/mod.rs"]
mod common;

mod access;
mod audit;
mod bad_requests;
mod batch;
mod bodies;
mod bundle_bounds;
mod bundle_conditions;
mod bundle_reads;
mod checks;
mod conditional;
mod conflicts;
mod continuity;
mod elsewhere;
mod encoding;
mod fhir;
mod history;
mod large_pages;
mod observed;
mod openapi;
mod openapi_file;
mod operations;
mod patch;
mod patients_chart;
mod patients_likely;
mod patients_link;
mod patients_register;
mod patients_search;
mod patients_sight;
mod presentation;
mod rates;
mod search;
mod search_references;
mod search_results;
mod search_siblings;
mod sight;
mod staff;
mod transaction;
