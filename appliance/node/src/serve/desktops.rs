//! The port for the clinic's desktops: enrolment, and the same sync as the hub offers to nodes.

use std::sync::Arc;
use std::time::Duration;

use holdfast_api::patients::blocks::keep_granted;
use holdfast_core::id::ActorId;
use holdfast_link::ca::renewal::{self, ServerRenewal};
use holdfast_link::ca::{ServerCertificate, ServerName};
use holdfast_link::enrolment::{self, DatabaseTokens, Enrolment};
use holdfast_link::revocation::{self, Revocations};
use holdfast_link::server::{ServeOptions, serve as serve_tls};
use holdfast_link::tls::{ClientAuth, server_config};
use holdfast_link::transport::Endpoint;
use holdfast_store::desktops::DesktopHold;
use holdfast_store::{Records, StoreError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Running, blocking, packages, shutdown};
use crate::config::DesktopsConfig;
use crate::data_dir::DataDir;
use crate::desktops;
use crate::failure::Failure;
use crate::packages::Packages;

/// Who has an appointment today, and who is short of record numbers, is looked for this often: a walk-in's record is on the
/// desktops soon, and a new desktop can register people before the node is next away.
const GIVE_EVERY: Duration = Duration::from_secs(60);

/// The port as it was bound, before anything is served on it.
pub(super) struct Port {
    listener: TcpListener,
    /// Where desktops reach it.
    pub(super) endpoints: Vec<Endpoint>,
}

/// Takes the port; `None` if this node serves no desktops.
///
/// # Errors
/// [`Failure::Port`], or that desktops could not reach it.
pub(super) async fn bind(config: &DesktopsConfig) -> Result<Option<Port>, Failure> {
    let Some(address) = config.listen else { return Ok(None) };
    let bound = TcpListener::bind(address).await;
    let listener = bound.map_err(|error| Failure::Port { address, why: error.to_string() })?;
    let port = listener.local_addr().ok().map(|address| address.port());
    Ok(Some(Port { listener, endpoints: desktops::endpoints(config, port)? }))
}

/// The folder of packages for desktops; that of the data folder is made, so that whoever brings a package finds it.
///
/// # Errors
/// [`Failure::Other`] if it cannot be made.
pub(super) fn packages(config: &DesktopsConfig, dir: &DataDir) -> Result<Packages, Failure> {
    let folder = match &config.packages {
        Some(folder) => folder.clone(),
        None => {
            let folder = dir.packages();
            std::fs::create_dir_all(&folder).map_err(|error| {
                let text = format!("cannot make the folder {}: {error}; check the disk", folder.display());
                Failure::other("packages-folder", text)
            })?;
            folder
        }
    };
    Ok(Packages::new(folder, config.release_keys.clone().unwrap_or_else(|| dir.release_keys())))
}

/// Serves desktops until told to stop.
///
/// # Errors
/// [`Failure`] if the CA, the certificate or the records cannot be used.
pub(super) async fn start(
    config: &DesktopsConfig,
    port: Port,
    running: &Running,
    stop: &watch::Receiver<bool>,
    workers: &mut JoinSet<()>,
) -> Result<(), Failure> {
    let (dir, names) = (running.dir.clone(), config.names.clone());
    let (records, db, hold) = (running.opened.records.clone(), running.opened.db.clone(), config.hold);
    let (renewal, revocations) = blocking(move || {
        let clock = ServeOptions::default().clock;
        let ca = Arc::new(desktops::authority(&dir, clock())?);
        let names: Vec<ServerName> = names.iter().map(|name| ServerName::parse(name)).collect();
        let folder = dir.desktops().join("tls");
        let shown = ServerCertificate::load_or_issue(&folder, &ca, &names, clock())?.to_shared()?;
        // Before the first connection: nobody who is revoked slips in while the node starts.
        let revocations = Arc::new(Revocations::default());
        revocations.refresh(&*db)?;
        records.give_desktops(hold)?;
        Ok((ServerRenewal { dir: folder, ca, names, shown, clock }, revocations))
    })
    .await?;
    let tokens = Arc::new(DatabaseTokens(running.opened.db.clone()));
    let enrolment = Enrolment {
        ca: renewal.ca.clone(),
        tokens: tokens.clone(),
        issued: tokens,
        endpoints: port.endpoints.clone(),
        clock: renewal.clock.clone(),
    };
    let routes = enrolment::routes(enrolment)
        .merge(holdfast_link::serve::routes(running.writer.clone()))
        .merge(packages::routes(running.packages.clone()));
    let options = ServeOptions { revoked: revocations.check(), ..ServeOptions::default() };
    let tls = server_config(renewal.shown.clone(), renewal.ca.cert_pem(), ClientAuth::Optional);
    let tls = tls.map_err(holdfast_link::ca::CaError::Tls)?;
    let until = {
        let mut stop = stop.clone();
        async move { shutdown::told(&mut stop).await }
    };
    workers.spawn(serve_tls(port.listener, tls, routes, options, until));
    workers.spawn(renewal.run(renewal::EVERY, stop.clone()));
    workers.spawn(revocation::run(
        revocations,
        running.opened.db.clone(),
        running.writer.clone(),
        stop.clone(),
    ));
    workers.spawn(give(running.clone(), hold, stop.clone()));
    workers.spawn(packages::run(running.packages.clone(), stop.clone()));
    tracing::info!(url = port.endpoints.first().map(ToString::to_string), "desktops are served");
    Ok(())
}

async fn give(running: Running, hold: DesktopHold, mut stop: watch::Receiver<bool>) {
    loop {
        grant_numbers(&running).await;
        if !shutdown::sleep(&mut stop, GIVE_EVERY).await {
            return;
        }
        match running.writer.call(move |records| records.give_desktops(hold)).await {
            Ok(0) => {}
            Ok(scopes) => {
                running.writer.announce();
                tracing::info!(scopes, "desktops are given more to hold");
            }
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "desktops are given no more for now");
            }
        }
    }
}

/// Sees to it that every desktop holds record numbers that it may give out alone (decision 25).
async fn grant_numbers(running: &Running) {
    let granting = |records: &Records| -> Result<usize, StoreError> {
        let below: Vec<ActorId> = records.below()?.iter().map(|one| one.actor).collect();
        keep_granted(records, &below)
    };
    match running.writer.call(granting).await {
        Ok(0) => {}
        Ok(blocks) => {
            running.writer.announce();
            tracing::info!(blocks, "desktops are granted record numbers");
        }
        Err(error) => {
            tracing::warn!(error.code = error.code(), error = %error, "desktops are granted no record numbers for now");
        }
    }
}
