//! How many visits are expected at once, for `/metrics`: what the relay and the waiting room must hold.

use std::collections::BTreeSet;

use holdfast_clinical::scheduling::demand::{AtOnce, Forecast, History, at_once, forecast};
use holdfast_clinical::scheduling::span::{Minute, Span};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use jiff::ToSpan;
use jiff::civil::Date;

use super::demand::BACK_WEEKS;
use super::exceptions::exceptions;
use super::types;
use crate::error::ApiError;
use crate::refusal::own_read;
use crate::state::ApiState;

/// Days that are told: the one that it is, and the next, so that a whole day lies ahead at any time.
const AHEAD_DAYS: usize = 2;

/// What is expected of today and tomorrow, as it was known when it was worked out.
#[derive(Clone, Debug)]
pub struct ExpectedVisits {
    history: History,
    told: Forecast,
    remote: BTreeSet<String>,
    today: Date,
    zone: Zone,
}

impl ExpectedVisits {
    /// Who is expected at once at that time, held by video or telephone or not; `None` on another day than it was worked out for.
    pub fn at(&self, now_ms: u64, is_remote: bool) -> Option<AtOnce> {
        let local = self.zone.local(minute_of_ms(now_ms));
        let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
        (local.date() == self.today).then(|| {
            at_once(&self.history, &self.told, minute, |kind| self.remote.contains(kind) == is_remote)
        })
    }

    /// Whether anybody at all came in the past that is known.
    pub fn is_known(&self) -> bool {
        !self.told.kinds.is_empty()
    }
}

/// Works out what is expected, of the appointments of the last weeks and the holidays of the next days.
///
/// # Errors
/// The store. Cost: as a look at the demand.
pub async fn expected_visits(state: &ApiState) -> Result<ExpectedVisits, ApiError> {
    let records = state.writer().records().clone();
    let (zone, kept) = (state.parts().time_zone.clone(), state.schedule().clone());
    own_read(state, move |view| {
        let today = zone.local(minute_of_ms(records.now_ms())).date();
        let first = today.saturating_sub((BACK_WEEKS * 7).days());
        let midnight = |date: Date| -> Minute { zone.day(date).from };
        let window = Span::new(midnight(first), midnight(today));
        let last = today.saturating_add((AHEAD_DAYS as i64).days());
        let breaks = exceptions(view, Span::new(window.from, midnight(last)))?;
        let roster = kept.roster(view, records.clinic())?;
        let closed: BTreeSet<Date> =
            roster.closed(&breaks).iter().map(|span| zone.local(span.from).date()).collect();
        let past = kept.past(view, window)?;
        let visits = past.parts.iter().flat_map(|part| part.iter()).map(|one| &one.visit);
        let history = History::gather(visits, &zone, first, today, &closed);
        let told = forecast(&history, AHEAD_DAYS, &closed);
        let remote = types::all(view)?.into_iter().filter(|kind| kind.is_remote).map(|kind| kind.id);
        Ok(ExpectedVisits { history, told, remote: remote.collect(), today, zone: zone.clone() })
    })
    .await
}
