//! Who waits, as an `Appointment` with the status `waitlist`.

use serde_json::{Value, json};

use super::cannot::Cannot;
use crate::scheduling::booking::kind_of;
use crate::scheduling::fhir::read::{needed, span};
use crate::scheduling::fhir::{ReadError, extension};
use crate::scheduling::span::{Minute, Span, Spans};
use crate::scheduling::zone::{Zone, minute_of_instant};

const KIND: &str = "Appointment";

/// A time that was offered to somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offered {
    /// The time.
    pub span: Span,
    /// What its resources are kept for: the time with its buffers.
    pub taken: Span,
    /// Until when they may take it.
    pub until: Minute,
}

/// Somebody who waits for a time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiter {
    /// The record's id.
    pub id: String,
    /// The id of the appointment's type.
    pub kind: Option<String>,
    /// 1 to 9, 1 the most urgent; none: after those.
    pub priority: Option<u8>,
    /// Since when.
    pub since: Minute,
    /// When it could be.
    pub wanted: Spans,
    /// When it can never be.
    pub cannot: Cannot,
    /// What was offered so far, in order.
    pub offered: Vec<Offered>,
}

impl Waiter {
    /// Reads who waits; `None` if the appointment is not of the waitlist. Who names no time can always come.
    ///
    /// # Errors
    /// [`ReadError`] if an element cannot be read.
    pub fn read(appointment: &Value) -> Result<Option<Self>, ReadError> {
        if appointment.get("status").and_then(Value::as_str) != Some("waitlist") {
            return Ok(None);
        }
        let periods = appointment.get("requestedPeriod").and_then(Value::as_array);
        let wanted: Spans = periods
            .into_iter()
            .flatten()
            .map(|one| span(one, KIND))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .collect();
        let ever = || Spans::new([Span::new(0, i64::MAX)]);
        let priority = appointment.get("priority").and_then(Value::as_u64).and_then(|n| u8::try_from(n).ok());
        let since = appointment.get("created").and_then(Value::as_str).and_then(minute_of_instant);
        Ok(Some(Self {
            id: needed(appointment, KIND, "id")?.to_owned(),
            kind: kind_of(appointment),
            priority: priority.filter(|priority| (1..=9).contains(priority)),
            since: since.unwrap_or(i64::MAX),
            wanted: if wanted.is_empty() { ever() } else { wanted },
            cannot: Cannot::read(appointment),
            offered: extension::all(appointment, extension::OFFER).filter_map(Self::offer).collect(),
        }))
    }

    /// `Appointment.extension` with one more offer.
    pub fn with_offer(appointment: &Value, offer: Offered, zone: &Zone) -> Vec<Value> {
        let list = appointment.get("extension").and_then(Value::as_array);
        let period = json!({ "start": zone.instant(offer.span.from), "end": zone.instant(offer.span.to) });
        let taken = json!({ "start": zone.instant(offer.taken.from), "end": zone.instant(offer.taken.to) });
        let parts = vec![
            extension::one("period", "valuePeriod", period),
            extension::one("taken", "valuePeriod", taken),
            extension::one("until", "valueInstant", zone.instant(offer.until)),
        ];
        list.into_iter().flatten().cloned().chain([extension::parts(extension::OFFER, parts)]).collect()
    }

    /// Reads one offer off its extension; one that cannot be read was made by nobody.
    pub fn offer(of: &Value) -> Option<Offered> {
        let period = |name| span(extension::find(of, name)?.get("valuePeriod")?, KIND).ok();
        let until = minute_of_instant(extension::text(of, "until", "valueInstant")?)?;
        let span = period("period")?;
        // Offers that were made before buffers were noted have the time alone.
        Some(Offered { span, taken: period("taken").unwrap_or(span), until })
    }

    /// Their place in the line; the least is the next.
    pub(super) fn place(&self) -> (u8, Minute, &str) {
        (self.priority.unwrap_or(10), self.since, &self.id)
    }
}
