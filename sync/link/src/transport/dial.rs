//! From an endpoint to a running HTTP/2 connection: TCP, TLS, HTTP/2.

use std::sync::Arc;

use hyper::client::conn::http2::{self, Connection as Driver, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::{ClientConfig, HandshakeKind};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    CountedStream, Endpoint, PromptStream, RequestBody, Timeouts, Traffic, TransportError,
    tuning::{CONNECTION_WINDOW_BYTES, MAX_HEADER_LIST_BYTES, STREAM_SEND_BUFFER_BYTES, STREAM_WINDOW_BYTES},
    watched::{TlsFailure, WatchedStream},
};
use crate::tls::{ALPN_H2, TLS_BUFFER_BYTES};

type Secure = WatchedStream<TlsStream<CountedStream<PromptStream>>>;
type Io = TokioIo<Secure>;

/// What [`dial`] has made.
pub(super) struct Dialled {
    pub(super) sender: SendRequest<RequestBody>,
    /// Must be polled for the connection to work.
    pub(super) driver: Driver<Io, RequestBody, TokioExecutor>,
    pub(super) traffic: Arc<Traffic>,
    pub(super) tls_failure: TlsFailure,
    pub(super) resumed: bool,
}

pub(super) async fn dial(
    endpoint: &Endpoint,
    tls: Arc<ClientConfig>,
    timeouts: &Timeouts,
) -> Result<Dialled, TransportError> {
    let refused = |source| TransportError::Connect { endpoint: endpoint.clone(), source };
    let tcp = TcpStream::connect((endpoint.host(), endpoint.port())).await.map_err(refused)?;
    let traffic = Arc::new(Traffic::default());
    let stream = CountedStream::new(PromptStream::new(tcp), traffic.clone());
    let stream = TlsConnector::from(tls)
        .connect_with(endpoint.server_name()?, stream, |tls| tls.set_buffer_limit(Some(TLS_BUFFER_BYTES)))
        .await
        .map_err(|e| TransportError::of_handshake(endpoint, e))?;
    let session = stream.get_ref().1;
    if session.alpn_protocol() != Some(ALPN_H2) {
        return Err(TransportError::NotHttp2 { endpoint: endpoint.clone() });
    }
    let resumed = session.handshake_kind() == Some(HandshakeKind::Resumed);
    let tls_failure = TlsFailure::default();
    let stream = WatchedStream::new(stream, tls_failure.clone());
    let (sender, driver) = start_http2(endpoint, stream, timeouts).await?;
    Ok(Dialled { sender, driver, traffic, tls_failure, resumed })
}

async fn start_http2(
    endpoint: &Endpoint,
    stream: Secure,
    timeouts: &Timeouts,
) -> Result<(SendRequest<RequestBody>, Driver<Io, RequestBody, TokioExecutor>), TransportError> {
    http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(STREAM_SEND_BUFFER_BYTES)
        .max_header_list_size(MAX_HEADER_LIST_BYTES)
        .keep_alive_interval(timeouts.keep_alive_interval)
        .keep_alive_timeout(timeouts.keep_alive_timeout)
        .keep_alive_while_idle(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|source| TransportError::Closed { endpoint: endpoint.clone(), source })
}
