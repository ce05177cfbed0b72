//! What was answered, read from schemathesis' own reports: every exchange (HAR), and what its checks say (JSON).

use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Checks that judge what is refused and what is not. Which header or query a route takes is only partly said by the
/// document (a search's parameters depend on the type), so what they find is listed and judged by a reader.
const OF_INPUT: [&str; 2] = ["AcceptedNegativeData", "RejectedPositiveData"];

#[derive(Deserialize)]
struct Archive {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Exchange>,
}

#[derive(Deserialize)]
struct Exchange {
    request: Request,
    response: Response,
}

#[derive(Deserialize)]
struct Request {
    method: String,
    url: String,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
}

#[derive(Deserialize)]
struct Report {
    complete: bool,
    operations: Operations,
    failures: Vec<Failure>,
}

#[derive(Deserialize)]
struct Operations {
    selected: u64,
    tested: u64,
    errored: u64,
}

/// What one of schemathesis' checks found.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Failure {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) title: String,
    /// How often.
    pub(super) count: u64,
    pub(super) operations: Vec<String>,
}

impl Failure {
    /// The answer is not as the document says: its status, type, headers or schema.
    pub(super) fn is_undocumented(&self) -> bool {
        !OF_INPUT.contains(&self.kind.as_str())
    }
}

/// One run of schemathesis.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    /// Status → how often. Status 0 is no answer at all.
    pub(super) statuses: BTreeMap<u16, u64>,
    /// `METHOD path` of answers of 5xx, each once.
    pub(super) server_errors: Vec<String>,
    /// `METHOD path` of what was answered with 2xx though it is not public, each once; for a run without a token.
    pub(super) opened: Vec<String>,
    /// What the checks found.
    pub(super) failures: Vec<Failure>,
    /// Operations that were tried, of how many.
    pub(super) tested: (u64, u64),
}

impl Traffic {
    /// Reads both reports.
    ///
    /// # Errors
    /// They are not there or not whole: the run broke off.
    pub(super) fn read(har: &Path, json: &Path) -> Result<Self> {
        let archive: Archive = read(har)?;
        let report: Report = read(json)?;
        let Operations { selected, tested, errored } = report.operations;
        anyhow::ensure!(report.complete, "schemathesis broke off");
        let mut traffic = Self {
            failures: report.failures,
            tested: (tested.saturating_sub(errored), selected),
            ..Self::default()
        };
        archive.log.entries.iter().for_each(|exchange| traffic.take(exchange));
        Ok(traffic)
    }

    fn take(&mut self, exchange: &Exchange) {
        let status = exchange.response.status;
        *self.statuses.entry(status).or_default() += 1;
        let path = path_of(&exchange.request.url);
        let name = format!("{} {path}", exchange.request.method);
        let error = format!("{name} → {status}");
        if status >= 500 && !self.server_errors.contains(&error) {
            self.server_errors.push(error);
        }
        if (200..300).contains(&status) && !is_public(path) && !self.opened.contains(&name) {
            self.opened.push(name);
        }
    }

    /// Answers with a status from `low` up to and without `high`.
    pub(super) fn between(&self, low: u16, high: u16) -> u64 {
        self.statuses.range(low..high).map(|(_, count)| count).sum()
    }

    /// Answers that the document does not describe.
    pub(super) fn undocumented(&self) -> u64 {
        self.failures.iter().filter(|failure| failure.is_undocumented()).map(|failure| failure.count).sum()
    }
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
    let file = File::open(path).with_context(|| format!("schemathesis left no report {}", path.display()))?;
    serde_json::from_reader(BufReader::new(file)).with_context(|| format!("cannot read {}", path.display()))
}

/// `/fhir/Patient` of `http://host:1/fhir/Patient?x`.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split(['?', '#']).next().unwrap_or(path)
}

fn is_public(path: &str) -> bool {
    let guarded = path.starts_with("/fhir") || path.starts_with("/api");
    !guarded || matches!(path, "/fhir/metadata" | "/api/openapi.json" | "/api/setup")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_what_they_show() {
        let mut traffic = Traffic::default();
        for (method, url, status) in [
            ("GET", "http://h:1/fhir/metadata?_pretty=true", 200),
            ("GET", "http://h:1/fhir/Patient?name=a", 200),
            ("PUT", "http://h:1/fhir/Patient/1", 500),
            ("GET", "http://h:1/livez", 503),
        ] {
            let request = Request { method: method.to_owned(), url: url.to_owned() };
            traffic.take(&Exchange { request, response: Response { status } });
        }
        assert_eq!((traffic.between(500, 600), traffic.between(200, 300)), (2, 2));
        assert_eq!(traffic.opened, ["GET /fhir/Patient"]);
        assert_eq!(traffic.server_errors, ["PUT /fhir/Patient/1 → 500", "GET /livez → 503"]);
    }
}
