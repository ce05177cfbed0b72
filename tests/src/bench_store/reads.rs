//! Reads and searches by name over HTTP.

use super::Options;
use super::local::{some_ids, spread};
use crate::load::{Measured, Until};
use crate::reconcile::work::Work;
use crate::served::Served;
use anyhow::{Result, ensure};
use std::time::Duration;

/// Different reads and searches of a load.
const READS: u64 = 20_000;
const SEARCHES: u64 = 500;
/// Before each load, to warm the caches.
const WARM: Duration = Duration::from_millis(500);

/// What a node's reads and searches came to.
#[derive(Debug, Clone, Default)]
pub struct Reads {
    /// Reads on all connections.
    pub many: Measured,
    /// Reads on one.
    pub one: Measured,
    /// Searches by name on all connections.
    pub names: Measured,
    /// Searches by name on one.
    pub name: Measured,
}

pub(super) fn measure(node: &Served, work: Work, options: &Options) -> Result<Reads> {
    let (reads, searches) = (reads(work), searches(work));
    check(node, &reads[0], "\"resourceType\":\"Patient\"")?;
    check(node, &searches[0], "\"entry\":[{")?;
    let load = |paths: &[String], connections| {
        node.measure(paths, connections, &Until::Passed(WARM.min(options.load)))?;
        node.measure(paths, connections, &Until::Passed(options.load))
    };
    Ok(Reads {
        many: load(&reads, options.connections)?,
        one: load(&reads, 1)?,
        names: load(&searches, options.connections)?,
        name: load(&searches, 1)?,
    })
}

/// Paths of reads, spread over all patients.
pub(super) fn reads(work: Work) -> Vec<String> {
    some_ids(work, READS).iter().map(|id| format!("/fhir/Patient/{id}")).collect()
}

/// Searches as they are typed: half by a family name alone, half by the beginnings of family and given name.
fn searches(work: Work) -> Vec<String> {
    let patients = spread(work, SEARCHES).filter_map(|i| work.chart(i, 0).pop());
    let path = |(at, json): (usize, String)| {
        let (family, given) = (after(&json, "\"family\":\"")?, after(&json, "\"given\":[\"")?);
        let (family, given) = (escaped(family), escaped(given));
        Some(match at % 2 {
            0 => format!("/fhir/Patient?name={family}"),
            _ => format!("/fhir/Patient?family={family}&given={given}"),
        })
    };
    patients.map(|patient| patient.json).enumerate().filter_map(path).collect()
}

fn after<'t>(json: &'t str, start: &str) -> Option<&'t str> {
    json.split_once(start)?.1.split('"').next()
}

/// Percent-encoded for a query.
pub(crate) fn escaped(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

/// An answer that holds what it should.
fn check(node: &Served, path: &str, holds: &str) -> Result<()> {
    let answer = node.target.ask(&node.target.get(path))?;
    ensure!(answer.status == 200 && answer.body.contains(holds), "{path} answers {answer:?}");
    Ok(())
}
