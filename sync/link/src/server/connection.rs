//! One connection from its handshake to its end.

use std::{future::pending, io, pin::pin, sync::Arc, time::Duration};

use http::StatusCode;
use hyper::{server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::{sleep, timeout},
};
use tokio_rustls::server::TlsStream;

use super::{Limits, Permits, Problem, Server, admission::Slot, count_refusal, gate::Gate};
use crate::{
    identity::{IdentityError, PeerCertificate},
    tls::TLS_BUFFER_BYTES,
    transport::{
        PromptStream,
        tuning::{
            CONNECTION_WINDOW_BYTES, MAX_HEADER_LIST_BYTES, STREAM_SEND_BUFFER_BYTES, STREAM_WINDOW_BYTES,
        },
    },
};

pub(super) async fn run(
    server: Arc<Server>,
    tcp: TcpStream,
    permits: Permits,
    draining: watch::Receiver<bool>,
) {
    let Some(tls) = handshake(&server, tcp).await else { return };
    drop(permits.handshake);
    let (gate, _slot) = admit(&server, peer_of(&tls));
    drive(tls, Arc::new(gate), &server.options.limits, draining).await;
    drop(permits.connection);
}

async fn handshake(server: &Server, tcp: TcpStream) -> Option<TlsStream<PromptStream>> {
    let accepting = server
        .acceptor
        .accept_with(PromptStream::new(tcp), |tls| tls.set_buffer_limit(Some(TLS_BUFFER_BYTES)))
        .into_fallible();
    match timeout(server.options.limits.handshake, accepting).await {
        Ok(Ok(tls)) => Some(tls),
        Ok(Err((error, tcp))) => {
            tracing::info!(%error, error.code = "handshake-failed", "connection refused");
            count_refusal("handshake-failed");
            let _ = timeout(REASON_WITHIN, let_the_reason_arrive(tcp)).await;
            None
        }
        Err(_) => {
            tracing::info!(error.code = "handshake-timeout", "connection refused");
            count_refusal("handshake-timeout");
            None
        }
    }
}

/// How long a client that was refused may take to hear why.
const REASON_WITHIN: Duration = Duration::from_secs(1);
/// What such a client may still send meanwhile.
const UNHEARD_BYTES: u64 = 64 << 10;

/// Ends a connection whose last word is an alert that says what is wrong. A client of TLS 1.3 sends its first request
/// before it hears of it, and closing on unread bytes resets the connection: the alert would be lost, and with it the
/// reason (RFC 9112 §9.6 has the same of HTTP).
async fn let_the_reason_arrive(mut tcp: PromptStream) -> io::Result<()> {
    tcp.shutdown().await?;
    tokio::io::copy(&mut tcp.take(UNHEARD_BYTES), &mut tokio::io::sink()).await?;
    Ok(())
}

fn peer_of(tls: &TlsStream<PromptStream>) -> Result<Option<PeerCertificate>, IdentityError> {
    let chain = tls.get_ref().1.peer_certificates();
    chain.and_then(|chain| chain.first()).map(PeerCertificate::from_der).transpose()
}

/// A connection that is refused gets a gate all the same: one that answers each request with the reason.
fn admit(server: &Server, peer: Result<Option<PeerCertificate>, IdentityError>) -> (Gate, Option<Slot>) {
    let gate = |peer, standing| Gate::new(server.routes.clone(), server.options.clone(), peer, standing);
    let peer = match peer {
        Ok(peer) => peer,
        Err(error) => {
            let problem = Problem::new(StatusCode::FORBIDDEN, error.code(), error.to_string());
            return (gate(None, Some(problem)), None);
        }
    };
    match server.admission.admit(peer.as_ref().map(|p| &p.identity)) {
        Ok(slot) => (gate(peer, None), Some(slot)),
        Err(problem) => (gate(peer, Some(problem)), None),
    }
}

async fn drive(
    tls: TlsStream<PromptStream>,
    gate: Arc<Gate>,
    limits: &Limits,
    mut draining: watch::Receiver<bool>,
) {
    let judge = gate.clone();
    let service = service_fn(move |request| judge.clone().answer(request));
    let mut connection = pin!(http2_builder(limits).serve_connection(TokioIo::new(tls), service));
    tokio::select! {
        ended = connection.as_mut() => return log_end(&gate, ended),
        () = useless(&gate, limits) => return log_useless(&gate),
        () = gate.refused() => {}
        _ = draining.wait_for(|draining| *draining) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(limits.drain, connection).await;
}

/// Resolves when the connection is to be dropped as it stands: nothing was asked in time, or a client without a
/// certificate stays too long.
async fn useless(gate: &Gate, limits: &Limits) {
    sleep(limits.first_request).await;
    if !gate.was_asked() {
        return;
    }
    if gate.is_anonymous() {
        return sleep(limits.anonymous_life.saturating_sub(limits.first_request)).await;
    }
    pending().await
}

fn http2_builder(limits: &Limits) -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(STREAM_SEND_BUFFER_BYTES)
        .max_header_list_size(MAX_HEADER_LIST_BYTES)
        .max_concurrent_streams(limits.streams_per_connection)
        .keep_alive_interval(limits.keep_alive_interval)
        .keep_alive_timeout(limits.keep_alive_timeout);
    builder
}

fn log_end(gate: &Gate, ended: hyper::Result<()>) {
    match ended {
        // Its PINGs went unanswered.
        Err(error) if error.is_timeout() => log_dropped(gate, "peer-frozen"),
        Err(error) => tracing::debug!(%error, "connection ended"),
        Ok(()) => {}
    }
}

fn log_useless(gate: &Gate) {
    log_dropped(gate, if gate.was_asked() { "peer-overstayed" } else { "peer-silent" });
}

fn log_dropped(gate: &Gate, code: &'static str) {
    tracing::info!(peer.id = gate.peer_name(), error.code = code, "connection dropped");
    count_refusal(code);
}
