//! What the SFU costs: forwarded packets per CPU-second, allocations a packet, memory a visit, and whether that grows with the
//! number of visits. The load is participants on the `webrtc` crate, in this process; the relay is a process of its own.

#![allow(clippy::print_stdout, reason = "figures are its output")]

use anyhow::{Context as _, Result};
use clap::Parser;
use holdfast_media_tests::{cost, load};
use holdfast_participant::ControlPort;
use http::Method;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

#[derive(Parser)]
struct Arguments {
    /// Visits, one step after the other.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 3, 6])]
    visits: Vec<usize>,
    /// Members of each.
    #[arg(long, default_value_t = 3)]
    members: usize,
    /// Seconds that each step is measured for.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

struct Relay {
    child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    port: ControlPort,
    pid: u32,
}

struct Sample {
    forwarded: u64,
    allocations: u64,
    cpu: Duration,
    memory_kib: u64,
}

impl Relay {
    async fn start() -> Result<Self> {
        let binary = std::env::current_exe()?.with_file_name("counted-relay");
        let mut child =
            Command::new(binary).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let input = child.stdin.take().context("its input")?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let ready = lines.next_line().await?.context("the relay ended at once")?;
        let mut words = ready.split(' ').skip(1);
        let (base, key) = (words.next().context("its address")?, words.next().context("its key")?);
        let port = ControlPort::new(base, key.to_owned());
        let pid = child.id().context("its number")?;
        Ok(Self { child, input, lines, port, pid })
    }

    async fn sample(&mut self) -> Result<Sample> {
        self.input.write_all(b"\n").await?;
        let allocations = self.lines.next_line().await?.context("the relay ended")?.parse()?;
        let status = self.port.ask(Method::GET, "/status", Vec::new()).await?;
        let status: serde_json::Value = serde_json::from_slice(&status)?;
        let forwarded = status["forwarded"].as_u64().context("a count")?;
        Ok(Sample {
            forwarded,
            allocations,
            cpu: cost::cpu(self.pid)?,
            memory_kib: cost::memory_kib(self.pid)?,
        })
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    println!("visits  forwarded/s  per CPU-second  allocations a packet  KiB a visit  lost");
    let mut figures = None;
    for &visits in &arguments.visits {
        let mut relay = Relay::start().await?;
        let idle = relay.sample().await?;
        // A port of its own for the load, which stands as long as the calls do.
        let port = relay.port.clone();
        let calls = load::visits(&port, visits, arguments.members).await?;
        // Keyframes, probes and the first reports are over by then.
        tokio::time::sleep(Duration::from_secs(6)).await;
        let before = relay.sample().await?;
        let lost_before = load::received(&calls).1;
        tokio::time::sleep(Duration::from_secs(arguments.seconds)).await;
        let after = relay.sample().await?;
        let lost = load::received(&calls).1 - lost_before;
        let forwarded = (after.forwarded - before.forwarded) as f64;
        let per_cpu_s = forwarded / (after.cpu - before.cpu).as_secs_f64().max(0.01);
        let allocations = (after.allocations - before.allocations) as f64 / forwarded.max(1.0);
        let memory_kib = (after.memory_kib - idle.memory_kib) / visits as u64;
        let rate = forwarded / arguments.seconds as f64;
        println!("{visits:6}  {rate:11.0}  {per_cpu_s:14.0}  {allocations:20.2}  {memory_kib:11}  {lost}");
        figures = Some((per_cpu_s, allocations, memory_kib));
        drop(calls);
        relay.child.kill().await?;
    }
    let (per_cpu_s, allocations, memory_kib) = figures.context("at least one step")?;
    println!("figure: sfu_packets_per_cpu_s {per_cpu_s:.0} count");
    println!("figure: media_allocs_per_packet {allocations:.2} count");
    println!("figure: sfu_memory_per_visit_kib {memory_kib} KiB");
    Ok(())
}
