//! A store in this process, as a node opens it.

use crate::generate::Resource;
use crate::load::alone;
use crate::reconcile::work::Work;
use crate::served::bytes_of;
use anyhow::{Context, Result, ensure};
use holdfast_clinical::FhirRules;
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::backup::DATABASE_FILE;
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::FileSidecar;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::writer::Writer;
use holdfast_store::{Place, Records, Surroundings};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a node is called whose clinic nobody has named.
pub(super) const CLINIC: &str = "clinic";
/// Saves in one transaction while records are prepared.
const BATCH: usize = 1000;
/// A hundred thousand resources on a busy machine.
const INDEX_LIMIT: Duration = Duration::from_secs(1800);
/// Reads through the store.
const READS: u64 = 20_000;

/// A store on disk.
pub(super) struct Local {
    db: Arc<Sqlite>,
    writer: Writer,
}

impl Local {
    /// Opens or makes the records of a node's data folder.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.with_context(|| format!("cannot make {}", folder.display()))?;
        let db = Arc::new(Sqlite::open(&folder.join(DATABASE_FILE), SqliteOptions::default())?);
        let identity = Identity::beside(Arc::new(FileSidecar::open(folder)?));
        let place = Place { clinic: CLINIC.to_owned(), schema: 1 };
        let records =
            Records::open(db.clone(), Arc::new(FhirRules), identity, place, Surroundings::default())?;
        Ok(Self { db, writer: Writer::start(Arc::new(records))? })
    }

    /// Saves in one durable commit.
    pub(super) fn commit(&self, resources: &[Resource]) -> Result<()> {
        self.writer.records().write(|tx| {
            for resource in resources {
                let entity = Entity::new(resource.resource_type, resource.id.as_str());
                tx.put(&entity, &resource.json, &Base::Blind, "Practitioner/1")?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Makes the index rows that large saves left for later.
    pub(super) fn index(&self) -> Result<Duration> {
        let since = Instant::now();
        alone(async { Ok(self.writer.catch_up_index(INDEX_LIMIT).await?) })?;
        ensure!(!self.writer.records().read(|view| view.is_index_behind())?, "the index stays behind");
        Ok(since.elapsed())
    }

    /// Reads patients by their ids; the mean in microseconds.
    fn read(&self, ids: &[String]) -> Result<f64> {
        let since = Instant::now();
        for id in ids {
            self.writer.records().read(|view| view.read(&Entity::new("Patient", id.as_str())))?;
        }
        Ok(since.elapsed().as_secs_f64() * 1e6 / ids.len().max(1) as f64)
    }
}

/// What a data folder was filled with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Held {
    /// Resources.
    pub records: u64,
    /// On disk for each, log and index included.
    pub bytes_each: f64,
    /// A read through the store in this process, in microseconds.
    pub store_read_us: f64,
}

/// Fills a node's data folder with every patient, and with these records beside them, indexed.
pub(crate) fn fill(folder: &Path, work: Work, beside: &[Resource]) -> Result<Held> {
    let local = Local::open(folder)?;
    let mut patients = work.patients().peekable();
    while patients.peek().is_some() {
        let batch: Vec<Resource> = patients.by_ref().take(BATCH).collect();
        local.commit(&batch)?;
    }
    for batch in beside.chunks(BATCH) {
        local.commit(batch)?;
    }
    local.index()?;
    let (records, _) = local.writer.records().read(|view| view.counts())?;
    let wanted = work.patient_count() + beside.len() as u64;
    ensure!(records == wanted, "{records} of {wanted} records are held");
    let store_read_us = local.read(&some_ids(work, READS))?;
    local.db.checkpoint()?;
    drop(local);
    let bytes = bytes_of(folder, &[DATABASE_FILE])?;
    Ok(Held { records, bytes_each: bytes as f64 / records as f64, store_read_us })
}

/// The ids of so many patients, spread over all of them in an order that no cache likes.
pub(super) fn some_ids(work: Work, n: u64) -> Vec<String> {
    spread(work, n).filter_map(|i| work.chart(i, 0).pop()).map(|patient| patient.id).collect()
}

/// So many numbers of patients. The step has no divisor in common with any round number of patients.
pub(super) fn spread(work: Work, n: u64) -> impl Iterator<Item = u64> {
    (0..n.min(work.patient_count())).map(move |i| i * 7_919 % work.patient_count())
}
