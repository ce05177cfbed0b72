//! `GET /api/book/clinic/{clinic}/free`: the times that this server may sell; while it has none, those that can be asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use holdfast_clinical::scheduling::fhir::{AppointmentType, ClinicRecord};
use holdfast_clinical::scheduling::find::{Ask, Free as FreeTime, Offer, Resource, find};
use holdfast_clinical::scheduling::span::{DAY_MIN, Minute, Span, Spans};
use holdfast_clinical::scheduling::zone::minute_of_ms;
use holdfast_store::view::View;

use super::clinic::{bookable, clinic};
use super::error::BookError;
use super::parts::{BookParts, parts};
use super::shown::{Free, SlotShown};
use super::slot::Slot;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::refusal::own_read;
use crate::schedule::ScheduleError;
use crate::schedule::busy::taken_of;
use crate::schedule::exceptions::exceptions;
use crate::schedule::query::Query;
use crate::schedule::roster::{Roster, all_around};
use crate::state::ApiState;

/// Minutes before a time at which it is no longer offered: somebody has to get there.
pub(super) const LEAD_MIN: i64 = 30;
/// How far ahead patients book.
const AHEAD_MIN: i64 = 90 * DAY_MIN;
/// Times of a page.
const PAGE: usize = 20;
/// How many other times a refusal names.
const ALTERNATIVES: usize = 3;
/// Days that are looked at in one go at first, and at most.
const FIRST_DAYS: i64 = 1;
const MOST_DAYS_AT_ONCE: i64 = 14;

/// Whose times are looked for.
#[derive(Clone, Debug)]
pub(super) enum Times {
    /// Those that this server may sell, by resource.
    Own(Arc<BTreeMap<String, Spans>>),
    /// Those that nobody has: they can be asked for.
    Asked,
}

impl Times {
    fn is_request(&self) -> bool {
        matches!(self, Self::Asked)
    }
}

/// What is looked for, and where.
#[derive(Clone)]
pub(super) struct Search {
    pub(super) parts: Arc<BookParts>,
    pub(super) clinic: ClinicRecord,
    pub(super) kind: AppointmentType,
    pub(super) roster: Arc<Roster>,
}

/// Answers free times, the earliest first.
pub(crate) async fn free(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let ours = parts(&state)?;
    let clinic = clinic(&state, name).await?;
    let query = Query::read(query, &["type", "from", "cursor"])?;
    let (kind, from) = (query.text("type").unwrap_or_default().to_owned(), query.minute("from")?);
    let now = minute_of_ms(state.writer().records().now_ms());
    let reach = Span::new(from.unwrap_or(now).max(now + LEAD_MIN), now + AHEAD_MIN);
    let cursor = query.text("cursor").map(cursor).transpose()?;
    let search = own_read(&state, move |view| {
        let roster = ours.roster(view, &clinic.clinic)?;
        let kind = bookable(view, &kind, &roster)?;
        Ok(Search { parts: ours.clone(), clinic: clinic.clone(), kind, roster })
    });
    let search = search.await?;
    let begins = |at: Minute| Span::new(at.clamp(reach.from, reach.to), reach.to);
    let page = match cursor {
        Some((true, at)) => of(&state, &search, Times::Asked, begins(at)).await?,
        Some((false, at)) => {
            let times = own(&state, &search, begins(at)).await?;
            of(&state, &search, times, begins(at)).await?
        }
        None => {
            let times = own(&state, &search, reach).await?;
            let page = of(&state, &search, times, reach).await?;
            if page.slots.is_empty() { of(&state, &search, Times::Asked, reach).await? } else { page }
        }
    };
    Ok(json(&page))
}

/// Whether a page goes on with what can be asked for, and from when.
fn cursor(text: &str) -> Result<(bool, Minute), RequestError> {
    let (is_request, minute) = match text.strip_prefix('r') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('o').unwrap_or_default()),
    };
    let minute: Option<Minute> = minute.parse().ok().filter(|minute| (0..=120_000_000).contains(minute));
    Ok((is_request, minute.ok_or(RequestError::BadCursor)?))
}

/// What this server may sell.
async fn own(state: &ApiState, search: &Search, window: Span) -> Result<Times, ApiError> {
    let (name, window) = (search.clinic.clinic.clone(), taken_in(&search.kind, window));
    let offered = state.writer().call(move |records| records.offered(&name, window)).await?;
    Ok(Times::Own(Arc::new(offered)))
}

