//! How soon an urgent op is seen at the hub while a whole backlog waits on a thin link.

use super::work::{Work, by_turns};
use super::{Hub, Replica};
use crate::generate::Resource;
use crate::proxy::{Proxy, Settings};
use anyhow::{Context, Result, ensure};
use holdfast_link::driver::LinkPhase;
use holdfast_link::transport::Endpoint;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};

/// The thin link: 256 kbit/s each way, 40 ms round trip.
const RATE_BPS: u64 = 256_000;
const DELAY_MS: u64 = 20;
/// How often the hub is asked.
const LOOK: Duration = Duration::from_millis(5);
/// An urgent op that is not there after this is an error.
const SEEN_LIMIT: Duration = Duration::from_secs(60);
/// Bulk that has gone before the second urgent op is written: enough to fill every buffer on the way.
const UNDER_WAY_BYTES: u64 = 200_000;

/// When urgent ops were seen at the hub, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Written during the outage; counted from the end of the outage, handshake included.
    pub after_outage_ms: f64,
    /// Written while the backlog is on its way; counted from its commit.
    pub amid_backlog_ms: f64,
    /// Ops that still waited when the second one was seen.
    pub still_waiting: u64,
}

/// Queues `backlog` changes, and writes an allergy before and one amid their journey.
///
/// # Errors
/// An urgent op is not seen within a minute, or the backlog was gone before it, which would measure nothing.
pub async fn measure(hub: &Hub, replica: &Replica, work: Work, backlog: u64, from: u64) -> Result<Seen> {
    let half = backlog / 2;
    replica.save(by_turns(work.edits(2, half), work.vitals(from, half)))?;
    let (before, amid) = (allergy(work, 1)?, allergy(work, 2)?);
    replica.save([before.clone()])?;
    let target = lookup_host(hub.sync.authority()).await?.next().context("the hub's address is none")?;
    let thin = Proxy::start(target, Settings::thin(RATE_BPS, DELAY_MS)).await?;
    let through = Endpoint::parse(&format!("https://{}", thin.address()))?;

    let started = Instant::now();
    let link = replica.connect_through(through);
    wait_seen(hub, &before).await?;
    let after_outage_ms = started.elapsed().as_secs_f64() * 1e3;

    let under_way = thin.bytes().up + UNDER_WAY_BYTES;
    let until = Instant::now() + SEEN_LIMIT;
    while thin.bytes().up < under_way {
        ensure!(Instant::now() < until, "the backlog does not move: {:?}", link.state());
        tokio::time::sleep(LOOK).await;
    }
    let started = Instant::now();
    replica.save([amid.clone()])?;
    wait_seen(hub, &amid).await?;
    let amid_backlog_ms = started.elapsed().as_secs_f64() * 1e3;
    let state = link.state();
    ensure!(state.phase == LinkPhase::Connected && !state.settled, "the backlog was gone: {state:?}");
    let still_waiting = replica.records().continuity()?.lanes.iter().map(|lane| lane.unsent).sum();
    Ok(Seen { after_outage_ms, amid_backlog_ms, still_waiting })
}

/// An allergy of one of the clinic's patients.
fn allergy(work: Work, which: u64) -> Result<Resource> {
    let patient = work.patients().next().context("there are no patients")?;
    let id = format!("0a11e26f-0000-4000-8000-{which:012}");
    let json = format!(
        "{{\"resourceType\":\"AllergyIntolerance\",\"id\":\"{id}\",\"criticality\":\"high\",\
         \"code\":{{\"text\":\"Penicillin\"}},\"patient\":{{\"reference\":\"Patient/{}\"}}}}",
        patient.id
    );
    Ok(Resource { resource_type: "AllergyIntolerance", id, json })
}

/// Asks the hub's API until it has this resource.
async fn wait_seen(hub: &Hub, resource: &Resource) -> Result<()> {
    let token = hub.token()?;
    let host = hub.url.trim_start_matches("http://");
    let request = format!(
        "GET /fhir/{} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n",
        resource.reference()
    );
    let until = Instant::now() + SEEN_LIMIT;
    loop {
        let mut stream = TcpStream::connect(host).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        if answer.starts_with("HTTP/1.1 200") {
            return Ok(());
        }
        ensure!(answer.starts_with("HTTP/1.1 404"), "the hub answers: {answer}");
        ensure!(Instant::now() < until, "{} is not at the hub after a minute", resource.reference());
        tokio::time::sleep(LOOK).await;
    }
}
