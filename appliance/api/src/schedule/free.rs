//! `GET /api/schedule/free`: when everything that an appointment takes is free at once.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::scheduling::fhir::{AppointmentType, Exception};
use holdfast_clinical::scheduling::find::{Answer, Ask, Free, Offer, Reason, Resource, find};
use holdfast_clinical::scheduling::span::{DAY_MIN, Minute, Span};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_instant, minute_of_ms};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_store::view::View;
use holdfast_store::{Records, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ScheduleError;
use super::ask::{Past, past, wish};
use super::book::Desk;
use super::busy::{Busy, Offered};
use super::day::must_look;
use super::exceptions::exceptions;
use super::group;
use super::kept::Kept;
use super::patient::expected;
use super::plan::{Named, Wanted, needs, next_of};
use super::query::Query;
use super::roster::{Roster, entity_of};
use super::waitlist::standing;
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::own_read;
use crate::request::listing::bad;
use crate::state::ApiState;

/// How many are offered if nobody says.
const USUAL: usize = 20;
const MOST: usize = 100;
/// How far ahead is looked if nobody says.
const USUAL_DAYS: i64 = 90;
const MOST_DAYS: i64 = 400;
/// Days that are looked at in one go at first, and at most: the earliest times are mostly near.
const FIRST_DAYS: i64 = 1;
const MOST_DAYS_AT_ONCE: i64 = 64;
/// How many other times a refusal names.
pub(super) const ALTERNATIVES: usize = 3;

/// A time at which all that is needed is free.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct FreeSlot {
    /// An instant.
    start: String,
    end: String,
    resources: Vec<String>,
    /// Codes: `soonest`, `continuity`, `language:fr`, `skill:diabetes`; `session` of a group's session that has a place left.
    because: Vec<String>,
}

/// A page of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct FreeSlots {
    slots: Vec<FreeSlot>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A time by its beginning and those who take part.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlotAsked {
    pub(super) start: String,
    pub(super) resources: Vec<String>,
}

impl FreeSlot {
    pub(super) fn of(offer: &Offer, zone: &Zone) -> Self {
        let mut because = Vec::new();
        for reason in offer.chosen.iter().flat_map(|chosen| &chosen.reasons) {
            let code = match reason {
                Reason::SeenBefore(_) => "continuity".to_owned(),
                Reason::Speaks(language) => format!("language:{language}"),
                Reason::Skilled(skill) => format!("skill:{skill}"),
                Reason::AskedFor | Reason::LeastBooked => continue,
            };
            if !because.contains(&code) {
                because.push(code);
            }
        }
        Self {
            start: zone.instant(offer.span.from),
            end: zone.instant(offer.span.to),
            resources: offer.chosen.iter().map(|chosen| chosen.key.clone()).collect(),
            because,
        }
    }
}

/// What is searched for.
#[derive(Clone, Debug)]
struct Search {
    kind: String,
    window: Span,
    with: Vec<String>,
    language: Option<String>,
    skills: Vec<String>,
    patient: Option<String>,
    limit: usize,
    is_first: bool,
    /// Whether it is for a place of a group's session.
    is_group: bool,
}

/// Answers free times, the earliest first.
pub(crate) async fn free(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    must_look(&caller)?;
    let now = minute_of_ms(state.writer().records().now_ms());
    let search = asked(query, now)?;
    let (zone, records) = (state.parts().time_zone.clone(), state.writer().records().clone());
    let (sight, kept) = (caller.sight.clone(), state.schedule().clone());
    let slots = own_read(&state, move |view| {
        let kind = super::types::offered(view, &search.kind)?;
        let search = Search { is_group: kind.capacity > 1, ..search.clone() };
        let past = match &search.patient {
            // Of whom the caller may not see, nothing bears on the answer.
            Some(id) => within(view, &sight, |view| past(view, id, now))?,
            None => Past::default(),
        };
        let roster = kept.roster(view, records.clinic())?;
        let looking = Looking { records: &records, kept: &kept, zone: &zone, offered: standing(view, now)? };
        find_in(view, &looking, &roster, &kind, &search, &past)
    });
    Ok(json(&slots.await?))
}

