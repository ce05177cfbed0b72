//! `/api/schedule/waitlist`: who waits for a time, and what they were offered.

use std::collections::BTreeMap;

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::scheduling::booking::{Booking, Way, cancelled};
use holdfast_clinical::scheduling::fhir::extension;
use holdfast_clinical::scheduling::find::{Free, Resource};
use holdfast_clinical::scheduling::span::{DAY_MIN, Minute, Span};
use holdfast_clinical::scheduling::waitlist::{
    Cannot, Half, LEAD_MIN, Line, OFFER_MIN, Offered, Waiter, offers,
};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_instant, minute_of_ms};
use holdfast_clinical::search::booked::{APPOINTMENT, WAITING};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::search::{Room, Stretch};
use holdfast_store::view::{Stored, View};
use holdfast_store::{Records, StoreError, Tx};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::ScheduleError;
use super::book::{Desk, desk, must_book};
use super::busy::{Busy, Offered as Kept, taken_of};
use super::day::{must_look, told};
use super::exceptions::exceptions;
use super::free::{SlotAsked, within};
use super::names::PatientShown;
use super::patient::must_live;
use super::plan::{Wanted, around, choose};
use super::query::{instant, words};
use super::records::{exchange, json_of, put, there};
use super::roster::{Roster, entity_of};
use super::shown::{Shower, TypeRef};
use super::types;
use crate::access::Caller;
use crate::conflicts::json as answer;
use crate::error::{ApiError, RequestError};
use crate::refusal::{own_read, read, write};
use crate::request::body;
use crate::state::ApiState;

/// Those who are shown.
const MOST: usize = 500;
/// For so long somebody stands on the list.
const WAIT_DAYS: i64 = 365;
/// What has become free is looked for in so many days to come: who can come at short notice waits for that.
const FREED_DAYS: i64 = 3;

/// How soon somebody must come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Urgency {
    Urgent,
    Soon,
    Routine,
}

impl Urgency {
    /// FHIR's priority: 1 is the most urgent.
    fn priority(self) -> u8 {
        match self {
            Self::Urgent => 1,
            Self::Soon => 3,
            Self::Routine => 5,
        }
    }

    fn of(priority: Option<u8>) -> Self {
        match priority {
            Some(1) => Self::Urgent,
            Some(2..=4) => Self::Soon,
            _ => Self::Routine,
        }
    }
}

/// The one half of the day in which somebody can come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DayHalf {
    Morning,
    Afternoon,
}

impl DayHalf {
    fn half(self) -> Half {
        match self {
            Self::Morning => Half::Morning,
            Self::Afternoon => Half::Afternoon,
        }
    }

    fn of(half: Half) -> Self {
        match half {
            Half::Morning => Self::Morning,
            Half::Afternoon => Self::Afternoon,
        }
    }
}

/// A time that somebody was offered, or could be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct WaitlistOffer {
    start: String,
    resources: Vec<String>,
    /// Until when it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// `free`, `offered` or `declined`.
    state: &'static str,
}

/// Somebody who waits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WaitlistEntry {
    id: String,
    patient: PatientShown,
    #[serde(rename = "type")]
    kind: TypeRef,
    urgency: Urgency,
    /// An instant.
    since: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// When they cannot come, in words; they are not read when times are offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    not: Option<String>,
    /// Weekdays on which they can never come, and on which nothing is offered to them; 1 is Monday.
    not_on: Vec<i8>,
    /// The one half of the day in which they can come; nothing is offered to them in the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<DayHalf>,
    offers: Vec<WaitlistOffer>,
}

/// Everybody who waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Waitlist {
    /// The next one first.
    entries: Vec<WaitlistEntry>,
}

/// Who is to be put on the list.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct WaitlistAsk {
    /// Made by whoever asks.
    id: String,
    patient: String,
    #[serde(rename = "type")]
    kind: String,
    urgency: Urgency,
    note: Option<String>,
    /// When they cannot come, in words.
    not: Option<String>,
    /// Weekdays on which they can never come; 1 is Monday.
    #[serde(default)]
    not_on: Vec<i8>,
    /// The one half of the day in which they can come; none: in both.
    only: Option<DayHalf>,
}

