//! Judges each request of a connection by the peer's certificate, and hands on those that may pass.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use holdfast_core::hlc::Hlc;
use http::{Request, StatusCode};
use hyper::body::Incoming;
use tokio::sync::Notify;
use tower::ServiceExt;

use super::peer::certificate_required;
use super::{CERTIFICATE_EXPIRED, Problem, ServeOptions, SyncPolicy, SyncRoutes, body::TimedBody};
use crate::{identity::PeerCertificate, transport::ChunkedBody};

/// One connection's judge.
pub(super) struct Gate {
    routes: SyncRoutes,
    options: ServeOptions,
    peer: Option<PeerCertificate>,
    /// Why no request of this connection is served at all.
    standing: Option<Problem>,
    asked: AtomicBool,
    refused: Notify,
}

impl Gate {
    pub(super) fn new(
        routes: SyncRoutes,
        options: ServeOptions,
        peer: Option<PeerCertificate>,
        standing: Option<Problem>,
    ) -> Self {
        Self { routes, options, peer, standing, asked: AtomicBool::new(false), refused: Notify::new() }
    }

    /// Whether the peer has asked for anything yet.
    pub(super) fn was_asked(&self) -> bool {
        self.asked.load(Relaxed)
    }

    /// Who the peer is, for the log.
    pub(super) fn peer_name(&self) -> Option<String> {
        self.peer.as_ref().map(|peer| peer.identity.to_string())
    }

    /// Whether the peer showed no certificate.
    pub(super) fn is_anonymous(&self) -> bool {
        self.peer.is_none()
    }

    /// Resolves when a request has been refused, so that the connection is of no more use.
    pub(super) async fn refused(&self) {
        self.refused.notified().await;
    }

    pub(super) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<ChunkedBody<Body>>, Infallible> {
        self.asked.store(true, Relaxed);
        let response = match self.refusal(request.uri().path()) {
            Some(problem) => self.refuse(problem),
            None => self.forward(request).await,
        };
        Ok(response.map(ChunkedBody::new))
    }

    /// Judged anew for each request: a peer may be revoked, or its certificate expire, in mid-connection. A resumed
    /// TLS session brings its certificate from the first handshake, so rustls does not see it expire either.
    fn refusal(&self, path: &str) -> Option<Problem> {
        if let Some(problem) = &self.standing {
            return Some(problem.clone());
        }
        let policy = self.routes.policy(path);
        let Some(peer) = &self.peer else {
            return (policy != SyncPolicy::Anybody).then(certificate_required);
        };
        if (self.options.revoked)(&peer.identity, &peer.serial) {
            return Some(revoked());
        }
        let expired = (self.options.clock)() > peer.not_after_ms;
        // An expired certificate may renew itself and do nothing else, not even what anybody may.
        (expired && policy != SyncPolicy::Renewal).then(|| certificate_expired(peer.not_after_ms))
    }

    fn refuse(&self, problem: Problem) -> Response {
        let peer = self.peer_name();
        tracing::info!(peer.id = peer, error.code = problem.code(), "request refused");
        super::count_refusal(problem.code());
        self.refused.notify_one();
        problem.into_response()
    }

    async fn forward(&self, request: Request<Incoming>) -> Response {
        let idle = self.options.limits.body_idle;
        let mut request = request.map(|body| Body::new(TimedBody::new(body, idle)));
        if let Some(peer) = &self.peer {
            request.extensions_mut().insert(peer.identity.clone());
            request.extensions_mut().insert(peer.clone());
        }
        let Ok(response) = self.routes.router().oneshot(request).await;
        response
    }
}

fn revoked() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "peer-revoked",
        "the request is refused: this replica has been revoked; ask central IT, and enrol again if it should come back",
    )
}

fn certificate_expired(not_after_ms: u64) -> Problem {
    let end = holdfast_core::view::instant(Hlc::new(not_after_ms, 0));
    let day = end.split('T').next().unwrap_or_default();
    Problem::new(
        StatusCode::FORBIDDEN,
        CERTIFICATE_EXPIRED,
        format!(
            "the request is refused: the client certificate expired on {day}; renewing it is all that it is good \
             for, and a node does so by itself"
        ),
    )
}
