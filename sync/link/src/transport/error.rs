//! What can go wrong on the way to a peer and back.

use std::io;

use super::{Endpoint, watched::tls_error};

/// Why a connection or a request failed.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The URL of an endpoint is not usable.
    #[error(
        "cannot use the endpoint {url:?}: it is not https://host[:port]; correct it in the configuration"
    )]
    BadEndpoint {
        /// What was given, cut at 200 characters.
        url: String,
    },
    /// The path of a request is not usable: a fault of the caller.
    #[error("cannot ask for {path:?}: it is not a path; report this as a bug")]
    BadPath {
        /// What was asked for.
        path: &'static str,
    },
    /// No TCP connection.
    #[error("cannot reach {endpoint}: no connection; check the network, and whether that host is up")]
    Connect {
        /// Where to.
        endpoint: Endpoint,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// Dialling and the TLS handshake took too long.
    #[error(
        "cannot reach {endpoint}: it took too long to answer; check the network, and whether that host is up"
    )]
    ConnectTimeout {
        /// Where to.
        endpoint: Endpoint,
    },
    /// One side refused the other's certificate, or TLS broke.
    #[error(
        "cannot trust the connection to {endpoint}: {source}; check the clock of this machine and the certificate's expiry, and enrol again if it was issued by another hub"
    )]
    Tls {
        /// Where to.
        endpoint: Endpoint,
        /// What rustls says; it holds no secret.
        source: rustls::Error,
    },
    /// The server speaks no HTTP/2.
    #[error("cannot speak with {endpoint}: it does not offer HTTP/2; check that the port is the sync port")]
    NotHttp2 {
        /// Where to.
        endpoint: Endpoint,
    },
    /// The connection ended under the request.
    #[error(
        "the connection to {endpoint} ended: it was closed or stopped answering; it is opened again by itself"
    )]
    Closed {
        /// Where to.
        endpoint: Endpoint,
        /// What hyper says.
        #[source]
        source: hyper::Error,
    },
    /// The answer did not begin in time, or stopped in the middle.
    #[error(
        "{endpoint} did not answer {path} in time: it is frozen or the link is too slow; it is tried again by itself"
    )]
    RequestTimeout {
        /// Where to.
        endpoint: Endpoint,
        /// What was asked for.
        path: &'static str,
    },
    /// The answer is larger than [`super::MAX_RESPONSE_BYTES`].
    #[error("cannot take the answer of {endpoint} to {path}: it is larger than 64 MiB; update this replica")]
    ResponseTooLarge {
        /// Where to.
        endpoint: Endpoint,
        /// What was asked for.
        path: &'static str,
    },
    /// The server answered with something other than 200. The message is the server's, in its three parts.
    #[error("{message} ({code}, HTTP {status})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's stable code; `http-error` when the server gave none.
        code: String,
        /// The problem's detail.
        message: String,
    },
}

impl TransportError {
    /// The stable code of this failure; that of the server's problem for a refusal.
    pub fn code(&self) -> &str {
        match self {
            Self::BadEndpoint { .. } => "endpoint-bad",
            Self::BadPath { .. } => "path-bad",
            Self::Connect { .. } => "connect-failed",
            Self::ConnectTimeout { .. } => "connect-timeout",
            Self::Tls { .. } => "tls-failed",
            Self::NotHttp2 { .. } => "not-http2",
            Self::Closed { .. } => "connection-closed",
            Self::RequestTimeout { .. } => "request-timeout",
            Self::ResponseTooLarge { .. } => "response-too-large",
            Self::Refused { code, .. } => code,
        }
    }

    /// Whether the same request may succeed later with nothing changed here. A TLS refusal may: certificates are
    /// renewed and clocks set on the other side too.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::ConnectTimeout { .. } | Self::Closed { .. } => true,
            Self::RequestTimeout { .. } | Self::Tls { .. } => true,
            Self::Refused { status, .. } => matches!(status, 408 | 425 | 429) || *status >= 500,
            Self::BadEndpoint { .. } | Self::BadPath { .. } => false,
            Self::NotHttp2 { .. } | Self::ResponseTooLarge { .. } => false,
        }
    }

    /// A failed TLS handshake.
    pub(super) fn of_handshake(endpoint: &Endpoint, error: io::Error) -> Self {
        match tls_error(&error) {
            Some(source) => Self::Tls { endpoint: endpoint.clone(), source: source.clone() },
            None => Self::Connect { endpoint: endpoint.clone(), source: error },
        }
    }
}
