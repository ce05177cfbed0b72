//! The reads and the two searches, and what the searches find.

use super::corpus::Corpus;
use super::import::Fate;
use crate::bench_store::escaped;
use crate::load::{Target, alone};
use anyhow::{Result, ensure};
use serde_json::Value;
use std::collections::BTreeSet;

/// What is asked of one server.
#[derive(Debug, Clone, Default)]
pub(super) struct Queries {
    pub(super) reads: Vec<String>,
    pub(super) by_patient: Vec<String>,
    pub(super) by_name: Vec<String>,
}

impl Queries {
    /// Of what was stored; `base` is where its FHIR API is.
    pub(super) fn of(base: &str, corpus: &Corpus, fates: &[Fate]) -> Self {
        let ids: Vec<&String> = fates.iter().flat_map(|fate| &fate.patients).collect();
        let families: BTreeSet<&String> = corpus
            .bundles
            .iter()
            .zip(fates)
            .filter(|(_, fate)| fate.stored > 0)
            .flat_map(|(b, _)| &b.families)
            .collect();
        Self {
            reads: ids.iter().map(|id| format!("{base}/Patient/{id}")).collect(),
            by_patient: ids.iter().map(|id| format!("{base}/Observation?patient={id}&_count=50")).collect(),
            by_name: families.iter().map(|name| format!("{base}/Patient?name={}", escaped(name))).collect(),
        }
    }
}

/// How many resources each search finds on its first page.
pub(super) fn found(target: &Target, paths: &[String]) -> Result<Vec<u64>> {
    alone(async {
        let mut connection = target.connect().await?;
        let mut counts = Vec::with_capacity(paths.len());
        for path in paths {
            let answer = connection.ask(&target.get(path)).await?;
            ensure!(answer.status == 200, "{path} answers {answer:?}");
            let json: Value = serde_json::from_str(&answer.body)?;
            let entries = json["entry"].as_array().map_or(&[][..], Vec::as_slice);
            counts.push(entries.iter().filter(|one| one["search"]["mode"] != "outcome").count() as u64);
        }
        Ok(counts)
    })
}
