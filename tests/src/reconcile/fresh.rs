//! A fresh node takes its clinic over from the hub.

use super::work::{Work, write_ndjson};
use super::{Hub, Replica, replica, scopes};
use crate::generate::Resource;
use crate::pouchdb;
use anyhow::{Result, ensure};
use holdfast_core::hlc::Hlc;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use std::path::Path;
use std::time::{Duration, Instant};

/// Every so many patients one comes today.
const ONE_IN: u64 = 500;
/// How often a chart is looked for.
const LOOK: Duration = Duration::from_millis(10);
/// A chart that is not there after this is an error.
const CHART_LIMIT: Duration = Duration::from_secs(120);

/// What the fresh node took.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// Resources.
    pub docs: u64,
    /// Until all of them were there, in milliseconds.
    pub ms: f64,
    /// Until the whole chart of a patient who is due today could be read, in milliseconds.
    pub first_chart_ms: f64,
    /// Bytes both ways.
    pub bytes: u64,
}

/// `old` writes every chart and sends it; then `new`, which has nothing, takes it all.
///
/// # Errors
/// Something does not arrive.
pub async fn ours(hub: &Hub, old: &Replica, new: &Replica, work: Work, each: usize) -> Result<Taken> {
    let docs = fill(old, work, each).await?;
    // The old node was there long before the fresh one.
    hub.indexed().await?;
    let today = first_due(work, each);
    let started = Instant::now();
    let link = new.connect();
    let first = wait_chart(new, &today);
    let (first_chart_ms, state) = tokio::try_join!(first, replica::settled(&link))?;
    let ms = started.elapsed().as_secs_f64() * 1e3;
    let held: u64 = new.records().read(|view| view.counts())?.0;
    ensure!(held == docs, "the fresh node has {held} resources of {docs}");
    let bytes = state.traffic.bytes_in + state.traffic.bytes_out;
    // The receipt of the last page travels a moment after it.
    scopes::wait_noted(hub).await?;
    drop(link);
    Ok(Taken { docs, ms, first_chart_ms, bytes })
}

/// Writes every chart and today's appointments at the old node, sends them, and returns how many they are.
async fn fill(old: &Replica, work: Work, each: usize) -> Result<u64> {
    old.save(work.charts(each))?;
    old.save(appointments(work, &today()))?;
    old.session().await?;
    old.check_all_sent().await?;
    Ok(old.records().read(|view| view.counts())?.0)
}

fn today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let now_ms = u64::try_from(now.as_millis()).unwrap_or_default();
    holdfast_core::view::instant(Hlc::new(now_ms, 0))[..10].to_owned()
}

/// The numbers of the patients of today.
fn due(work: Work) -> impl Iterator<Item = u64> {
    (0..work.patient_count()).filter(move |i| i % ONE_IN == ONE_IN / 2 % work.patient_count())
}

fn first_due(work: Work, each: usize) -> Vec<Resource> {
    due(work).next().map(|i| work.chart(i, each)).unwrap_or_default()
}

fn appointments(work: Work, today: &str) -> Vec<Resource> {
    due(work)
        .filter_map(|i| {
            let patient = work.chart(i, 0).into_iter().next()?;
            let id = format!("0a550000{}", &patient.id[8..]);
            let json = format!(
                "{{\"resourceType\":\"Appointment\",\"id\":\"{id}\",\"status\":\"booked\",\
                 \"start\":\"{today}T09:30:00Z\",\"end\":\"{today}T09:45:00Z\",\"participant\":[{{\"actor\":\
                 {{\"reference\":\"Patient/{}\"}},\"status\":\"accepted\"}}]}}",
                patient.id
            );
            Some(Resource { resource_type: "Appointment", id, json })
        })
        .collect()
}

/// Milliseconds until every resource of a chart can be read.
async fn wait_chart(new: &Replica, chart: &[Resource]) -> Result<f64> {
    let started = Instant::now();
    let entities: Vec<Entity> = chart.iter().map(|r| Entity::new(r.resource_type, r.id.as_str())).collect();
    loop {
        let is_whole = new.records().read(|view| {
            for entity in &entities {
                match view.read(entity) {
                    Ok(_) => {}
                    Err(StoreError::NotFound(_)) => return Ok(false),
                    Err(error) => return Err(error),
                }
            }
            Ok(true)
        })?;
        if is_whole {
            return Ok(started.elapsed().as_secs_f64() * 1e3);
        }
        ensure!(started.elapsed() < CHART_LIMIT, "no chart of today's patients after two minutes");
        tokio::time::sleep(LOOK).await;
    }
}

/// The same documents from express-pouchdb to an empty PouchDB.
///
/// # Errors
/// As [`pouchdb::pull`].
pub fn peer(folder: &Path, work: Work, each: usize, batch_sizes: &[u32]) -> Result<pouchdb::Replication> {
    let docs = folder.join("docs.ndjson");
    let all = work.charts(each).chain(appointments(work, &today()));
    write_ndjson(&docs, all)?;
    let options = pouchdb::Options { batch_sizes: batch_sizes.to_vec(), ..pouchdb::Options::new(folder) };
    pouchdb::pull(&docs, &options)
}
