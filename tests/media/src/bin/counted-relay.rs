//! A relay whose allocations are counted: a line on its standard input is answered by how many there have been.

#![allow(clippy::print_stdout, reason = "what it counts is its output")]

use anyhow::Result;
use holdfast_media::room::admission::Size;
use holdfast_media::{Relay, RelayConfig};
use holdfast_media_tests::counting::{Counting, allocations};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::io::{AsyncBufReadExt as _, BufReader};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let relay = Relay::start(RelayConfig {
        control: SocketAddr::new(loopback, 0),
        key: dir.path().join("relay-key"),
        listen: loopback,
        port: 0,
        shards: 1,
        addresses: Vec::new(),
        public: Vec::new(),
        turn: None,
        size: Size { visits: 1_000, members: 6_000, busy_pct: 100 },
    })
    .await?;
    println!("ready http://{} {}", relay.control(), relay.key().token());
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while lines.next_line().await?.is_some() {
        println!("{}", allocations());
    }
    relay.stop().await;
    Ok(())
}
