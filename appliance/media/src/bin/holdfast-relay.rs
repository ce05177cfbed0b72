//! A relay by itself: `holdfast-relay --key FILE [--control ADDR:PORT] [--listen IP] [--port N] [--shards N] …`. The clinic's
//! appliance runs the same thing as a role of `holdfast-node serve`.

use anyhow::{Context as _, Result};
use clap::Parser;
use holdfast_media::room::admission::Size;
use holdfast_media::{Relay, RelayConfig, TurnConfig};
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use tokio::signal::unix::{SignalKind, signal};

/// Carries the sound and pictures of visits; told by the clinic role over its control port.
#[derive(Parser)]
struct Arguments {
    /// The key that the clinic role has too; made if it is not there.
    #[arg(long)]
    key: PathBuf,
    /// The control port; port 0 picks one.
    #[arg(long, default_value = "127.0.0.1:0")]
    control: SocketAddr,
    /// Where media is taken in.
    #[arg(long, default_value = "127.0.0.1")]
    listen: IpAddr,
    /// The first shard's port; 0 picks them.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How many shards.
    #[arg(long, default_value_t = 1)]
    shards: usize,
    /// An address of this machine that pages may send to; may be given several times.
    #[arg(long = "address")]
    addresses: Vec<IpAddr>,
    /// An address that a router forwards to the first of these; may be given several times.
    #[arg(long = "public")]
    public: Vec<IpAddr>,
    /// Serves TURN over UDP and TCP on this port; 0 picks them.
    #[arg(long)]
    turn_port: Option<u16>,
    /// Visits that it is sized for.
    #[arg(long, default_value_t = 50)]
    visits: usize,
    /// Members that it is sized for.
    #[arg(long, default_value_t = 150)]
    members: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let logs = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(logs).with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let relay = Relay::start(RelayConfig {
        control: arguments.control,
        key: arguments.key,
        listen: arguments.listen,
        port: arguments.port,
        shards: arguments.shards,
        addresses: arguments.addresses,
        public: arguments.public,
        turn: arguments.turn_port.map(|port| TurnConfig { port, tls: None, name: None }),
        size: Size { visits: arguments.visits, members: arguments.members, busy_pct: 85 },
    })
    .await?;
    writeln!(std::io::stdout(), "ready http://{}", relay.control())?;
    let mut term = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    relay.stop().await;
    Ok(())
}
