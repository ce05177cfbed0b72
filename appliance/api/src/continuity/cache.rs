//! One report for all who ask at the same time: a hundred watching pages cost what one costs.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::report::{Counts, Report};
use crate::error::ApiError;
use crate::request::limits::{CONTINUITY_FRESH, COUNTS_FRESH};
use crate::state::ApiState;

/// The latest report, and the latest count, each with its age.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    text: Option<(Instant, Arc<str>)>,
    records: Option<(Instant, u64)>,
}

impl Cache {
    /// The report as JSON, at most [`CONTINUITY_FRESH`] old. Callers wait for one another, not each for the store.
    ///
    /// # Errors
    /// The store.
    pub(crate) async fn text(&self, state: &ApiState) -> Result<Arc<str>, ApiError> {
        let mut kept = self.0.lock().await;
        if let Some((at, text)) = &kept.text
            && at.elapsed() < CONTINUITY_FRESH
        {
            return Ok(text.clone());
        }
        let text = kept.make(state).await?;
        kept.text = Some((Instant::now(), text.clone()));
        Ok(text)
    }
}

impl Kept {
    async fn make(&mut self, state: &ApiState) -> Result<Arc<str>, ApiError> {
        let known = self.records.filter(|(at, _)| at.elapsed() < COUNTS_FRESH).map(|(_, records)| records);
        let writer = state.writer();
        let (own, counts) = writer
            .call(move |records| {
                // Before the view: what it counts is in there.
                let changes = records.changes();
                let counts = records.read(|view| count(view, known))?;
                let counts = Counts { changes, ..counts };
                Ok((records.continuity()?, counts))
            })
            .await?;
        if known.is_none() {
            self.records = Some((Instant::now(), counts.records));
        }
        let records = writer.records();
        let (link, damage) = (state.parts().link.report(), (state.parts().damage)());
        let report = Report::of(records.now_ms(), records.clinic(), &own, link, counts, damage);
        let text = serde_json::to_string(&report).unwrap_or_default();
        Ok(text.into())
    }
}

/// Counting records walks an index over all of them; conflicts have a small one of their own.
fn count(
    view: &mut holdfast_store::view::View<'_>,
    records: Option<u64>,
) -> Result<Counts, holdfast_store::StoreError> {
    match records {
        None => view.counts().map(|(records, conflicts)| Counts { changes: 0, records, conflicts }),
        Some(records) => {
            let (open, next) = view.conflicted(0, MAX_COUNTED)?;
            let conflicts = open.len() as u64 + u64::from(next.is_some());
            Ok(Counts { changes: 0, records, conflicts })
        }
    }
}

/// Conflicts counted between two full counts; more than a screen ever shows.
const MAX_COUNTED: u32 = 1_000;
