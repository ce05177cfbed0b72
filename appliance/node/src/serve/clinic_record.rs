//! The record in which the clinic says what it is called and by whose clock it works: head office books by it. Written at a start, if it
//! says something new.

use std::time::Duration;

use holdfast_clinical::scheduling::fhir::ClinicRecord;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::author::Base;
use holdfast_store::writer::Writer;
use tokio::sync::watch;

use super::shutdown;
use crate::config::ClinicConfig;

/// Who writes it, as it stands in histories.
const AUTHOR: &str = "node";
/// Until it is tried again, after the store has failed.
const AGAIN: Duration = Duration::from_secs(60);

/// Writes the record, and ends. Does nothing for a clinic that has no title.
pub(super) async fn run(config: ClinicConfig, writer: Writer, mut stop: watch::Receiver<bool>) {
    let Some(record) = record(config, writer.records().clinic()) else { return };
    loop {
        match write(&writer, &record).await {
            Ok(true) => return tracing::info!("the clinic's own record is written"),
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the clinic's own record is not written yet");
            }
        }
        if !shutdown::sleep(&mut stop, AGAIN).await {
            return;
        }
    }
}

fn record(config: ClinicConfig, clinic: &str) -> Option<ClinicRecord> {
    let ClinicConfig { title, phone, time_zone } = config;
    Some(ClinicRecord { clinic: clinic.to_owned(), name: title?, phone, zone: time_zone })
}

/// Whether it said something new.
async fn write(writer: &Writer, record: &ClinicRecord) -> Result<bool, StoreError> {
    let entity = Entity::new("Organization", ClinicRecord::id(&record.clinic));
    let text = record.resource().to_string();
    writer.write(move |tx| Ok(tx.put(&entity, &text, &Base::Blind, AUTHOR)?.changed)).await
}
