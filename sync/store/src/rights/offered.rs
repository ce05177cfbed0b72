//! What this database was granted and may still sell, for whoever offers times: so that only that is looked at.

use std::collections::BTreeMap;

use holdfast_core::rights::span::{Span, Spans};
use holdfast_core::rights::{Act, SKEW_BOUND_MS, counted, rows};

use super::known::{ledger, may_sell, records_in, taken_spans};
use crate::error::Result;
use crate::records::Records;

impl Records {
    /// What of a clinic's time was granted to this incarnation and would be confirmed now, by resource, within a window: owned, still
    /// sold, not taken. Places of sessions are left out.
    ///
    /// # Errors
    /// The database. Cost: the clinic's grants that lie ahead, and what names the granted stretches of the window.
    pub fn offered(&self, clinic: &str, window: Span) -> Result<BTreeMap<String, Spans>> {
        let sure_ms = self.now_ms().saturating_sub(SKEW_BOUND_MS);
        let minute = i64::try_from(sure_ms / 60_000).unwrap_or(i64::MAX);
        self.read(|view| {
            let mut granted: BTreeMap<String, Vec<Span>> = BTreeMap::new();
            for record in records_in(view.sql, &rows::grants_after(clinic, minute))? {
                let Act::Grant { taker, sell_until_ms, pieces, .. } = record.act else { continue };
                if taker != self.actor() || sell_until_ms <= self.highest_ms() {
                    continue;
                }
                for piece in pieces.into_iter().filter(|piece| !counted::is_pool(&piece.resource)) {
                    let spans = piece.spans.into_iter().map(|span| span.common(window));
                    granted.entry(piece.resource).or_default().extend(spans);
                }
            }
            let mut out = BTreeMap::new();
            for (resource, spans) in granted {
                let mut ours = Vec::new();
                for span in Spans::new(spans).iter() {
                    let ledger = ledger(view.sql, self, clinic, [(resource.as_str(), span)])?;
                    let mut owned = Vec::new();
                    for (part, _) in ledger.owners(&resource, span) {
                        if may_sell(view.sql, self, &ledger, (&resource, part))?.is_ok() {
                            owned.push(part);
                        }
                    }
                    ours.extend(Spans::new(owned).minus(&taken_spans(view.sql, &resource, span)?).iter());
                }
                let ours = Spans::new(ours);
                if !ours.is_empty() {
                    out.insert(resource, ours);
                }
            }
            Ok(out)
        })
    }
}
