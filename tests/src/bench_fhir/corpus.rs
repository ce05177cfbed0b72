//! What is imported: transactions, and what can be searched for afterwards.

use crate::data;
use crate::generate::Generator;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::Path;

/// The set of `../shared/data` that the figures are stated for; it refers to nothing outside itself.
const SET: &str = "synthea-develop/synthea-2.4.0-2019.ndjson.zst";
/// The seed of generated bundles.
const SEED: u64 = 20_261_126;

/// Transactions.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    pub(super) bundles: Vec<Bundle>,
}

/// One transaction.
#[derive(Debug, Clone, Default)]
pub(super) struct Bundle {
    pub(super) text: String,
    /// The type of each entry's resource.
    pub(super) kinds: Vec<String>,
    /// Family names of its patients.
    pub(super) families: Vec<String>,
}

impl Corpus {
    /// The bundles of the data folder.
    ///
    /// # Errors
    /// A line is no transaction.
    pub fn of_data(folder: &Path) -> Result<Self> {
        let bundles: Result<Vec<Bundle>> =
            data::lines(&folder.join(SET))?.map(|line| Bundle::read(line?)).collect();
        Ok(Self { bundles: bundles? })
    }

    /// Charts of so many patients, made up: the patient and `each` resources about them in a transaction.
    ///
    /// # Errors
    /// Never, unless the generator makes no JSON.
    pub fn generated(patients: u64, each: usize) -> Result<Self> {
        let made = Generator::new(SEED);
        let bundles: Result<Vec<Bundle>> = (0..patients)
            .map(|i| {
                let chart = made.chart(i, each);
                let entries: Vec<String> = chart
                    .iter()
                    .map(|one| {
                        let name = one.reference();
                        format!("{{\"fullUrl\":\"urn:uuid:{}\",\"resource\":{},\"request\":{{\"method\":\"PUT\",\"url\":\"{name}\"}}}}", one.id, one.json)
                    })
                    .collect();
                let entries = entries.join(",");
                Bundle::read(format!("{{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{entries}]}}"))
            })
            .collect();
        Ok(Self { bundles: bundles? })
    }

    /// Resources in all bundles.
    #[must_use]
    pub fn resources(&self) -> u64 {
        self.bundles.iter().map(|bundle| bundle.kinds.len() as u64).sum()
    }
}

impl Bundle {
    fn read(text: String) -> Result<Self> {
        let json: Value = serde_json::from_str(&text).context("a line is no JSON")?;
        ensure!(json["type"] == "transaction", "a line is no transaction");
        let resources: Vec<&Value> =
            json["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"]).collect();
        let kinds =
            resources.iter().filter_map(|one| one["resourceType"].as_str()).map(str::to_owned).collect();
        let patients = resources.iter().filter(|one| one["resourceType"] == "Patient");
        let families =
            patients.filter_map(|one| one["name"][0]["family"].as_str()).map(str::to_owned).collect();
        Ok(Self { text, kinds, families })
    }
}
