//! How an offer gets to who answers it.

use crate::error::CallError;
use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;

/// Who answers offers: the relay's control port, or a node's API in front of it.
#[async_trait]
pub trait Signalling: Send + Sync {
    /// Hands over an offer; gives the answer.
    ///
    /// # Errors
    /// [`CallError::Unreachable`] and [`CallError::Refused`].
    async fn offer(&self, visit: &str, member: &str, sdp: String, restart: bool)
    -> Result<String, CallError>;

    /// Says that this member leaves. What comes of it is not asked.
    async fn leave(&self, visit: &str, member: &str);
}

/// The relay's control port.
#[derive(Clone)]
pub struct ControlPort {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
    key: String,
}

#[derive(Deserialize)]
struct Answer {
    sdp: String,
}

#[derive(Deserialize, Default)]
struct Problem {
    #[serde(default)]
    code: String,
    #[serde(default)]
    title: String,
}

impl ControlPort {
    /// At this address (`http://ADDRESS:PORT`), with this key.
    pub fn new(base: &str, key: String) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, base: base.trim_end_matches('/').to_owned(), key }
    }

    /// Asks; gives the body of an answer that says yes.
    ///
    /// # Errors
    /// [`CallError::Unreachable`] and [`CallError::Refused`].
    pub async fn ask(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Bytes, CallError> {
        let unreachable = |error: &dyn std::fmt::Display| CallError::Unreachable(error.to_string());
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .body(Full::new(body.into()))
            .map_err(|error| unreachable(&error))?;
        let response = self.client.request(request).await.map_err(|error| unreachable(&error))?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| unreachable(&error))?.to_bytes();
        if status.is_success() {
            return Ok(body);
        }
        let problem: Problem = serde_json::from_slice(&body).unwrap_or_default();
        Err(CallError::Refused { code: problem.code, title: problem.title })
    }
}

#[async_trait]
impl Signalling for ControlPort {
    async fn offer(
        &self,
        visit: &str,
        member: &str,
        sdp: String,
        restart: bool,
    ) -> Result<String, CallError> {
        let body = serde_json::json!({ "sdp": sdp, "restart": restart }).to_string();
        let path = format!("/rooms/{visit}/members/{member}");
        let answer = self.ask(Method::PUT, &path, body.into_bytes()).await?;
        let answer: Answer =
            serde_json::from_slice(&answer).map_err(|error| CallError::Unreachable(error.to_string()))?;
        Ok(answer.sdp)
    }

    async fn leave(&self, visit: &str, member: &str) {
        let path = format!("/rooms/{visit}/members/{member}");
        if let Err(error) = self.ask(Method::DELETE, &path, Vec::new()).await {
            tracing::debug!(error.code = error.code(), "a test call could not say goodbye");
        }
    }
}