/// The first page of a window.
async fn of(state: &ApiState, search: &Search, times: Times, window: Span) -> Result<Free, ApiError> {
    let search = search.clone();
    let from = match &times {
        Times::Own(offered) => {
            let first = offered.values().filter_map(|spans| spans.iter().next()).map(|span| span.from).min();
            let Some(first) = first else {
                return Ok(Free { slots: Vec::new(), next: None, request: false });
            };
            window.from.max(first)
        }
        Times::Asked => window.from,
    };
    own_read(state, move |view| {
        let (offers, next) = search.look(view, &times, Span::new(from, window.to), PAGE)?;
        let mark = if times.is_request() { 'r' } else { 'o' };
        let next = next.map(|next| format!("{mark}{next}"));
        let slots = offers.iter().map(|offer| search.slot(offer)).collect();
        Ok(Free { slots, next, request: times.is_request() })
    })
    .await
}

/// What may have to be known of the time around a window in which appointments begin.
fn taken_in(kind: &AppointmentType, window: Span) -> Span {
    Span::new(window.from, window.to + kind.duration_min).widened(kind.before_min, kind.after_min)
}

impl Search {
    /// Offers of a window, and where the next begin.
    fn look(
        &self,
        view: &mut View<'_>,
        times: &Times,
        window: Span,
        most: usize,
    ) -> Result<(Vec<Offer>, Option<Minute>), ApiError> {
        let (mut offers, mut from, mut days) = (Vec::new(), window.from, FIRST_DAYS);
        while from < window.to && offers.len() < most {
            let block = Span::new(from, window.to.min(from + days * DAY_MIN));
            let ask = Ask { page: most - offers.len(), ..self.kind.ask(block) };
            let found = self.look_at(view, times, &ask)?;
            offers.extend(found.0);
            if let Some(next) = found.1 {
                return Ok((offers, Some(next)));
            }
            (from, days) = (block.to, (days * 2).min(MOST_DAYS_AT_ONCE));
        }
        Ok((offers, (from < window.to).then_some(from)))
    }

    fn look_at(
        &self,
        view: &mut View<'_>,
        times: &Times,
        ask: &Ask,
    ) -> Result<(Vec<Offer>, Option<Minute>), ApiError> {
        let (window, zone) = (taken_in(&self.kind, ask.window), &self.clinic.zone);
        let exceptions = exceptions(view, window)?;
        let mut time: BTreeMap<&str, (Spans, Spans)> = BTreeMap::new();
        for key in self.roster.members.iter().map(|one| one.resource.key.as_str()) {
            match times {
                Times::Own(offered) => {
                    time.extend(offered.get(key).map(|owned| (key, (Spans::default(), owned.clone()))));
                }
                Times::Asked => {
                    time.insert(key, (taken_of(view, key, window)?, all_around(window)));
                }
            }
        }
        let free = self.roster.free_of(&exceptions, zone, window, |key| time.get(key).cloned());
        let free = free.map_err(ScheduleError::from)?;
        let free: Vec<(&Resource, &FreeTime)> = free.iter().map(|(one, free)| (*one, free)).collect();
        let found = find(ask, &free, zone).map_err(ScheduleError::from)?;
        Ok((found.offers, found.next))
    }

    fn slot(&self, offer: &Offer) -> SlotShown {
        let zone = &self.clinic.zone;
        let resources: Vec<String> = offer.chosen.iter().map(|chosen| chosen.key.clone()).collect();
        let seen_by = resources.iter().find(|key| key.starts_with("Practitioner/"));
        let with = seen_by.and_then(|key| self.roster.find(key)).map(|one| one.name.clone());
        let slot = Slot {
            clinic: self.clinic.clinic.clone(),
            kind: self.kind.id.clone(),
            start: offer.span.from,
            minutes: offer.span.length_min(),
            resources,
        };
        SlotShown {
            start: zone.instant(offer.span.from),
            end: zone.instant(offer.span.to),
            slot: slot.text(&self.parts.key),
            with,
        }
    }

    /// What this server may sell near a time that was refused, the nearest first; nothing more is said if that fails.
    pub(super) async fn instead(&self, state: &ApiState, at: Minute) -> Vec<SlotShown> {
        let now = minute_of_ms(state.writer().records().now_ms());
        let zone = &self.clinic.zone;
        let day = zone.day(zone.local(at).date());
        let window = Span::new(day.from.max(now + LEAD_MIN), day.to.max(day.from + 1));
        let Ok(times) = own(state, self, window).await else { return Vec::new() };
        let search = self.clone();
        let found = own_read(state, move |view| search.look(view, &times, window, 5 * PAGE));
        let mut offers = found.await.map(|(offers, _)| offers).unwrap_or_default();
        offers.sort_by_key(|offer| (offer.span.from - at).abs());
        offers.truncate(ALTERNATIVES);
        offers.iter().map(|offer| self.slot(offer)).collect()
    }

    /// The refusal of a time that is not free any more.
    pub(super) async fn taken(&self, state: &ApiState, at: Minute) -> ApiError {
        BookError::SlotTaken { instead: self.instead(state, at).await }.into()
    }
}
