//! Reads while the node reconciles with a real hub: a backlog that leaves, then one that arrives.

use super::Options;
use super::local::CLINIC;
use super::reads::reads;
use crate::load::{Measured, Until};
use crate::process::{Spec, run};
use crate::reconcile::work::Work;
use crate::reconcile::{Hub, Replica};
use crate::served::Served;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A command that ends by itself.
const STEP: Duration = Duration::from_secs(60);
/// The longest backlog, and how often it is looked whether it is through.
const BACKLOG_LIMIT: Duration = Duration::from_secs(600);
const LOOK: Duration = Duration::from_millis(100);

/// Reads while a backlog was under way.
#[derive(Debug, Clone, Default)]
pub struct Backlog {
    /// Ops of the backlog.
    pub ops: u64,
    /// The reads, from the node's start until the backlog was through.
    pub reads: Measured,
}

/// Both ways.
#[derive(Debug, Clone, Default)]
pub struct Reconciling {
    /// Everything that the node holds goes up.
    pub leaving: Backlog,
    /// What another replica of the clinic wrote comes down.
    pub arriving: Backlog,
    /// The most memory that the node has had meanwhile, in bytes.
    pub rss_peak: u64,
}

pub(super) fn measure(data: &Path, folder: &Path, work: Work, options: &Options) -> Result<Reconciling> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let hub = Hub::start(folder)?;
    let token = runtime.block_on(hub.enrol_token("node", CLINIC))?;
    let enrol = Spec::binary("holdfast-node", folder)?.named("enrol").args(["enrol", "--hub"]);
    let enrol = enrol
        .arg(format!("https://{}", hub.sync.authority()))
        .args(["--token", &token, "--data-dir"])
        .arg(data);
    run(&enrol, STEP).context("cannot enrol the node")?;

    let patients = work.patient_count();
    let (leaving, up) = beside(&hub, data, folder, work, options, || Ok(hub.logged()? >= patients))?;
    ensure!(leaving.answered > 0, "nothing was read while the backlog left");
    // It subscribes to what it holds and confirms it: until then nothing is marked for it.
    quiet(&hub)?;
    up.stop()?;

    let arriving = options.arriving;
    runtime.block_on(async {
        let tls = hub.enrol("desktop", CLINIC).await?;
        let other = Replica::create(&folder.join("other"), tls, &hub.sync)?;
        other.save(work.vitals(0, arriving))?;
        other.session().await?;
        other.check_all_sent().await
    })?;
    runtime.block_on(hub.indexed())?;
    let (come, down) = beside(&hub, data, folder, work, options, || Ok(hub.marks("node")? == 0))?;
    let newest = work.vitals(arriving - 1, 1).next().context("nothing was to arrive")?;
    let path = format!("/fhir/{}", newest.reference());
    let answer = down.target.ask(&down.target.get(&path))?;
    ensure!(answer.status == 200, "{path} has not arrived: {answer:?}");
    let rss_peak = down.usage()?.rss_peak_bytes;
    down.stop()?;
    let leaving = Backlog { ops: patients, reads: leaving };
    Ok(Reconciling { leaving, arriving: Backlog { ops: arriving, reads: come }, rss_peak })
}

/// Starts the node and reads from it until the backlog is through.
fn beside(
    hub: &Hub,
    data: &Path,
    folder: &Path,
    work: Work,
    options: &Options,
    is_through: impl Fn() -> Result<bool>,
) -> Result<(Measured, Served)> {
    ensure!(!is_through()?, "there is no backlog: {} marks", hub.marks("node")?);
    let paths = reads(work);
    let node = Served::node(folder, data)?;
    let over = Arc::new(AtomicBool::new(false));
    let until = Until::Set(over.clone());
    let measured = std::thread::scope(|scope| {
        let reading = scope.spawn(|| node.measure(&paths, options.connections, &until));
        let waited = wait(&is_through);
        over.store(true, Ordering::Relaxed);
        let measured = reading.join().map_err(|_| anyhow::anyhow!("the load stopped on a defect"))?;
        waited.and(measured)
    })?;
    Ok((measured, node))
}

fn wait(is_through: &impl Fn() -> Result<bool>) -> Result<()> {
    let until = Instant::now() + BACKLOG_LIMIT;
    while !is_through()? {
        ensure!(Instant::now() < until, "the backlog is not through after ten minutes");
        std::thread::sleep(LOOK);
    }
    Ok(())
}

/// Waits until the node has been told everything and the hub has indexed it.
fn quiet(hub: &Hub) -> Result<()> {
    wait(&|| Ok(hub.psql("select count(*) from unindexed")? == "0" && hub.marks("node")? == 0))
}
