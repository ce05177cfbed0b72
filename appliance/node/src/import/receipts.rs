//! What became of each line, as a file: for whoever must account for an import.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::outcome::{Outcome, Refusal};
use crate::failure::Failure;

#[derive(Serialize)]
struct Receipt<'a> {
    file: &'a str,
    line: u64,
    stored: &'a [Option<String>],
    #[serde(skip_serializing_if = "Option::is_none")]
    whole: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    refused: &'a [Refusal],
}

pub(super) struct Receipts {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Receipts {
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|error| failed(path, &error))?;
        Ok(Self { path: path.to_owned(), file: BufWriter::new(file) })
    }

    pub(super) fn write(&mut self, outcome: &Outcome) -> Result<(), Failure> {
        let receipt = Receipt {
            file: &outcome.spot.file,
            line: outcome.spot.line,
            stored: &outcome.stored,
            whole: outcome.whole.as_deref(),
            refused: &outcome.refusals,
        };
        let mut line = serde_json::to_string(&receipt).unwrap_or_default();
        line.push('\n');
        self.file.write_all(line.as_bytes()).map_err(|error| failed(&self.path, &error))
    }

    pub(super) fn finish(mut self) -> Result<(), Failure> {
        self.file.flush().map_err(|error| failed(&self.path, &error))
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    let text = format!(
        "cannot write the receipts to {}: {error}; name another file with --receipts",
        path.display()
    );
    Failure::other("receipts", text)
}
