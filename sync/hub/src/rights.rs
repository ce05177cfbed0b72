//! The clinics' time at head office (decision 33): what was not sold goes back, and whoever follows a node that is gone is answered.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use holdfast_core::rights::{Piece, Refusal};
use holdfast_store::fleet::replicas;
use holdfast_store::sql::Database;
use holdfast_store::writer::Writer;
use holdfast_store::{Records, Result, StoreError};
use metrics::{counter, gauge};
use tokio::sync::watch;

/// Who stands as the author of records of rights: the program.
const AUTHOR: &str = "holdfast";

/// What one look has found and changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Looked {
    /// Clinics whose calendar has begun.
    calendars: u64,
    returned_min: i64,
    answered: usize,
    replaced: usize,
}

pub(crate) async fn run(
    db: Arc<dyn Database>,
    writer: Writer,
    every: Duration,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let db = db.clone();
        match writer.call(move |records| look(&*db, records)).await {
            Ok(looked) => show(&writer, looked),
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the clinics' time is not looked after")
            }
        }
        if tokio::time::timeout(every, stop.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}

fn look(db: &dyn Database, records: &Records) -> Result<Looked> {
    let clinics: BTreeSet<String> = replicas(db)?.into_iter().map(|replica| replica.clinic).collect();
    let gone = records.replacements_ordered()?;
    let mut looked = Looked::default();
    for clinic in clinics {
        if records.read(|view| records.calendar_in(view, &clinic))?.is_none() {
            continue;
        }
        looked.calendars += 1;
        let (returned, answered) = records.write(|tx| {
            for of in &gone {
                match tx.replace_self(&clinic, *of, AUTHOR) {
                    // This hub has become what it was again since the order was given.
                    Ok(()) | Err(StoreError::Booking(Refusal::IsHere { .. })) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok((tx.return_unsold(&clinic, false, AUTHOR)?, tx.answer_followers(&clinic, AUTHOR)?))
        })?;
        let pieces = returned.iter().flat_map(|record| record.act.pieces());
        looked.returned_min += pieces.map(|piece: &Piece| piece.set().total_min()).sum::<i64>();
        looked.answered += answered;
    }
    looked.replaced = gone.len();
    if !gone.is_empty() {
        records.write(|tx| gone.iter().try_for_each(|of| tx.replacement_done(*of)))?;
    }
    Ok(looked)
}

fn show(writer: &Writer, looked: Looked) {
    gauge!("booking_calendars").set(looked.calendars as f64);
    counter!("booking_returned_minutes_total").increment(looked.returned_min.unsigned_abs());
    if looked.returned_min > 0 {
        tracing::info!(returned_min = looked.returned_min, "time that was not sold goes back to its clinics");
    }
    if looked.answered > 0 || looked.replaced > 0 {
        let (answered, replaced) = (looked.answered, looked.replaced);
        tracing::info!(answered, replaced, "who follows a database that is gone was answered");
    }
    if looked.returned_min > 0 || looked.answered > 0 || looked.replaced > 0 {
        writer.announce();
    }
}
