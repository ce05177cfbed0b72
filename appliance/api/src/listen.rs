//! Serving a router on a socket: bounded connections, slow clients dropped, requests finished at the end.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

/// From one request to the head of the next; a client that sends nothing gives its place back.
const HEAD_WITHIN: Duration = Duration::from_secs(60);
/// How HTTP/2 begins (RFC 9113 §3.4).
const HTTP2_PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Between two looks at a beginning that is not whole.
const PEEK_AGAIN: Duration = Duration::from_millis(50);
/// HTTP/2 clients are asked whether they still live.
const PING_EVERY: Duration = Duration::from_secs(20);
/// After an accept that failed, as when no file descriptors are left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How many clients a listener serves, and how it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// Served at a time; the next wait in the system's queue.
    pub most: usize,
    /// How long requests may take to finish once it is told to stop.
    pub finish_within: Duration,
}

/// Serves until told to stop, then lets requests in progress finish for as long as `limits` say.
pub async fn serve(listener: TcpListener, app: Router, limits: Connections, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(limits.most));
    let mut connections = JoinSet::new();
    while let Some((stream, place)) = next(&listener, &places, &mut stop).await {
        connections.spawn(connection(stream, app.clone(), stop.clone(), place));
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.finish_within, all).await.is_err() {
        tracing::warn!(count = connections.len(), "requests that did not finish in time are cut off");
    }
}

/// The next connection, once there is a place for it; `None` when told to stop.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    stop: &mut watch::Receiver<bool>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let accept = async {
        let place = places.clone().acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, _)) => return Some((stream, place)),
                Err(error) => {
                    tracing::warn!(error = %error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        biased;
        () = told(stop) => None,
        accepted = accept => accepted,
    }
}

/// Waits until it shows which HTTP the client speaks: the server reads that before its clock for the head runs, so that a
/// client that stops there would keep its place for ever. Whether there is anything to serve.
async fn has_begun(stream: &TcpStream) -> bool {
    let mut seen = [0; HTTP2_PREFACE.len()];
    loop {
        match stream.peek(&mut seen).await {
            Ok(0) | Err(_) => return false,
            Ok(count) if count == seen.len() || !HTTP2_PREFACE.starts_with(&seen[..count]) => return true,
            // Peeked bytes stay, so the socket stays readable.
            Ok(_) => tokio::time::sleep(PEEK_AGAIN).await,
        }
    }
}

async fn connection(
    stream: TcpStream,
    app: Router,
    mut stop: watch::Receiver<bool>,
    place: OwnedSemaphorePermit,
) {
    let _undelayed = stream.set_nodelay(true);
    let begun = tokio::select! {
        begun = tokio::time::timeout(HEAD_WITHIN, has_begun(&stream)) => begun.unwrap_or(false),
        () = told(&mut stop) => false,
    };
    if !begun {
        tracing::debug!("a connection that said nothing was closed");
        return;
    }
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(PING_EVERY);
    let peer = stream.peer_addr().ok();
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: axum::http::Request<Incoming>| {
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        app.call(request)
    });
    let mut served = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = told(&mut stop) => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection broke");
    }
    drop(place);
}

/// Returns once told to stop.
async fn told(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone means that the program ends.
    let _gone = stop.wait_for(|stop| *stop).await;
}
