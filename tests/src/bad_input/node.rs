//! The node that bad requests go to: a real process, two who may use it, and a few records to ask for.

use super::case::USUAL_LIMIT;
use super::wire::{Answer, Outcome, Step, exchange};
use crate::process::{Process, Spec, Usage, run};
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

const READY: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_secs(60);
/// Patients beside the named one, so that a search has pages.
const PATIENTS: usize = 12;

/// A node, and how to speak to it.
pub(super) struct Node {
    process: Option<Process>,
    /// `host:port`.
    pub(super) authority: String,
    /// Who makes the records.
    pub(super) token: String,
    /// Somebody else.
    pub(super) other_token: String,
    _work: Option<TempDir>,
}

impl Node {
    /// Starts one on a folder of its own and stores the records.
    pub(super) fn start() -> Result<Self> {
        let work = tempfile::tempdir()?;
        let data = work.path().join("data");
        // Made before the node starts: a running one looks for new tokens every two seconds.
        let token = |name: &str| -> Result<String> {
            let words = ["token", "add", name, "--role", "system"];
            let add = spec(work.path(), &data, &words)?.named(&format!("token-{name}"));
            Ok(run(&add, STEP).context("cannot make a token")?.trim().to_owned())
        };
        let (token, other_token) = (token("anna")?, token("ben")?);
        let serve = spec(work.path(), &data, &["serve", "--dev", "--listen", "127.0.0.1:0"])?;
        let mut process = Process::spawn(&serve)?;
        let url = process.wait_ready(READY)?;
        let authority = url.strip_prefix("http://").context("the node serves no plain HTTP")?.to_owned();
        let node = Self { process: Some(process), authority, token, other_token, _work: Some(work) };
        node.fill()?;
        Ok(node)
    }

    /// Somebody who answers at this address and is no node of ours: the control.
    pub(super) fn pretended(authority: &str) -> Self {
        let (authority, token) = (authority.to_owned(), "t".to_owned());
        Self { process: None, authority, other_token: token.clone(), token, _work: None }
    }

    /// `Patient/seed`, what refers to it, and patients to page through.
    fn fill(&self) -> Result<()> {
        let mut made = vec![
            ("Patient/seed".to_owned(), r#"{"resourceType":"Patient","id":"seed","active":true,"name":[{"family":"Seed","given":["Ada"]}],"birthDate":"1970-01-01"}"#.to_owned()),
            ("Observation/seed".to_owned(), r#"{"resourceType":"Observation","id":"seed","status":"preliminary","code":{"text":"x"},"subject":{"reference":"Patient/seed"},"valueQuantity":{"value":1.50,"unit":"kg"}}"#.to_owned()),
        ];
        for i in 0..PATIENTS {
            let body = format!(
                r#"{{"resourceType":"Patient","id":"p{i}","identifier":[{{"system":"urn:x","value":"twice"}}],"name":[{{"family":"Page{i}"}}]}}"#
            );
            made.push((format!("Patient/p{i}"), body));
        }
        for (name, body) in made {
            let answer = self.send("PUT", &format!("/fhir/{name}"), Some(&body))?;
            ensure!(answer.status == 201, "cannot store {name}: {}", answer.text());
        }
        Ok(())
    }

    /// A proper request.
    ///
    /// # Errors
    /// There is no whole answer in time.
    pub(super) fn send(&self, method: &str, target: &str, body: Option<&str>) -> Result<Answer> {
        self.send_as(&self.token, method, target, body)
    }

    pub(super) fn send_as(
        &self,
        token: &str,
        method: &str,
        target: &str,
        body: Option<&str>,
    ) -> Result<Answer> {
        let (host, length) = (&self.authority, body.map_or(0, str::len));
        let request = format!(
            "{method} {target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
             content-type: application/fhir+json\r\ncontent-length: {length}\r\n\r\n{}",
            body.unwrap_or_default()
        );
        match exchange(&self.authority, &[Step::Send(request.into_bytes())], USUAL_LIMIT)? {
            Outcome::Answered(answer) => Ok(answer),
            other => bail!("{method} {target} got no answer: {other:?}"),
        }
    }

    /// What the process uses; nothing for the control.
    pub(super) fn usage(&self) -> Usage {
        self.process.as_ref().and_then(|process| process.usage().ok()).unwrap_or_default()
    }

    /// Makes the peak of resident memory start from now (proc(5), clear_refs).
    pub(super) fn reset_peak(&self) {
        if let Some(process) = &self.process {
            let _ = std::fs::write(format!("/proc/{}/clear_refs", process.pid()), "5");
        }
    }
}

fn spec(work: &Path, data: &Path, words: &[&str]) -> Result<Spec> {
    Ok(Spec::binary("holdfast-node", work)?.args(words).arg("--data-dir").arg(data))
}
