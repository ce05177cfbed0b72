//! Serving: one port for replicas, one for people.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use holdfast_api::access::rate::Rates;
use holdfast_api::access::tokens::Tokens;
use holdfast_api::{ApiParts, ApiState, Host};
use holdfast_link::ca::renewal::{self, ServerRenewal};
use holdfast_link::ca::{Authority, ServerCertificate, ServerName};
use holdfast_link::enrolment::{self, DatabaseTokens, Enrolment};
use holdfast_link::revocation::{self, Revocations};
use holdfast_link::server::{ServeOptions, serve as serve_tls};
use holdfast_link::tls::{ClientAuth, server_config};
use holdfast_link::transport::Endpoint;
use holdfast_store::StoreError;
use holdfast_store::writer::Writer;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::Config;
use crate::gauges;
use crate::postgres::Presence;
use crate::rights;
use crate::sign_in;
use crate::storage::{open_database, open_records};

/// Serves until `shutdown` turns true; prints `sync URL` and `ready URL` once it does.
///
/// # Errors
/// If a port is taken, the data folder or the database cannot be used.
pub async fn serve(config: Config, dev: bool, shutdown: watch::Receiver<bool>) -> Result<()> {
    if dev && !config.hub.listen.ip().is_loopback() {
        bail!(
            "--dev gives a ready admin token and plain HTTP, so it serves on loopback only; set hub.listen to 127.0.0.1"
        );
    }
    let opened = tokio::task::spawn_blocking({
        let config = config.clone();
        move || open(&config)
    })
    .await??;
    let api_listener = bind(config.hub.listen, "hub.listen").await?;
    let sync_listener = bind(config.hub.sync_listen, "hub.sync_listen").await?;
    let sync_port = sync_listener.local_addr()?.port();
    let endpoints = endpoints(&config, sync_port)?;
    let enrolment = Enrolment {
        ca: opened.ca.clone(),
        tokens: opened.tokens.clone(),
        issued: opened.tokens.clone(),
        endpoints: endpoints.clone(),
        clock: ServeOptions::default().clock,
    };
    let routes = enrolment::routes(enrolment).merge(holdfast_link::serve::routes(opened.writer.clone()));
    let options = ServeOptions { revoked: opened.revocations.check(), ..ServeOptions::default() };
    let tls = server_config(opened.renewal.shown.clone(), opened.ca.cert_pem(), ClientAuth::Optional)?;
    let renewing = tokio::spawn(opened.renewal.run(renewal::EVERY, shutdown.clone()));
    let sync = tokio::spawn(serve_tls(sync_listener, tls, routes, options, until(shutdown.clone())));
    let db = opened.tokens.0.clone();
    let watching = revocation::run(opened.revocations, db.clone(), opened.writer.clone(), shutdown.clone());
    let watching = tokio::spawn(watching);
    let dev_token = if dev { Some(sign_in::dev_token(&config.hub.data_dir)?) } else { None };
    let tokens = Tokens::new(sign_in::load(&config.hub.data_dir)?, dev_token.as_deref());
    let folder: Arc<Path> = config.hub.data_dir.as_path().into();
    let signing = tokio::spawn(sign_in::run(folder, tokens.clone(), shutdown.clone()));
    let rates = if dev { Rates::default() } else { config.rates };
    let state = api_state(&opened.writer, tokens, rates, config.file_bytes);
    let app = holdfast_api::router(state.clone());
    let counting = tokio::spawn(holdfast_api::access::rate::run(state.clone(), shutdown.clone()));
    let confirming = tokio::spawn(holdfast_api::people::run(state.clone(), true, shutdown.clone()));
    let auditing = tokio::spawn(holdfast_api::audit::run(state.clone(), shutdown.clone()));
    let reindexing = tokio::spawn(holdfast_store::reindex::run(opened.writer.clone(), shutdown.clone()));
    let every = config.booking.check_every;
    let sharing = tokio::spawn(rights::run(db.clone(), opened.writer.clone(), every, shutdown.clone()));
    let measuring = tokio::spawn(gauges::run(db, opened.writer.clone(), shutdown.clone()));
    announce(&endpoints, api_listener.local_addr()?);
    let closing = async {
        until(shutdown.clone()).await;
        state.close();
    };
    let served = holdfast_api::listen::serve(api_listener, app, config.connections, shutdown.clone());
    tokio::select! {
        _ = async { tokio::join!(served, closing) } => {}
        error = displaced(opened.presence, opened.writer.clone()) => return Err(error.into()),
    }
    auditing.await?;
    holdfast_api::audit::flush(&state).await;
    counting.await?;
    confirming.await?;
    sync.await?;
    watching.await?;
    reindexing.await?;
    measuring.await?;
    sharing.await?;
    renewing.await?;
    signing.await?;
    Ok(())
}