/// Runs `work` on what the caller may see alone, of a view that sees everything.
pub(super) fn within<T>(
    view: &mut View<'_>,
    sight: &std::sync::Arc<holdfast_core::sight::Sight>,
    work: impl FnOnce(&mut View<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    view.narrow(sight.clone());
    let done = work(view);
    view.narrow(std::sync::Arc::new(holdfast_core::sight::Sight::everything()));
    done
}

fn asked(query: Option<String>, now: Minute) -> Result<Search, ApiError> {
    let known = ["type", "from", "until", "with", "language", "skill", "patient", "limit", "cursor"];
    let query = Query::read(query, &known)?;
    let first = query.minute("from")?.unwrap_or(now).max(now);
    let last = query.minute("until")?.unwrap_or(first + USUAL_DAYS * DAY_MIN);
    let cursor = query.text("cursor");
    let from = match cursor {
        Some(text) => next_of(Some(text))
            .filter(|minute| (first..=last).contains(minute))
            .ok_or(crate::error::RequestError::BadCursor)?,
        None => first,
    };
    let limit = query.text("limit").map(|text| {
        let read = text.parse::<usize>().ok().filter(|limit| (1..=MOST).contains(limit));
        read.ok_or_else(|| bad("limit", text, "1 to 100"))
    });
    let patient = query.text("patient").map(ToOwned::to_owned);
    if let Some(id) = patient.as_ref().filter(|id| !is_id(id)) {
        return Err(bad("patient", id, "a patient's id").into());
    }
    Ok(Search {
        kind: query.text("type").unwrap_or_default().to_owned(),
        window: Span::new(from, last.min(first + MOST_DAYS * DAY_MIN)),
        with: query.all("with").map(ToOwned::to_owned).collect(),
        language: query.text("language").map(ToOwned::to_owned),
        skills: query.all("skill").map(ToOwned::to_owned).collect(),
        patient,
        limit: limit.transpose()?.unwrap_or(USUAL),
        is_first: cursor.is_none(),
        is_group: false,
    })
}

/// With what a search is made.
struct Looking<'l> {
    records: &'l Records,
    kept: &'l Kept,
    zone: &'l Zone,
    offered: Vec<Offered>,
}

fn find_in(
    view: &mut View<'_>,
    looking: &Looking<'_>,
    roster: &Roster,
    kind: &AppointmentType,
    search: &Search,
    past: &Past,
) -> Result<FreeSlots, ApiError> {
    let mut ask = Ask {
        needs: needs(kind, &search.with, roster, Named::Fit(&[]))?,
        patient_busy: past.busy.clone(),
        wish: wish(past, search.language.as_deref(), &search.skills),
        page: search.limit,
        ..kind.ask(search.window)
    };
    // Who meets no need bears on no answer.
    let roster = roster.who_meet(&ask.needs);
    let (mut slots, mut from, mut days) = (Vec::new(), search.window.from, FIRST_DAYS);
    while from < search.window.to {
        let block = Span::new(from, search.window.to.min(from + days * DAY_MIN));
        let offers = looking.look(view, &roster, &ask_in(&mut ask, block, search.limit - slots.len()))?;
        let new = offers.offers.iter().map(|offer| FreeSlot::of(offer, looking.zone));
        let until = offers.next.unwrap_or(block.to);
        slots.extend(with_sessions(
            view,
            looking.zone,
            &ask,
            search,
            Span::new(block.from, until),
            new.collect(),
        )?);
        let next = offers.next.or((slots.len() >= search.limit).then_some(block.to));
        if let Some(next) = next.filter(|next| *next < search.window.to) {
            return Ok(page(slots, search, Some(next)));
        }
        (from, days) = (block.to, (days * 2).min(MOST_DAYS_AT_ONCE));
    }
    Ok(page(slots, search, None))
}

/// With the sessions of a group's type that have a place left: whoever looks for one would rather join than begin another.
fn with_sessions(
    view: &mut View<'_>,
    zone: &Zone,
    ask: &Ask,
    search: &Search,
    window: Span,
    mut slots: Vec<FreeSlot>,
) -> Result<Vec<FreeSlot>, StoreError> {
    if !search.is_group {
        return Ok(slots);
    }
    let named = || search.with.iter().filter(|key| entity_of(key).is_some());
    for one in group::open(view, &search.kind, window)? {
        let is_wanted = named().all(|key| one.resources.contains(key));
        if is_wanted && !ask.patient_busy.touches(one.span) {
            slots.push(FreeSlot {
                start: zone.instant(one.span.from),
                end: zone.instant(one.span.to),
                resources: one.resources,
                because: vec!["session".to_owned()],
            });
        }
    }
    // All are written by the same clock, but for the hour at which it changes.
    slots.sort_by_key(|slot| minute_of_instant(&slot.start));
    Ok(slots)
}

