//! The bundles, one after the other on one connection.

use super::corpus::{Bundle, Corpus};
use crate::load::{Target, alone};
use anyhow::{Context, Result};
use serde_json::Value;
use std::time::{Duration, Instant};

/// What became of a bundle.
#[derive(Debug, Clone, Default)]
pub(super) struct Fate {
    /// Until it was answered.
    pub(super) took: Duration,
    /// Resources that the answer says are stored; none if the bundle was refused.
    pub(super) stored: u64,
    /// The ids of its patients.
    pub(super) patients: Vec<String>,
    /// What was answered instead, shortened.
    pub(super) refusal: Option<String>,
}

/// Enough of a refusal to see why.
const QUOTED: usize = 400;

/// Sends every bundle to where the server takes transactions.
pub(super) fn carry_out(target: &Target, path: &str, corpus: &Corpus) -> Result<Vec<Fate>> {
    alone(async {
        let mut connection = target.connect().await?;
        let mut fates = Vec::with_capacity(corpus.bundles.len());
        for bundle in &corpus.bundles {
            let request = target.post(path, &bundle.text);
            let since = Instant::now();
            let answer = connection.ask(&request).await?;
            let took = since.elapsed();
            let fate = if answer.status == 200 {
                stored(bundle, &answer.body)?
            } else {
                let quoted: String = answer.body.chars().take(QUOTED).collect();
                Fate { refusal: Some(format!("{}: {quoted}", answer.status)), ..Fate::default() }
            };
            fates.push(Fate { took, ..fate });
        }
        Ok(fates)
    })
}

/// Reads where the entries are now off the answer.
fn stored(bundle: &Bundle, answer: &str) -> Result<Fate> {
    let json: Value = serde_json::from_str(answer).context("the answer to a transaction is no JSON")?;
    let mut fate = Fate::default();
    for (entry, kind) in json["entry"].as_array().into_iter().flatten().zip(&bundle.kinds) {
        let response = &entry["response"];
        if !response["status"].as_str().is_some_and(|status| status.starts_with('2')) {
            continue;
        }
        fate.stored += 1;
        if kind == "Patient" {
            let location = response["location"].as_str().unwrap_or_default();
            fate.patients.push(id_in(location).with_context(|| format!("{location} is no place"))?);
        }
    }
    Ok(fate)
}

/// The id in `[base/]Patient/ID[/_history/VERSION]`.
fn id_in(location: &str) -> Option<String> {
    let rest = location.rsplit_once("Patient/")?.1;
    rest.split('/').next().filter(|id| !id.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_id_is_found_with_and_without_base_and_version() {
        for place in ["Patient/a", "Patient/a/_history/1", "http://x:1/fhir/Patient/a/_history/2"] {
            assert_eq!(super::id_in(place).as_deref(), Some("a"), "{place}");
        }
        assert_eq!(super::id_in("Patient/"), None);
        assert_eq!(super::id_in(""), None);
    }
}
