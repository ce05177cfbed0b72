//! Talking to the node: one request a job, repeated while the node says that it is worth it.

use std::time::Duration;

use holdfast_clinical::resource::Head;
use reqwest::{Response, StatusCode};
use serde_json::Value;

use super::Target;
use super::job::{Job, Method};
use super::outcome::{Outcome, Refusal};
use super::wrap::WHOLE;
use crate::failure::Failure;

/// How often a request is sent in all.
const ATTEMPTS: u32 = 6;
/// The first pause between two of them; it doubles.
const PAUSE: Duration = Duration::from_millis(300);
/// A bundle of 30 MiB on a busy machine.
const ANSWER_WITHIN: Duration = Duration::from_secs(180);

#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    target: Target,
}

impl Client {
    pub(super) fn new(target: Target) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().timeout(ANSWER_WITHIN).build();
        let http =
            http.map_err(|error| Failure::other("http", format!("cannot start an HTTP client: {error}")))?;
        Ok(Self { http, target })
    }

    /// Whether a node is there, and takes the token.
    pub(super) async fn greet(&self) -> Result<(), Failure> {
        let url = format!("{}/api/continuity", self.target.url);
        let answer = self.http.get(url).bearer_auth(&self.target.token).send().await;
        match answer.map_err(|error| self.unreachable(&error))?.status() {
            StatusCode::UNAUTHORIZED => {
                let text = "cannot import: the node does not know this token; give another with --token";
                Err(Failure::other("unknown-token", text))
            }
            _ => Ok(()),
        }
    }

    /// Sends a job until it is answered for good.
    ///
    /// # Errors
    /// [`Failure`] if the whole import cannot go on: the node cannot be reached, its disk is full, or the token has no
    /// right to write.
    pub(super) async fn send(&self, job: Job) -> Result<Outcome, Failure> {
        let mut pause = PAUSE;
        for attempt in 1.. {
            let (status, body) = match self.once(&job).await {
                Ok(answer) => answer,
                Err(_) if attempt < ATTEMPTS => (StatusCode::SERVICE_UNAVAILABLE, Value::Null),
                Err(error) => return Err(self.unreachable(&error)),
            };
            let may_pass = matches!(status.as_u16(), 408 | 429 | 503);
            if !may_pass || attempt >= ATTEMPTS {
                return self.outcome(job, status, &body);
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        unreachable!("the loop above ends by itself")
    }

    async fn once(&self, job: &Job) -> Result<(StatusCode, Value), reqwest::Error> {
        let url = format!("{}{}", self.target.url, job.path);
        let request = match job.method {
            Method::Post => self.http.post(url),
            Method::Put => self.http.put(url),
        };
        let request = request
            .bearer_auth(&self.target.token)
            .header("content-type", "application/fhir+json")
            .header("prefer", "return=minimal");
        let answer: Response = request.body(job.body.clone()).send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    fn outcome(&self, job: Job, status: StatusCode, body: &Value) -> Result<Outcome, Failure> {
        let refusal = |entry| refusal(entry, status.as_u16(), body);
        if matches!(status.as_u16(), 401 | 403 | 507) {
            let Refusal { code, text, .. } = refusal(None);
            return Err(Failure::other("import-stopped", format!("cannot go on importing: {text} ({code})")));
        }
        let mut outcome = Outcome::refused(job.spot.clone(), job.count, refusal(None));
        outcome.is_bundle = job.is_bundle;
        if !status.is_success() {
            return Ok(outcome);
        }
        outcome.refusals.clear();
        match job.is_bundle {
            true => read_entries(&job, body, &mut outcome),
            false => outcome.stored = vec![job.path.strip_prefix("/fhir/").map(str::to_owned)],
        }
        Ok(outcome)
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let url = &self.target.url;
        let why = if error.is_timeout() { "it does not answer in time" } else { "nothing answers there" };
        let text = format!(
            "cannot reach the node at {url}: {why}; start it with `holdfast-node serve`, or name it with --node"
        );
        Failure::other("node-unreachable", text)
    }
}

/// What the answer's entries say of the job's.
fn read_entries(job: &Job, body: &Value, outcome: &mut Outcome) {
    let none = Vec::new();
    let answers = body["entry"].as_array().unwrap_or(&none);
    for (place, at) in job.entries.iter().enumerate() {
        let response = answers.get(place).map_or(&Value::Null, |answer| &answer["response"]);
        let status: u16 =
            response["status"].as_str().and_then(|text| text.get(..3)?.parse().ok()).unwrap_or(0);
        let stored = (200..300).contains(&status).then(|| stored_at(response, &answers[place])).flatten();
        if !(200..300).contains(&status) {
            outcome.refusals.push(refusal(Some(*at), status, &response["outcome"]));
        }
        match *at {
            WHOLE => outcome.whole = stored,
            at => outcome.stored[at] = stored,
        }
    }
}

/// `Type/id` of `response.location`, or of the resource that is answered.
fn stored_at(response: &Value, answer: &Value) -> Option<String> {
    if let Some(location) = response["location"].as_str() {
        let path = location.split("/_history/").next().unwrap_or(location);
        let mut parts = path.rsplit('/');
        let (id, kind) = (parts.next()?, parts.next()?);
        return Some(format!("{kind}/{id}"));
    }
    let head = Head::read(&answer["resource"].to_string()).ok()?;
    Some(format!("{}/{}", head.kind, head.id?))
}

/// What an OperationOutcome or a problem says.
fn refusal(entry: Option<usize>, status: u16, body: &Value) -> Refusal {
    let issue = &body["issue"][0];
    let code =
        issue["details"]["coding"][0]["code"].as_str().or(body["code"].as_str()).unwrap_or("http-error");
    let said =
        issue["diagnostics"].as_str().or(issue["details"]["text"].as_str()).or(body["detail"].as_str());
    let text =
        said.map_or_else(|| format!("the node answered with HTTP {status} and no reason"), str::to_owned);
    Refusal { entry, status, code: code.to_owned(), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_read_from_outcomes_and_problems() {
        let outcome = serde_json::json!({"issue": [{"details": {"coding": [{"code": "c"}], "text": "t"}, "diagnostics": "d"}]});
        let read = refusal(Some(3), 422, &outcome);
        assert_eq!((read.code.as_str(), read.text.as_str(), read.entry), ("c", "d", Some(3)));
        let problem = serde_json::json!({"code": "p", "detail": "why"});
        assert_eq!(
            (refusal(None, 500, &problem).code.as_str(), refusal(None, 500, &problem).text.as_str()),
            ("p", "why")
        );
        assert!(refusal(None, 502, &Value::Null).text.contains("502"));
    }

    #[test]
    fn stored_names_come_from_locations() {
        let at = |location: &str| stored_at(&serde_json::json!({ "location": location }), &Value::Null);
        assert_eq!(at("Patient/1/_history/2").as_deref(), Some("Patient/1"));
        assert_eq!(at("http://h/fhir/Patient/1").as_deref(), Some("Patient/1"));
        assert_eq!(at("nowhere"), None);
    }
}