/// What is offered.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferAsked {
    slot: SlotAsked,
}

/// Answers those who wait and whom the caller may see, with what has become free for them.
pub(crate) async fn waitlist(
    State(state): State<ApiState>,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    must_look(&caller)?;
    let records = state.writer().records().clone();
    let (zone, sight) = (state.parts().time_zone.clone(), caller.sight.clone());
    let found = own_read(&state, move |view| {
        let now = minute_of_ms(records.now_ms());
        let mut shower = Shower::new(&zone, now, types::names(view)?);
        let waiting = within(view, &sight, waiting)?;
        let freed = freed(view, &waiting, &records, &zone, now)?;
        let mut entries = Vec::new();
        for (waiter, record) in &waiting {
            let entry = within(view, &sight, |view| entry(view, &mut shower, waiter, record))?;
            let Some(mut entry) = entry else { continue };
            entry.offers.extend(freed.get(&waiter.id).cloned());
            entries.push(entry);
        }
        Ok((Waitlist { entries }, shower.patients()))
    });
    let (list, patients) = found.await?;
    Ok(told(&list, "schedule-waitlist", &patients))
}

/// Times that are kept for those who wait, until they have answered. The view must not be narrowed.
pub(super) fn standing(view: &mut View<'_>, now: Minute) -> Result<Vec<Kept>, StoreError> {
    let stretch = Stretch::of(APPOINTMENT, WAITING);
    let mut out = Vec::new();
    for one in view.along("Appointment", &stretch, &[], Room::for_some(MOST), None)? {
        let record = json_of(&one.stored);
        for offer in extension::all(&record, extension::OFFER) {
            let read = Waiter::offer(offer).filter(|offer| offer.until > now);
            let Some(Offered { taken, until, .. }) = read else { continue };
            out.push(Kept {
                waiter: one.stored.entity.id.clone(),
                resources: resources_of(offer),
                span: taken,
                until,
            });
        }
    }
    Ok(out)
}

/// Those who wait, the next first.
fn waiting(view: &mut View<'_>) -> Result<Vec<(Waiter, Value)>, StoreError> {
    let stretch = Stretch::of(APPOINTMENT, WAITING);
    let found = view.along("Appointment", &stretch, &[], Room::for_some(MOST), None)?;
    let mut out: Vec<(Waiter, Value)> = Vec::new();
    for one in found {
        let record = json_of(&one.stored);
        out.extend(Waiter::read(&record).ok().flatten().map(|waiter| (waiter, record)));
    }
    let place = |waiter: &Waiter| (waiter.priority.unwrap_or(10), waiter.since, waiter.id.clone());
    out.sort_by_key(|(waiter, _)| place(waiter));
    Ok(out)
}

fn entry(
    view: &mut View<'_>,
    shower: &mut Shower<'_>,
    waiter: &Waiter,
    record: &Value,
) -> Result<Option<WaitlistEntry>, StoreError> {
    let Some(patient) = patient_of(record) else { return Ok(None) };
    let Some(patient) = shower.patient(view, &patient)? else { return Ok(None) };
    let text = |name: &str| record.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let made =
        extension::all(record, extension::OFFER).filter_map(|one| offer_of(one, shower.now, shower.zone));
    Ok(Some(WaitlistEntry {
        id: waiter.id.clone(),
        patient,
        kind: shower.type_of(record),
        urgency: Urgency::of(waiter.priority),
        since: shower.zone.instant(waiter.since.min(shower.now)),
        note: text("description"),
        not: text("comment"),
        not_on: waiter.cannot.weekdays.iter().copied().collect(),
        only: waiter.cannot.only.map(DayHalf::of),
        offers: made.collect(),
    }))
}

fn patient_of(record: &Value) -> Option<String> {
    let all = record.get("participant")?.as_array()?.iter();
    let mut keys = all.filter_map(|one| one.pointer("/actor/reference")?.as_str());
    keys.find(|key| key.starts_with("Patient/")).map(ToOwned::to_owned)
}

