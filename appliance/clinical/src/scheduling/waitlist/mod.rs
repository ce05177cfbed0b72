//! The waitlist: a time that became free is offered to who waits for one like it, one person at a time.
//!
//! The order is that of FHIR's priority (1 first, 9 last, then those without), then since when somebody waits, then the record's id, so
//! that every replica makes the same offer. Nobody is offered a time twice: who did not answer keeps their place for other times. Nobody
//! is offered a time at which they can never come, nor one that is under offer to somebody else, its buffers included.

mod cannot;
mod record;

use super::find::{Ask, Chosen, FindError, Free, Resource, find};
use super::span::{Minute, Span, Spans};
use super::zone::Zone;

pub use cannot::{Cannot, Half};
pub use record::{Offered, Waiter};

/// Minutes for which an offer stands, if the appointment is far enough away.
pub const OFFER_MIN: i64 = 120;

/// Minutes before an appointment at which an offer of it ends: who has been offered a time must still be able to come.
pub const LEAD_MIN: i64 = 60;

/// The most people who are looked at for one time.
pub const MAX_WAITERS: usize = 1_000;

/// An offer that is to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewOffer {
    /// The id of who waits: of the `Appointment` with the status `waitlist`.
    pub waiter: String,
    /// The appointment.
    pub span: Span,
    /// What its resources are taken for.
    pub taken: Span,
    /// Who and what is taken, a need each.
    pub chosen: Vec<Chosen>,
    /// Until when the offer stands; past it the time is offered to the next.
    pub until: Minute,
}

/// What is looked at to make offers.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Who waits, in any order.
    pub waiters: &'a [Waiter],
    /// Everything that may be taken, with its free time as it is now.
    pub resources: &'a [(&'a Resource, &'a Free)],
    /// The clinic's zone.
    pub zone: &'a Zone,
    /// Now.
    pub now: Minute,
}

/// Who is offered what of a time that became free, in the order of the line. Times under offer are not offered again.
///
/// `ask_of` says how somebody's appointment is searched for (their type, their wishes); its window is set here. Who has an offer that
/// stands gets no second one.
///
/// # Errors
/// [`FindError`] if a search is out of range.
pub fn offers(
    line: Line<'_>,
    freed: Span,
    ask_of: impl Fn(&Waiter) -> Option<Ask>,
) -> Result<Vec<NewOffer>, FindError> {
    let (resources, now) = (line.resources, line.now);
    let mut taken: Vec<Span> = standing(line.waiters, now).map(|offer| offer.taken).collect();
    let mut out = Vec::new();
    for waiter in in_order(line.waiters).into_iter().take(MAX_WAITERS) {
        if waiter.offered.iter().any(|offer| offer.until > now) {
            continue;
        }
        let Some(mut ask) = ask_of(waiter) else { continue };
        let found = first_fit(&mut ask, waiter, freed, &taken, resources, line.zone, now)?;
        let Some(offer) = found else { continue };
        taken.push(offer.taken);
        out.push(offer);
    }
    Ok(out)
}

fn first_fit(
    ask: &mut Ask,
    waiter: &Waiter,
    freed: Span,
    taken: &[Span],
    resources: &[(&Resource, &Free)],
    zone: &Zone,
    now: Minute,
) -> Result<Option<NewOffer>, FindError> {
    let earliest = Span::new(now.saturating_add(LEAD_MIN).saturating_add(1), i64::MAX);
    let freed = freed.common(earliest);
    let wanted = waiter.wanted.within(freed).intersect(&waiter.cannot.leaves(zone, freed));
    // What was offered to others, or to them before, is as good as taken. Offers are few, so whoever else is free then waits their turn.
    let gone: Spans = taken.iter().copied().chain(waiter.offered.iter().map(|offer| offer.span)).collect();
    ask.patient_busy = ask.patient_busy.union(&gone);
    (ask.page, ask.per_start) = (1, 1);
    for window in wanted.iter() {
        ask.window = Span::new(window.from, window.to.saturating_sub(ask.duration_min - 1));
        if ask.window.is_empty() {
            continue;
        }
        if let Some(offer) = find(ask, resources, zone)?.offers.into_iter().next() {
            let until = now.saturating_add(OFFER_MIN).min(offer.span.from - LEAD_MIN);
            let (span, taken, chosen) = (offer.span, offer.taken, offer.chosen);
            return Ok(Some(NewOffer { waiter: waiter.id.clone(), span, taken, chosen, until }));
        }
    }
    Ok(None)
}

/// The line, the next first.
pub fn in_order(waiters: &[Waiter]) -> Vec<&Waiter> {
    let mut line: Vec<&Waiter> = waiters.iter().collect();
    line.sort_by(|a, b| a.place().cmp(&b.place()));
    line
}

/// The offers that stand.
pub fn standing(waiters: &[Waiter], now: Minute) -> impl Iterator<Item = &Offered> {
    waiters.iter().flat_map(|waiter| &waiter.offered).filter(move |offer| offer.until > now)
}

#[cfg(test)]
mod tests;