struct Opened {
    ca: Arc<Authority>,
    renewal: ServerRenewal,
    tokens: Arc<DatabaseTokens>,
    writer: Writer,
    revocations: Arc<Revocations>,
    presence: Option<Presence>,
}

/// From one look whether this process is still seen by the others on its database to the next.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Ends when another process has taken the database over while this one was not seen, for its server was restarted.
async fn displaced(mut presence: Option<Presence>, writer: Writer) -> StoreError {
    loop {
        tokio::time::sleep(LOOK_AGAIN).await;
        let Some(mut seen) = presence.take() else { return std::future::pending().await };
        let actor = writer.records().actor();
        let looked = tokio::task::spawn_blocking(move || (seen.is_kept(actor), seen)).await;
        // A look that panicked is not made again: the database itself goes on.
        let Ok((looked, seen)) = looked else { continue };
        presence = Some(seen);
        match looked {
            Err(error @ StoreError::OtherFolder(_)) => return error,
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the database is not reached")
            }
            Ok(()) => {}
        }
    }
}

fn open(config: &Config) -> Result<Opened> {
    let data_dir = &config.hub.data_dir;
    holdfast_link::keys::ensure_private_dir(data_dir)?;
    let clock = ServeOptions::default().clock;
    let now_ms = clock();
    let ca = Authority::load_or_create(&data_dir.join("ca"), now_ms)?;
    let names: Vec<ServerName> = config.hub.names.iter().map(|name| ServerName::parse(name)).collect();
    let dir = data_dir.join("tls");
    let shown = ServerCertificate::load_or_issue(&dir, &ca, &names, now_ms)?.to_shared()?;
    let db = open_database(config)?;
    let (records, presence) = open_records(config, db.clone())?;
    let writer = Writer::start(Arc::new(records))?;
    // Before the first connection: nobody who is revoked slips in while the hub starts.
    let revocations = Arc::new(Revocations::default());
    revocations.refresh(&*db)?;
    let (ca, tokens) = (Arc::new(ca), Arc::new(DatabaseTokens(db)));
    let renewal = ServerRenewal { dir, ca: ca.clone(), names, shown, clock };
    Ok(Opened { ca, renewal, tokens, writer, revocations, presence })
}

async fn bind(address: SocketAddr, key: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: is another hub running? set {key} to a free port")
    })
}

fn endpoints(config: &Config, port: u16) -> Result<Vec<Endpoint>> {
    let urls = if config.hub.endpoints.is_empty() {
        let host = config.hub.names.iter().find(|n| n.parse::<std::net::IpAddr>().is_ok());
        let host = host.or(config.hub.names.first()).map_or("localhost", String::as_str);
        vec![format!("https://{host}:{port}")]
    } else {
        config.hub.endpoints.clone()
    };
    urls.iter().map(|url| Endpoint::parse(url).map_err(Into::into)).collect()
}

fn api_state(writer: &Writer, tokens: Arc<Tokens>, rates: Rates, file_bytes: u64) -> ApiState {
    let mut parts = ApiParts::new(writer.clone(), tokens);
    (parts.rates, parts.max_file_bytes) = (rates, file_bytes);
    parts.host = Host::HeadOffice;
    if let Some(handle) = crate::serve::metrics::install() {
        parts.metrics = Arc::new(move || handle.render());
    }
    ApiState::new(parts)
}

#[expect(
    clippy::print_stdout,
    reason = "the contract of `serve`: two lines on stdout, everything else in the log"
)]
fn announce(endpoints: &[Endpoint], api: SocketAddr) {
    for endpoint in endpoints {
        println!("sync {endpoint}");
    }
    println!("ready http://{api}");
}

async fn until(mut shutdown: watch::Receiver<bool>) {
    // A sender that is gone means that the program ends.
    let _gone = shutdown.wait_for(|stop| *stop).await;
}

mod metrics {
    //! The recorder behind `/metrics`, installed once a process.
    use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

    pub(super) fn install() -> Option<PrometheusHandle> {
        match PrometheusBuilder::new().install_recorder() {
            Ok(handle) => Some(handle),
            Err(error) => {
                tracing::warn!(error = %error, "metrics are off");
                None
            }
        }
    }
}