/// An offer that was made; who did not answer in time has declined.
fn offer_of(of: &Value, now: Minute, zone: &Zone) -> Option<WaitlistOffer> {
    let start = minute_of_instant(extension::find(of, "period")?.pointer("/valuePeriod/start")?.as_str()?)?;
    let until = minute_of_instant(extension::text(of, "until", "valueInstant")?)?;
    Some(WaitlistOffer {
        start: zone.instant(start),
        resources: resources_of(of),
        until: Some(zone.instant(until)),
        state: if until > now { "offered" } else { "declined" },
    })
}

fn resources_of(offer: &Value) -> Vec<String> {
    let all = extension::all(offer, "resource");
    all.filter_map(|one| Some(one.pointer("/valueReference/reference")?.as_str()?.to_owned())).collect()
}

/// What of the next days is free for whom, in the order of the line.
fn freed(
    view: &mut View<'_>,
    waiting: &[(Waiter, Value)],
    records: &Records,
    zone: &Zone,
    now: Minute,
) -> Result<BTreeMap<String, WaitlistOffer>, ApiError> {
    if waiting.is_empty() {
        return Ok(BTreeMap::new());
    }
    let window = Span::of(now, FREED_DAYS * DAY_MIN);
    let roster = Roster::read(view, records.clinic(), &[])?;
    let kinds: BTreeMap<String, _> =
        types::all(view)?.into_iter().map(|kind| (kind.id.clone(), kind)).collect();
    let around = window.widened(DAY_MIN, DAY_MIN);
    let (exceptions, busy) = (exceptions(view, around)?, Busy::to_book(view, records, &roster, around, now)?);
    let free = roster.free(&exceptions, &busy, zone, around, None).map_err(ScheduleError::from)?;
    let free: Vec<(&Resource, &Free)> = free.iter().map(|(resource, free)| (*resource, free)).collect();
    let mut elsewhere = BTreeMap::new();
    for (waiter, record) in waiting {
        if let Some(patient) = patient_of(record) {
            elsewhere.insert(waiter.id.clone(), taken_of(view, &patient, around)?);
        }
    }
    let waiters: Vec<Waiter> = waiting.iter().map(|(waiter, _)| waiter.clone()).collect();
    let line = Line { waiters: &waiters, resources: &free, zone, now };
    let ask_of = |waiter: &Waiter| {
        // A place is of a session that is there: time that nobody has taken is none.
        let kind = kinds.get(waiter.kind.as_ref()?).filter(|kind| kind.is_active && kind.capacity == 1)?;
        let mut ask = kind.ask(window);
        ask.patient_busy = elsewhere.get(&waiter.id).cloned().unwrap_or_default();
        Some(ask)
    };
    let found = offers(line, window, ask_of).map_err(ScheduleError::from)?;
    let shown = found.into_iter().map(|offer| {
        let resources = offer.chosen.iter().map(|chosen| chosen.key.clone()).collect();
        let shown =
            WaitlistOffer { start: zone.instant(offer.span.from), resources, until: None, state: "free" };
        (offer.waiter, shown)
    });
    Ok(shown.collect())
}

/// Puts somebody on the list.
pub(crate) async fn wait(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    must_book(&caller)?;
    let (parts, body) = request.into_parts();
    let mut asked: WaitlistAsk = body::own(&parts.headers, body).await?;
    if !is_id(&asked.id) || !is_id(&asked.patient) {
        return Err(RequestError::BadId.into());
    }
    asked.note = words(asked.note, "the note")?;
    asked.not = words(asked.not, "what was said of their time")?;
    if asked.not_on.iter().any(|weekday| !(1..=7).contains(weekday)) {
        return Err(ScheduleError::Bad { what: "a weekday", expected: "1 (Monday) to 7 (Sunday)" }.into());
    }
    let (zone, now) = (state.parts().time_zone.clone(), minute_of_ms(state.writer().records().now_ms()));
    let author = caller.id.clone();
    let (entry, created) = write(&state, caller, move |tx| {
        let created = store(tx, &asked, &zone, now, &author)?;
        Ok((show(tx, &asked.id, &zone, now)?, created))
    })
    .await?;
    let mut response = answer(&entry);
    *response.status_mut() = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok(response)
}

