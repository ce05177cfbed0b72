//! The relay role: beside the clinic role in one process, or alone.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use holdfast_media::control::key::RelayKey;
use holdfast_media::room::admission::Size;
use holdfast_media::{Relay, RelayConfig as Start, TurnConfig};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::watch;

use super::client::RelayClient;
use crate::config::{Config, RelayConfig};
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::say::say;
use crate::serve::shutdown;

/// A relay that runs in this process, if this one has the role, and a client of whatever relay there is.
///
/// # Errors
/// [`Failure`]: its ports, its key or its certificate.
pub(crate) async fn beside(
    config: &Config,
    dir: &DataDir,
    has_role: bool,
) -> Result<(Option<Relay>, Arc<RelayClient>), Failure> {
    let key = key_file(&config.relay, dir);
    let relay = if has_role { Some(start(config, key.clone()).await?) } else { None };
    let control = relay.as_ref().map_or(config.relay.control, Relay::control);
    if control.port() == 0 {
        let text = "cannot find the relay: it runs in another process and relay.control names no port; name the one that it listens on";
        return Err(Failure::other("relay-control", text));
    }
    let key = RelayKey::read_or_make(&key).map_err(|error| Failure::other("relay-key", error.to_string()))?;
    let client = RelayClient::new(format!("http://{control}"), key);
    let client =
        client.map_err(|error| Failure::other("relay-client", format!("cannot ask the relay: {error}")))?;
    Ok((relay, Arc::new(client)))
}

/// Runs a relay and nothing else, until it is told to stop; prints `ready URL` with its control port.
///
/// # Errors
/// As [`beside`].
pub(crate) async fn alone(config: &Config, mut stop: watch::Receiver<bool>) -> Result<(), Failure> {
    let dir = DataDir::new(&config.node.data_dir);
    std::fs::create_dir_all(dir.path())
        .map_err(|error| Failure::DataDir { path: dir.path().to_owned(), why: error.to_string() })?;
    let relay = start(config, key_file(&config.relay, &dir)).await?;
    say(&format!("ready http://{}", relay.control()));
    shutdown::told(&mut stop).await;
    relay.stop().await;
    Ok(())
}

/// From where this process makes a test call: where the relay listens, as far as that is one address.
pub(crate) fn media_from(config: &Config) -> IpAddr {
    let listen = config.relay.listen.unwrap_or(config.node.listen.ip());
    let first = config.relay.addresses.first().copied().filter(|_| listen.is_unspecified());
    let loopback = IpAddr::from([127, 0, 0, 1]);
    first.unwrap_or(if listen.is_unspecified() { loopback } else { listen })
}

fn key_file(config: &RelayConfig, dir: &DataDir) -> PathBuf {
    config.key_file.clone().unwrap_or_else(|| dir.relay_key())
}

async fn start(config: &Config, key: PathBuf) -> Result<Relay, Failure> {
    let RelayConfig {
        control,
        listen,
        port,
        shards,
        addresses,
        public,
        visits,
        members,
        turn_port,
        turns,
        turn_name,
        ..
    } = config.relay.clone();
    let tls = turns
        .map(|turns| Ok::<_, Failure>((turns.port, tls(&turns.certificate, &turns.key)?)))
        .transpose()?;
    let started = Relay::start(Start {
        control,
        key,
        listen: listen.unwrap_or(config.node.listen.ip()),
        port,
        shards,
        addresses,
        public,
        size: Size { visits, members, busy_pct: 85 },
        turn: Some(TurnConfig { port: turn_port, tls, name: turn_name }),
    });
    let relay = started.await.map_err(|error| Failure::other(error.code(), error.to_string()))?;
    let media: Vec<SocketAddr> = relay.media().to_vec();
    tracing::info!(?media, control = %relay.control(), "the media relay runs");
    Ok(relay)
}

/// TLS for TURN, as the clinic's own name has it.
fn tls(certificate: &std::path::Path, key: &std::path::Path) -> Result<Arc<ServerConfig>, Failure> {
    let failed = |why: String| {
        Failure::other(
            "relay-certificate",
            format!("cannot serve TURN over TLS: {why}; correct relay.turns_certificate and relay.turns_key"),
        )
    };
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| failed(error.to_string()))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| failed(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| failed(error.to_string()))?;
    Ok(Arc::new(config))
}
