//! `holdfast-node serve`: opens the records, starts the link and the workers, serves the API until it is told to stop.
//!
//! ```text
//! lock folder ─▶ take port ─▶ open records ─▶ link ─▶ API + workers ─▶ "ready URL" ─▶ … ─▶ SIGTERM ─▶
//! stop accepting ─▶ finish requests ─▶ end link and workers ─▶ checkpoint ─▶ exit 0
//! ```

mod api;
mod booking;
mod clinic_record;
mod control;
mod desktops;
mod downtime;
mod eviction;
mod expected;
mod first_run;
mod gauges;
mod healer;
mod packages;
mod scrubbing;
pub(crate) mod shutdown;
mod telemetry_worker;
mod token_worker;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use holdfast_api::access::tokens::Tokens;
use holdfast_api::link::Above;
use holdfast_link::transport::Endpoint;
use holdfast_store::writer::Writer;
use holdfast_uplink::Uplink;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::Config;
use crate::data_dir::DataDir;
use crate::enrolment;
use crate::failure::Failure;
use crate::packages::Packages;
use crate::say::say;
use crate::store::{self, Opened};
use crate::telemetry::Telemetry;
use crate::tokens;
use crate::visits::{self, RelayClient, Roles};
use scrubbing::Health;

/// What every worker of a running node may use. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) dir: DataDir,
    pub(crate) opened: Opened,
    pub(crate) writer: Writer,
    pub(crate) link: Option<Arc<Uplink>>,
    /// Where desktops reach this node; `None` if it serves none.
    pub(crate) desktops: Option<Arc<[Endpoint]>>,
    /// Packages for them.
    pub(crate) packages: Arc<Packages>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) telemetry: Arc<Telemetry>,
    pub(crate) health: Arc<Health>,
    /// The media relay, in this process or another.
    pub(crate) relay: Arc<RelayClient>,
    /// The address from which a test call is made.
    pub(crate) media_from: IpAddr,
}

/// Serves until SIGTERM or Ctrl-C; prints `ready URL` once it does.
///
/// # Errors
/// [`Failure`] if it cannot start.
pub async fn serve(config: Config, dev: bool, roles: Roles) -> Result<(), Failure> {
    if dev && !config.node.listen.ip().is_loopback() {
        return Err(Failure::DevNotLoopback(config.node.listen));
    }
    let mut stop = shutdown::on_signal()?;
    if !roles.clinic {
        return visits::alone(&config, stop).await;
    }
    let dir = DataDir::new(&config.node.data_dir);
    let lock = dir.lock()?;
    let listener = bind(config.node.listen).await?;
    let port = desktops::bind(&config.desktops).await?;
    let (relay, client) = visits::beside(&config, &dir, roles.relay).await?;
    let mut running = start(&config, dev, dir, client).await?;
    running.desktops = port.as_ref().map(|port| port.endpoints.clone().into());
    let mut workers = JoinSet::new();
    if let Some(port) = port {
        desktops::start(&config.desktops, port, &running, &stop, &mut workers).await?;
    }
    start_workers(&config, &running, &stop, &mut workers);
    let setup = first_run::code(&running.dir, &running.writer).await?;
    let state = api::state(&config, &running, dev, setup)?;
    workers.spawn(visits::follow(state.clone(), running.relay.clone(), stop.clone()));
    workers.spawn(holdfast_api::people::run(state.clone(), running.link.is_none(), stop.clone()));
    workers.spawn(holdfast_api::access::rate::run(state.clone(), stop.clone()));
    workers.spawn(expected::run(state.clone(), running.writer.clone(), stop.clone()));
    match downtime_folder(&config, &running.dir) {
        Some(folder) => {
            workers.spawn(downtime::run(state.clone(), config.downtime.clone(), folder, stop.clone()));
        }
        None => tracing::warn!(
            "no downtime pack is made: the database is encrypted and the pack would lie beside it in the clear; name a folder for it"
        ),
    }
    let auditing = tokio::spawn(holdfast_api::audit::run(state.clone(), stop.clone()));
    let app = api::router(&state, &running);
    announce(&running.dir, &listener)?;
    let closing = {
        let (mut stop, state) = (stop.clone(), state.clone());
        async move {
            shutdown::told(&mut stop).await;
            state.close();
        }
    };
    tokio::join!(
        holdfast_api::listen::serve(listener, app, config.limits.connections, stop.clone()),
        closing
    );
    if let Err(error) = auditing.await {
        tracing::error!(error = %error, "the worker that keeps who looked at what has failed");
    }
    holdfast_api::audit::flush(&state).await;
    drop(state);
    shutdown::told(&mut stop).await;
    finish(running, workers, config.limits.connections.finish_within).await;
    if let Some(relay) = relay {
        relay.stop().await;
    }
    drop(lock);
    Ok(())
}

