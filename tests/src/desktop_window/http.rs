//! Plain requests to the node, by curl: a few, each on its own.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::package::output;

/// By what somebody is known: a header line.
#[derive(Clone, Debug)]
pub(super) struct Sign(String);

impl Sign {
    /// A program's token.
    pub(super) fn token(token: &str) -> Self {
        Self(format!("authorization: Bearer {}", token.trim()))
    }

    /// Signs in by what is sent there.
    ///
    /// # Errors
    /// It is refused.
    pub(super) fn begin(url: &str, body: &Value) -> Result<Self> {
        let answer = curl(&["-i", "-X", "POST", "-H", JSON, "-d", &body.to_string()], url)?;
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = cookie.and_then(|line| line.split(';').next());
        let cookie = cookie.with_context(|| format!("POST {url} answers {answer}"))?;
        Ok(Self(format!("cookie: {cookie}")))
    }

    /// Reads.
    ///
    /// # Errors
    /// It is refused, or nobody answers.
    pub(super) fn get(&self, url: &str) -> Result<Value> {
        self.read(&["-H", &self.0], url)
    }

    /// Sends.
    ///
    /// # Errors
    /// It is refused, or nobody answers.
    pub(super) fn post(&self, url: &str, body: &Value) -> Result<Value> {
        self.read(
            &["-X", "POST", "-H", &self.0, "-H", "x-holdfast: 1", "-H", JSON, "-d", &body.to_string()],
            url,
        )
    }

    fn read(&self, words: &[&str], url: &str) -> Result<Value> {
        let answer = curl(&[words, &["-w", "\n%{http_code}"]].concat(), url)?;
        let (body, status) = answer.rsplit_once('\n').unwrap_or_default();
        ensure!(status.starts_with('2'), "{url} answers {status} {body}");
        serde_json::from_str(body).with_context(|| format!("{url} answers {body}"))
    }
}

const JSON: &str = "content-type: application/json";

fn curl(words: &[&str], url: &str) -> Result<String> {
    output(Command::new("curl").args(["-s", "-S", "-g", "--max-time", "30"]).args(words).arg(url))
}