fn store(
    tx: &mut Tx<'_>,
    asked: &WaitlistAsk,
    zone: &Zone,
    now: Minute,
    author: &str,
) -> Result<bool, ApiError> {
    let entity = Entity::new("Appointment", &asked.id);
    let key = format!("Patient/{}", asked.patient);
    if let Some(stored) = tx.view()?.get(&entity)? {
        let record = json_of(&stored);
        let is_same =
            Waiter::read(&record).is_ok_and(|waiter| waiter.is_some()) && patient_of(&record) == Some(key);
        return if is_same { Ok(false) } else { Err(StoreError::Exists(entity.to_string()).into()) };
    }
    let kind = tx.beyond_sight(|tx| types::offered(&mut tx.view()?, &asked.kind))?;
    let patient = there(&mut tx.view()?, &Entity::new("Patient", &asked.patient))?;
    must_live(&patient.ok_or_else(|| RequestError::NotFound { entity: key.clone() })?)?;
    let booking = Booking {
        id: &asked.id,
        kind: &kind,
        way: Way::Waiting,
        patient: Some(&key),
        resources: &[],
        span: Span::of(now, WAIT_DAYS * DAY_MIN),
        now,
        is_overbooked: false,
        session: None,
        series: None,
        description: asked.note.as_deref(),
    };
    let mut record = booking.resource(zone);
    record["priority"] = asked.urgency.priority().into();
    if let Some(not) = &asked.not {
        record["comment"] = not.as_str().into();
    }
    let cannot =
        Cannot { weekdays: asked.not_on.iter().copied().collect(), only: asked.only.map(DayHalf::half) };
    if let Some(cannot) = cannot.extension() {
        record["extension"] = extension::exchanged(&record, extension::CANNOT, Some(cannot)).into();
    }
    put(tx, &entity, &record.to_string(), &Base::Absent, author)?;
    Ok(true)
}

fn show(tx: &mut Tx<'_>, id: &str, zone: &Zone, now: Minute) -> Result<WaitlistEntry, ApiError> {
    let types = tx.beyond_sight(|tx| -> Result<_, StoreError> { types::names(&mut tx.view()?) })?;
    let mut view = tx.view()?;
    let record = json_of(&view.read(&Entity::new("Appointment", id))?);
    let waiter = Waiter::read(&record).map_err(ScheduleError::from)?.ok_or_else(not_waiting)?;
    let mut shower = Shower::new(zone, now, types);
    Ok(entry(&mut view, &mut shower, &waiter, &record)?.ok_or_else(not_waiting)?)
}

fn not_waiting() -> ScheduleError {
    ScheduleError::Bad { what: "the entry", expected: "one of the waitlist" }
}

