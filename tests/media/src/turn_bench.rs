//! `bench-turn`: what a relayed packet costs our server and coturn's, with the same clients, peer and load, one after the other.
//!
//! Each server is started anew for each round, and rounds take turns, so that whatever else the machine does meets both. Processor time is
//! the whole process's, from before the first client to after the last.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use holdfast_media::turn::credentials::Credentials;

use crate::coturn::{Client, Peer, TurnServer, uclient};
use crate::figure;
use crate::ours::{Ours, credentials, loopback};

/// How long the client may take.
const AT_MOST: Duration = Duration::from_secs(120);

/// How much is relayed.
#[derive(Clone, Debug)]
pub struct Options {
    /// Rounds of each server.
    pub rounds: u32,
    /// Clients at once.
    pub clients: u32,
    /// Messages of each; twice as many packets are relayed.
    pub messages: u32,
    /// Bytes of each.
    pub bytes: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: 3, clients: 50, messages: 1000, bytes: 1000 }
    }
}

/// What it cost, in microseconds of processor time for a packet, the middle of all rounds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Ours.
    pub ours_us: f64,
    /// coturn's.
    pub coturn_us: f64,
    /// What our server took from the heap for a packet, once all clients had signed in.
    pub allocations: f64,
    /// Packets of a round.
    pub packets: u64,
}

/// Measures both.
///
/// # Errors
/// coturn is not installed, or packets were lost.
pub fn run(options: &Options) -> Result<Report> {
    let peer = Peer::start(true)?;
    let (mut ours, mut coturn, mut allocations) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        coturn.push(of_coturn(options, &peer).context("coturn's server")?);
        let (us, heap) = of_ours(options, &peer).context("our server")?;
        ours.push(us);
        allocations.push(heap);
    }
    let packets = 2 * u64::from(options.clients) * u64::from(options.messages);
    Ok(Report { ours_us: middle(ours), coturn_us: middle(coturn), allocations: middle(allocations), packets })
}

fn of_coturn(options: &Options, peer: &Peer) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let server = TurnServer::start(folder.path())?;
    let before = server.process.cpu_ns()?;
    load(options, server.address, peer, &credentials("visit-0", "member-0")?, options.messages)?;
    Ok(us_each(options, server.process.cpu_ns()? - before))
}

/// Processor time for a packet, and what a packet takes from the heap: from one run and one that is twice as long, so that what clients take
/// who sign in falls out.
fn of_ours(options: &Options, peer: &Peer) -> Result<(f64, f64)> {
    let mut server = Ours::start(loopback(true), &peer.args("--peer"))?;
    let before = server.process.cpu_ns()?;
    load(options, server.udp, peer, &credentials("visit-0", "member-0")?, options.messages)?;
    let us = us_each(options, server.process.cpu_ns()? - before);
    let mut heap = [0, 0];
    for (n, taken) in heap.iter_mut().enumerate() {
        let before = server.status()?.get("heap").copied().unwrap_or(0);
        // Of another visit, so that quotas are not met.
        let credentials = credentials(&format!("visit-{}", n + 1), "member-0")?;
        load(options, server.udp, peer, &credentials, options.messages / 4 * (n as u32 + 1))?;
        *taken = server.status()?.get("heap").copied().unwrap_or(0) - before;
    }
    let packets = 2 * u64::from(options.clients) * u64::from(options.messages / 4);
    Ok((us, heap[1].saturating_sub(heap[0]) as f64 / packets as f64))
}

fn load(
    options: &Options,
    server: std::net::SocketAddr,
    peer: &Peer,
    credentials: &Credentials,
    messages: u32,
) -> Result<()> {
    let client = Client {
        server,
        peer: peer.address,
        credentials,
        clients: options.clients,
        messages,
        bytes: options.bytes,
        args: &["-z", "5"],
        at_most: AT_MOST,
    };
    let outcome = uclient(&client)?;
    let sent = options.clients * messages;
    // A packet in a thousand may be lost on a machine that has other things to do; it is not what is measured.
    ensure!(
        outcome.returned >= sent - sent / 1000,
        "{} of {sent} came back:\n{}",
        outcome.returned,
        outcome.text
    );
    Ok(())
}

fn us_each(options: &Options, ns: u64) -> f64 {
    ns as f64 / 1000.0 / f64::from(2 * options.clients * options.messages)
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Report {
    /// Prints the figures; says whether our server costs no more than coturn's, and takes nothing from the heap.
    #[must_use]
    pub fn print(&self) -> bool {
        let ratio = self.ours_us / self.coturn_us;
        figure::print("turn_packets_a_round", self.packets, "count");
        figure::print("turn_us_per_packet", format!("{:.2}", self.ours_us), "us");
        figure::print("coturn_us_per_packet", format!("{:.2}", self.coturn_us), "us");
        figure::print("turn_cpu_vs_coturn", format!("{ratio:.3}"), "ratio");
        figure::print("turn_allocs_per_packet", format!("{:.5}", self.allocations), "count");
        figure::machine();
        ratio <= 1.0 && self.allocations < 0.001
    }
}
