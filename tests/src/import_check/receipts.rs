//! What the import says became of each line.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What became of one line.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Receipt {
    pub(super) file: String,
    pub(super) line: u64,
    /// For each entry (or the one resource): where it is now.
    pub(super) stored: Vec<Option<String>>,
    /// Where the bundle itself is, if it is kept.
    pub(super) whole: Option<String>,
    #[serde(default)]
    pub(super) refused: Vec<Refused>,
}

/// Why something is not stored.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Refused {
    pub(super) entry: Option<usize>,
    pub(super) code: String,
    pub(super) text: String,
}

/// All receipts by file and line.
pub(super) fn read(path: &Path) -> Result<BTreeMap<(String, u64), Receipt>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("no receipts in {}", path.display()))?;
    let mut all = BTreeMap::new();
    for line in text.lines() {
        let receipt: Receipt = serde_json::from_str(line).context("a receipt is no JSON")?;
        all.insert((receipt.file.clone(), receipt.line), receipt);
    }
    Ok(all)
}