/// Offers somebody a time that is free. Until the offer ends it is kept for them: a search leaves it out, and it is booked for nobody else
/// but by overbooking.
pub(crate) async fn offer(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    must_book(&caller)?;
    if !is_id(&id) {
        return Err(RequestError::BadId.into());
    }
    let (parts, body) = request.into_parts();
    let OfferAsked { slot } = body::own(&parts.headers, body).await?;
    let start = instant(&slot.start, "the start")?;
    if slot.resources.len() > 6 || slot.resources.iter().any(|key| entity_of(key).is_none()) {
        return Err(ScheduleError::Bad {
            what: "the resources",
            expected: "six of the schedule at the most",
        }
        .into());
    }
    let (zone, now) = (state.parts().time_zone.clone(), minute_of_ms(state.writer().records().now_ms()));
    let until = (now + OFFER_MIN).min(start - LEAD_MIN);
    if until <= now {
        return Err(ScheduleError::Bad { what: "the time", expected: "more than an hour away" }.into());
    }
    let (entity, author) = (Entity::new("Appointment", &id), caller.id.clone());
    let of = entity.clone();
    let kind = read(&state, caller.clone(), move |view| Ok(waiter_of(&view.read(&of)?)?.1.kind)).await?;
    let kind = kind.unwrap_or_default();
    let kind = own_read(&state, move |view| types::offered(view, &kind)).await?;
    let span = Span::of(start, kind.duration_min);
    let wanted = Wanted { kind, named: slot.resources, anyway: Vec::new(), span };
    let desk = desk(&state, around(&wanted)).await?;
    let entry = write(&state, caller, move |tx| {
        let stored = tx.view()?.read(&entity)?;
        let (record, _) = waiter_of(&stored)?;
        let resources = still_free(tx, &desk, &wanted, &entity.id)?;
        let taken = wanted.taken();
        let mut all = Waiter::with_offer(&record, Offered { span, taken, until }, &zone);
        if let Some(parts) =
            all.last_mut().and_then(|last| last.get_mut("extension")).and_then(Value::as_array_mut)
        {
            let part =
                |key: &String| extension::one("resource", "valueReference", json!({ "reference": key }));
            parts.extend(resources.iter().map(part));
        }
        let elements = Map::from_iter([("extension".to_owned(), Value::from(all))]);
        exchange(tx, &stored, &elements, &author)?;
        show(tx, &entity.id, &zone, now)
    });
    Ok(answer(&entry.await?))
}

/// Somebody who waits, as they are stored.
fn waiter_of(stored: &Stored) -> Result<(Value, Waiter), ScheduleError> {
    let record = json_of(stored);
    let waiter = Waiter::read(&record)?.ok_or_else(not_waiting)?;
    Ok((record, waiter))
}

/// Who would take part at that time: only what is free, ours, and offered to nobody else is offered. A place of a group's session is
/// given when it is booked.
fn still_free(tx: &mut Tx<'_>, desk: &Desk, wanted: &Wanted, waiter: &str) -> Result<Vec<String>, ApiError> {
    if wanted.kind.capacity > 1 {
        return Ok(wanted.named.clone());
    }
    let chosen = match choose(&desk.known(), wanted, desk.busy(tx, wanted)?, Some(waiter)) {
        Ok(chosen) => chosen,
        // Who has it may be somebody whom the caller must not see.
        Err(ScheduleError::SlotTaken { resource, .. }) => {
            return Err(ScheduleError::SlotTaken { resource, by: None }.into());
        }
        Err(error) => return Err(error.into()),
    };
    tx.beyond_sight(|tx| {
        let keys = chosen.iter().map(String::as_str);
        desk.records.may_book_in(&mut tx.view()?, desk.records.clinic(), keys, wanted.taken())
    })?;
    Ok(chosen)
}

/// Takes somebody off the list; one who is not on it is off already.
pub(crate) async fn leave(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    must_book(&caller)?;
    if !is_id(&id) {
        return Err(RequestError::BadId.into());
    }
    let author = caller.id.clone();
    write(&state, caller, move |tx| close(tx, &id, "pat", &author)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Ends the waiting of somebody who was booked: who has left the list meanwhile, or was booked at another desk, is not booked again.
pub(super) fn end(tx: &mut Tx<'_>, id: &str, author: &str) -> Result<(), ApiError> {
    let stored = there(&mut tx.view()?, &Entity::new("Appointment", id))?;
    if stored.is_none_or(|stored| json_of(&stored).get("status").and_then(Value::as_str) != Some("waitlist"))
    {
        return Err(ScheduleError::NotWaiting.into());
    }
    close(tx, id, "pat-swl", author)
}

fn close(tx: &mut Tx<'_>, id: &str, reason: &str, author: &str) -> Result<(), ApiError> {
    let Some(stored) = there(&mut tx.view()?, &Entity::new("Appointment", id))? else { return Ok(()) };
    let record = json_of(&stored);
    if record.get("status").and_then(Value::as_str) != Some("waitlist") {
        return Ok(());
    }
    let elements = cancelled(&record, reason, None).map_err(ScheduleError::from)?;
    exchange(tx, &stored, &elements, author)?;
    Ok(())
}
