//! The client's end: one HTTP/2 connection to one endpoint, many requests in parallel on it.
//!
//! Urgent requests must not wait behind queued bulk on a thin link. HTTP/2 has no priorities worth the name, so
//! the order is kept by never queueing much: see [`tuning`] for the numbers and what they add up to.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use holdfast_link::transport::{Connection, Endpoint};
//! # async fn example(tls: Arc<rustls::ClientConfig>) -> Result<(), holdfast_link::transport::TransportError> {
//! let endpoint = Endpoint::parse("https://hub.example:8443")?;
//! let connection = Connection::open(&endpoint, tls).await?;
//! let answer = connection.request("/sync/hello", bytes::Bytes::new()).await?;
//! # Ok(()) }
//! ```

mod chunked;
mod clock;
mod counted;
mod dial;
mod endpoint;
mod error;
mod prompt;
mod response;
pub mod tuning;
mod watched;

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use http::{Method, Request, Uri, uri::PathAndQuery};
use http_body_util::Full;
use hyper::{body::Incoming, client::conn::http2::SendRequest};
use rustls::ClientConfig;
use tokio::time::timeout;

use clock::PeerClock;

pub use chunked::ChunkedBody;
pub use clock::ClockBeside;
pub use counted::{CountedStream, Counters, Traffic};
pub use endpoint::Endpoint;
pub use error::TransportError;
pub use prompt::PromptStream;
pub use tuning::{CHUNK_BYTES, MAX_RESPONSE_BYTES, Timeouts};

type RequestBody = ChunkedBody<Full<Bytes>>;

/// One HTTP/2 connection. Clones share it; it closes when the last clone is dropped.
#[derive(Clone)]
pub struct Connection {
    sender: SendRequest<RequestBody>,
    endpoint: Endpoint,
    timeouts: Timeouts,
    traffic: Arc<Traffic>,
    clock: Arc<PeerClock>,
    tls_failure: watched::TlsFailure,
    resumed: bool,
}

impl Connection {
    /// Dials, does the TLS handshake and starts HTTP/2, with the default [`Timeouts`].
    ///
    /// In TLS 1.3 the server judges the client's certificate after the client thinks the handshake done: a refusal
    /// of it is the error of the first request.
    ///
    /// # Errors
    /// [`TransportError::Connect`], [`TransportError::ConnectTimeout`], [`TransportError::Tls`],
    /// [`TransportError::NotHttp2`].
    pub async fn open(endpoint: &Endpoint, tls: Arc<ClientConfig>) -> Result<Self, TransportError> {
        Self::open_with(endpoint, tls, Timeouts::default()).await
    }

    /// As [`Connection::open`], with other time-outs.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn open_with(
        endpoint: &Endpoint,
        tls: Arc<ClientConfig>,
        timeouts: Timeouts,
    ) -> Result<Self, TransportError> {
        let dialled = timeout(timeouts.connect, dial::dial(endpoint, tls, &timeouts));
        let dialled =
            dialled.await.map_err(|_| TransportError::ConnectTimeout { endpoint: endpoint.clone() })??;
        let peer = endpoint.clone();
        tokio::spawn(async move {
            if let Err(error) = dialled.driver.await {
                tracing::debug!(%error, endpoint = %peer, "connection ended");
            }
        });
        Ok(Self {
            sender: dialled.sender,
            endpoint: endpoint.clone(),
            timeouts,
            traffic: dialled.traffic,
            clock: Arc::default(),
            tls_failure: dialled.tls_failure,
            resumed: dialled.resumed,
        })
    }

    /// Posts `body` to `path` and returns the body of a 200 answer, of at most [`MAX_RESPONSE_BYTES`].
    ///
    /// # Errors
    /// [`TransportError::Refused`] for any other answer, with the problem's code; [`TransportError::RequestTimeout`]
    /// when the answer has not begun in time or stops in the middle; [`TransportError::Closed`] or
    /// [`TransportError::Tls`] when the connection ends; [`TransportError::ResponseTooLarge`].
    pub async fn request(&self, path: &'static str, body: Bytes) -> Result<Bytes, TransportError> {
        let answer_within = self.timeouts.answer_within(body.len());
        let request = self.prepare(path, body)?;
        let response = timeout(answer_within, self.send(request))
            .await
            .map_err(|_| TransportError::RequestTimeout { endpoint: self.endpoint.clone(), path })??;
        self.read(path, response).await
    }

    /// Bytes that went over the socket so far: TLS, HTTP/2 and handshake included.
    pub fn counters(&self) -> Counters {
        self.traffic.counters()
    }

    /// How this machine's clock stands beside the peer's; `None` before the first answer.
    pub fn clock(&self) -> Option<ClockBeside> {
        self.clock.beside()
    }

    /// The endpoint this connection leads to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Whether the connection can take no more requests, so that another must be opened.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Whether the TLS session was resumed from an earlier connection (no certificates on the wire).
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    fn prepare(&self, path: &'static str, body: Bytes) -> Result<Request<RequestBody>, TransportError> {
        let uri = Uri::builder()
            .scheme("https")
            .authority(self.endpoint.authority())
            .path_and_query(PathAndQuery::from_static(path));
        let bad_path = |_| TransportError::BadPath { path };
        let mut request = Request::new(ChunkedBody::new(Full::new(body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri.build().map_err(bad_path)?;
        Ok(request)
    }

    async fn send(&self, request: Request<RequestBody>) -> Result<http::Response<Incoming>, TransportError> {
        let mut sender = self.sender.clone();
        let sent = match sender.ready().await {
            Ok(()) => sender.send_request(request).await,
            Err(e) => Err(e),
        };
        match sent {
            Ok(response) => Ok(response),
            Err(e) => Err(self.failure(e)),
        }
    }

    async fn read(
        &self,
        path: &'static str,
        response: http::Response<Incoming>,
    ) -> Result<Bytes, TransportError> {
        self.clock.saw(response.headers(), SystemTime::now(), Instant::now());
        match response::read(response, self.timeouts.body_idle).await {
            Ok(bytes) => Ok(bytes),
            Err(response::Failed::Body(e)) => Err(self.failure(e)),
            Err(response::Failed::Idle) => {
                Err(TransportError::RequestTimeout { endpoint: self.endpoint.clone(), path })
            }
            Err(response::Failed::TooLarge) => {
                Err(TransportError::ResponseTooLarge { endpoint: self.endpoint.clone(), path })
            }
            Err(response::Failed::Refused { status, code, message }) => {
                Err(TransportError::Refused { status, code, message })
            }
        }
    }

    /// The reason of a failed request: TLS's when it broke, since hyper tells the request only that it was
    /// cancelled.
    fn failure(&self, source: hyper::Error) -> TransportError {
        let endpoint = self.endpoint.clone();
        match self.tls_failure.get() {
            Some(tls) => TransportError::Tls { endpoint, source: tls.clone() },
            None => TransportError::Closed { endpoint, source },
        }
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