impl Looking<'_> {
    /// What is free of a part of a search's window.
    fn look(&self, view: &mut View<'_>, roster: &Roster, ask: &Ask) -> Result<Answer, ApiError> {
        let window = window_of(ask);
        let exceptions = exceptions(view, window)?;
        let busy = Busy::to_search(view, self.records, roster, (self.kept, &self.offered), window)?;
        found(roster, &exceptions, &busy, self.zone, ask)
    }
}

/// An appointment that begins in the window may end past it.
fn window_of(ask: &Ask) -> Span {
    Span::new(ask.window.from, ask.window.to + ask.duration_min).widened(ask.before_min, ask.after_min)
}

fn found(
    roster: &Roster,
    exceptions: &[Exception],
    busy: &Busy,
    zone: &Zone,
    ask: &Ask,
) -> Result<Answer, ApiError> {
    let all = roster.free(exceptions, busy, zone, window_of(ask), None).map_err(ScheduleError::from)?;
    let all: Vec<(&Resource, &Free)> = all.iter().map(|(resource, free)| (*resource, free)).collect();
    Ok(find(ask, &all, zone).map_err(ScheduleError::from)?)
}

fn ask_in(ask: &mut Ask, window: Span, page: usize) -> Ask {
    Ask { window, page: page.max(1), ..ask.clone() }
}

fn page(mut slots: Vec<FreeSlot>, search: &Search, next: Option<Minute>) -> FreeSlots {
    if let Some(first) = slots.first_mut().filter(|_| search.is_first) {
        first.because.insert(0, "soonest".to_owned());
    }
    FreeSlots { slots, next: next.map(|next| next.to_string()) }
}

/// What is free on the day of a booking that was refused: as it is in the database, whatever searches have kept.
fn look(
    view: &mut View<'_>,
    records: &Records,
    roster: &Roster,
    zone: &Zone,
    ask: &Ask,
) -> Result<Answer, ApiError> {
    let (window, now) = (window_of(ask), minute_of_ms(records.now_ms()));
    let roster = roster.who_meet(&ask.needs);
    let (exceptions, busy) = (exceptions(view, window)?, Busy::to_book(view, records, &roster, window, now)?);
    found(&roster, &exceptions, &busy, zone, ask)
}

/// What else is free on the day of a time that was refused, the nearest first; where a patient is named, while nobody expects them elsewhere.
pub(super) fn instead(
    view: &mut View<'_>,
    desk: &Desk,
    wanted: &Wanted,
    patient: Option<&Entity>,
) -> Result<Vec<FreeSlot>, ApiError> {
    let Desk { records, roster, zone, now, .. } = desk;
    let Wanted { kind, span: at, .. } = wanted;
    let day = zone.day(zone.local(at.from).date());
    let window = Span::new(day.from.max(*now), day.to);
    if window.is_empty() {
        return Ok(Vec::new());
    }
    let elsewhere = match patient {
        Some(patient) => expected(view, patient, window)?,
        None => Vec::new(),
    };
    let ask = |needs| Ask {
        patient_busy: elsewhere.iter().map(|one| one.span).collect(),
        needs,
        duration_min: at.length_min(),
        page: MOST,
        ..kind.ask(window)
    };
    let mut offers = match needs(kind, &wanted.named, roster, Named::Fit(&wanted.anyway)) {
        Ok(needs) => look(view, records, roster, zone, &ask(needs))?.offers,
        // Who was named is not what the type needs: somebody else is.
        Err(_) => Vec::new(),
    };
    if offers.is_empty() && !wanted.named.is_empty() {
        // With those who were named there is nothing: with others there may be.
        offers = look(view, records, roster, zone, &ask(kind.needs.clone()))?.offers;
    }
    offers.sort_by_key(|offer| (offer.span.from - at.from).abs());
    offers.truncate(ALTERNATIVES);
    Ok(offers.iter().map(|offer| FreeSlot::of(offer, zone)).collect())
}