async fn start(
    config: &Config,
    dev: bool,
    dir: DataDir,
    relay: Arc<RelayClient>,
) -> Result<Running, Failure> {
    let enrolment = enrolment::load(&dir)?;
    let clinic = enrolment::clinic(config, enrolment.as_ref())?;
    let dev_token = if dev { Some(tokens::dev_token(&dir)?) } else { None };
    let tokens = Tokens::new(tokens::load(&dir)?, dev_token.as_deref());
    let opened = {
        let (dir, config) = (dir.clone(), config.store.clone());
        blocking(move || store::open(&dir, &config, &clinic)).await?
    };
    let telemetry = Arc::new(Telemetry::new(dir.telemetry(), config.limits.telemetry_bytes));
    let writer = Writer::start(opened.records.clone())?;
    let folder = dir.enrolment();
    let start_link =
        |enrolment| Uplink::start(&enrolment, &config.hub.endpoints, &folder, Above::HeadOffice, &writer);
    let link = enrolment.map(start_link).transpose()?;
    tracing::info!(
        clinic = opened.records.clinic(),
        enrolled = link.is_some(),
        actor = %opened.records.actor(),
        dev,
        "the records are open"
    );
    let (link, health) = (link.map(Arc::new), Arc::default());
    let packages = Arc::new(desktops::packages(&config.desktops, &dir)?);
    let media_from = visits::media_from(config);
    let desktops = None;
    Ok(Running {
        dir,
        opened,
        writer,
        link,
        desktops,
        packages,
        tokens,
        telemetry,
        health,
        relay,
        media_from,
    })
}

fn start_workers(
    config: &Config,
    running: &Running,
    stop: &watch::Receiver<bool>,
    workers: &mut JoinSet<()>,
) {
    workers.spawn(scrubbing::run(running.clone(), config.scrub, stop.clone()));
    if config.eviction.is_on() {
        workers.spawn(eviction::run(running.clone(), config.eviction, stop.clone()));
    }
    workers.spawn(holdfast_store::reindex::run(running.writer.clone(), stop.clone()));
    workers.spawn(gauges::run(running.clone(), stop.clone()));
    workers.spawn(telemetry_worker::run(running.clone(), stop.clone()));
    workers.spawn(token_worker::run(running.clone(), stop.clone()));
    workers.spawn(control::run(running.clone(), stop.clone()));
    workers.spawn(clinic_record::run(config.clinic.clone(), running.writer.clone(), stop.clone()));
    if let Some(at) = config.visits.check_at.clone() {
        workers.spawn(visits::daily(running.clone(), at, config.clinic.time_zone.clone(), stop.clone()));
    }
    if let Some(link) = running.link.clone() {
        let zone = config.clinic.time_zone.clone();
        workers.spawn(booking::run(running.clone(), config.booking, zone, stop.clone()));
        workers.spawn(holdfast_uplink::renewal::run(link, stop.clone()));
    }
}

/// Where downtime packs lie: beside an encrypted database only if somebody has said so.
fn downtime_folder(config: &Config, dir: &DataDir) -> Option<PathBuf> {
    let is_encrypted = config.store.encryption_key_file.is_some();
    config.downtime.folder.clone().or_else(|| (!is_encrypted).then(|| dir.downtime()))
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| Failure::Port { address, why: error.to_string() })
}

/// The one line on stdout by which whoever started the node knows that it serves.
fn announce(dir: &DataDir, listener: &TcpListener) -> Result<(), Failure> {
    let address = listener.local_addr().map_err(|error| Failure::other("port", error.to_string()))?;
    let url = format!("http://{address}");
    // Only a convenience for `import` and `status`; a full disk must not keep the node from serving.
    if let Err(error) = std::fs::write(dir.url(), &url) {
        tracing::warn!(error = %error, "the node's URL could not be noted for other commands");
    }
    tracing::info!(url, "ready");
    say(&format!("ready {url}"));
    Ok(())
}

/// Ends what is left, then moves the write-ahead log into the database, so that the next start is quick.
async fn finish(running: Running, mut workers: JoinSet<()>, limit: std::time::Duration) {
    if let Some(link) = &running.link {
        link.end();
    }
    let all = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout(limit, all).await.is_err() {
        tracing::warn!("a worker did not end in time; it is cut off");
        workers.abort_all();
    }
    let Running { opened, writer, telemetry, .. } = running;
    drop(writer);
    let done = blocking(move || {
        telemetry.close();
        Ok(opened.db.checkpoint()?)
    });
    match done.await {
        Ok(()) => tracing::info!("stopped"),
        Err(error) => {
            tracing::warn!(error.code = error.code(), error = %error, "stopped without a checkpoint")
        }
    }
}

/// Runs something blocking off the async threads.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, Failure> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| {
        Err(Failure::other(
            "defect",
            "a step stopped on a defect of the program; tell its makers what the log says",
        ))
    })
}
