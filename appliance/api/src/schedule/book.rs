//! `POST /api/schedule/appointments`: books, once however often it is asked.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::booking::{self, Booked, Way};
use holdfast_clinical::scheduling::fhir::{AppointmentType, Exception, extension};
use holdfast_clinical::scheduling::span::{DAY_MIN, Minute, Span};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::author::Base;
use holdfast_store::history::Wanted as WantedVersions;
use holdfast_store::{Records, StoreError, Tx};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::ScheduleError;
use super::busy::Busy;
use super::changes::{show, told_to};
use super::deed::{Deed, Doing};
use super::exceptions::exceptions;
use super::free::instead;
use super::patient::must_live;
use super::plan::{Known, Wanted, around, choose, choose_anyhow, in_use};
use super::query::{instant, words};
use super::records::{put, there};
use super::roster::Roster;
use super::shown::AppointmentShown;
use super::{group, refused, status, waitlist, when};
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::fhir::answer::told;
use crate::refusal::{own_read, write_deed};
use crate::request::body;
use crate::state::{ApiState, Host};

/// Why an appointment is forced in beside another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overbook {
    pub(super) reason: String,
}

/// What is to be booked.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Booking {
    /// Made by whoever asks: the same again is the same.
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// A patient's id; none for a group's session.
    pub(super) patient: Option<String>,
    /// An instant.
    pub(super) start: String,
    /// As the type says, if it is not said.
    pub(super) minutes: Option<i64>,
    /// What the type needs beside these is chosen; of an empty list, all of it.
    pub(super) resources: Vec<String>,
    pub(super) note: Option<String>,
    pub(super) overbook: Option<Overbook>,
    pub(super) remote: Option<bool>,
    /// They are here already: it is booked as `arrived`.
    pub(super) walk_in: Option<bool>,
    /// The entry of the waitlist that this ends.
    pub(super) from_waitlist: Option<String>,
}

/// A booking, and all that has to be known before it is made.
pub(super) struct Desk {
    pub(super) records: Arc<Records>,
    pub(super) roster: Roster,
    pub(super) exceptions: Vec<Exception>,
    pub(super) zone: Zone,
    pub(super) now: Minute,
    /// Whether this database may confirm; else it files requests.
    pub(super) confirms: bool,
}

impl Desk {
    pub(super) fn known(&self) -> Known<'_> {
        Known { roster: &self.roster, exceptions: &self.exceptions, zone: &self.zone }
    }

    /// What is taken, and what is ours, around what is to be booked.
    pub(super) fn busy(&self, tx: &mut Tx<'_>, wanted: &Wanted) -> Result<Busy, StoreError> {
        tx.beyond_sight(|tx| {
            Busy::to_book(&mut tx.view()?, &self.records, &self.roster, around(wanted), self.now)
        })
    }
}

/// What is to be saved, read and checked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) id: String,
    pub(super) wanted: Wanted,
    pub(super) patient: Option<String>,
    pub(super) note: Option<String>,
    pub(super) overbook: Option<String>,
    pub(super) is_remote: bool,
    pub(super) is_walk_in: bool,
    pub(super) from_waitlist: Option<String>,
    pub(super) series: Option<(String, u32)>,
}

impl Asked {
    /// Of a booking of that type.
    ///
    /// # Errors
    /// [`ScheduleError`] that says what of it cannot be used.
    pub(super) fn read(booking: Booking, kind: AppointmentType) -> Result<Self, ScheduleError> {
        let bad = |what, expected| ScheduleError::Bad { what, expected };
        let Booking {
            id,
            patient,
            start,
            minutes,
            resources,
            note,
            overbook,
            remote,
            walk_in,
            from_waitlist,
            ..
        } = booking;
        let minutes = minutes.unwrap_or(kind.duration_min);
        if !(1..=DAY_MIN).contains(&minutes) {
            return Err(bad("the number of minutes", "1 to 1,440"));
        }
        for (what, id) in [
            ("the id", Some(&id)),
            ("the patient", patient.as_ref()),
            ("the entry of the waitlist", from_waitlist.as_ref()),
        ] {
            if id.is_some_and(|id| !is_id(id)) {
                return Err(bad(what, "a FHIR id"));
            }
        }
        let overbook = overbook.map(|overbook| words(Some(overbook.reason), "the reason"));
        let overbook = match overbook.transpose()? {
            Some(None) => return Err(bad("the reason to overbook", "said in words")),
            other => other.flatten(),
        };
        if patient.is_none() && kind.capacity == 1 {
            return Err(bad("the patient", "named: only a group's session is booked without"));
        }
        let span = Span::of(instant(&start, "the start")?, minutes);
        Ok(Self {
            id,
            is_remote: remote.unwrap_or(kind.is_remote),
            wanted: Wanted { kind, named: resources, anyway: Vec::new(), span },
            patient,
            note: words(note, "the note")?,
            overbook,
            is_walk_in: walk_in.unwrap_or(false),
            from_waitlist,
            series: None,
        })
    }
}

/// Books, and answers the appointment; where nobody may sell the time, a request.
pub(crate) async fn book(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    must_book(&caller)?;
    let (parts, body) = request.into_parts();
    let booking: Booking = body::own(&parts.headers, body).await?;
    let kind_id = booking.kind.clone();
    let kind = own_read(&state, move |view| super::types::offered(view, &kind_id)).await?;
    let asked = Asked::read(booking, kind)?;
    let entity = Entity::new("Appointment", &asked.id);
    match once(&state, &caller, asked).await {
        Ok((shown, created)) => {
            let mut response = json(&shown);
            *response.status_mut() = if created { StatusCode::CREATED } else { StatusCode::OK };
            Ok(told(response, created, &entity))
        }
        Err(error) => Err(error),
    }
}

/// Refuses whoever may add no appointment before anything is looked up.
pub(super) fn must_book(caller: &Principal) -> Result<(), ApiError> {
    super::day::must_look(caller)?;
    Ok(caller.sight.check("Appointment", May::CREATE | May::UPDATE).map_err(StoreError::from)?)
}

/// What has to be known of a window.
pub(super) async fn desk(state: &ApiState, window: Span) -> Result<Desk, ApiError> {
    let records = state.writer().records().clone();
    let (zone, confirms) = (state.parts().time_zone.clone(), state.parts().host == Host::Node);
    let now = minute_of_ms(records.now_ms());
    own_read(state, move |view| {
        let roster = Roster::read(view, records.clinic(), &[])?;
        let (records, exceptions) = (records.clone(), exceptions(view, window)?);
        Ok(Desk { records, roster, exceptions, zone: zone.clone(), now, confirms })
    })
    .await
}

/// Books one appointment, in a transaction of its own.
pub(super) async fn once(
    state: &ApiState,
    caller: &Arc<Principal>,
    asked: Asked,
) -> Result<(AppointmentShown, bool), ApiError> {
    let desk = Arc::new(desk(state, around(&asked.wanted)).await?);
    let (in_tx, author) = (desk.clone(), caller.id.clone());
    let job = asked.clone();
    let deed = Deed::of(Doing::Book, asked.wanted.span.from);
    let done = write_deed(state, caller.clone(), deed, move |tx| {
        let created = store(tx, &in_tx, &job, &author)?;
        Ok((show(tx, &in_tx.zone, in_tx.now, &job.id)?, created))
    });
    match done.await {
        Ok(done) => Ok(done),
        Err(error) => Err(with_instead(state, desk, &asked.wanted, error).await),
    }
}

/// A refusal, with what is free instead.
pub(super) async fn with_instead(
    state: &ApiState,
    desk: Arc<Desk>,
    wanted: &Wanted,
    error: ApiError,
) -> ApiError {
    let source = match refused::in_words(state, error).await {
        ApiError::Schedule(source) => source,
        other => return other,
    };
    if !source.is_about_time() {
        return source.into();
    }
    let wanted = wanted.clone();
    let patient = source
        .patient_elsewhere()
        .and_then(|patient| patient.strip_prefix("Patient/"))
        .map(ToOwned::to_owned);
    let found = own_read(state, move |view| {
        let patient = patient.as_ref().map(|id| Entity::new("Patient", id));
        instead(view, &desk, &wanted, patient.as_ref())
    });
    // The refusal stands whether or not anything else is found.
    let instead = found.await.unwrap_or_default();
    ScheduleError::Instead { source: Box::new(source), instead }.into()
}

/// Saves the appointment, unless it is there already; whether it is new.
pub(super) fn store(tx: &mut Tx<'_>, desk: &Desk, asked: &Asked, author: &str) -> Result<bool, ApiError> {
    let entity = Entity::new("Appointment", &asked.id);
    if let Some(stored) = tx.view()?.get(&entity)? {
        return if !stored.deleted && is_same(tx, &entity, asked)? {
            Ok(false)
        } else {
            Err(StoreError::Exists(entity.to_string()).into())
        };
    }
    when::must_be_to_come(&desk.zone, desk.now, asked.wanted.span)?;
    let patient = asked.patient.as_ref().map(|id| Entity::new("Patient", id));
    if let Some(patient) = &patient {
        let stored = there(&mut tx.view()?, patient)?;
        let missing = || RequestError::NotFound { entity: patient.to_string() };
        must_live(&stored.ok_or_else(missing)?)?;
    }
    let mut session = None;
    if asked.wanted.kind.capacity > 1 && patient.is_some() && desk.confirms {
        session = Some(session_of(tx, desk, asked, author)?);
    }
    let resources = match &session {
        Some(session) => session.resources.clone(),
        None => taken(tx, desk, asked)?,
    };
    let place = match (&session, &patient) {
        (Some(session), Some(patient)) => Some(group::next_place(tx, session, &patient.to_string())?),
        _ => None,
    };
    let place = session.as_ref().zip(place);
    let record = record(desk, asked, patient.as_ref(), &resources, place);
    put(tx, &entity, &record.to_string(), &Base::Absent, author)?;
    if asked.is_walk_in && desk.confirms {
        status::arrive(tx, &entity, &desk.zone, desk.now, author)?;
    }
    if let Some(entry) = &asked.from_waitlist {
        waitlist::end(tx, entry, author)?;
    }
    Ok(true)
}

/// Whether what is there was made by the same booking; whatever has become of it since.
fn is_same(tx: &mut Tx<'_>, entity: &Entity, asked: &Asked) -> Result<bool, ApiError> {
    let oldest = WantedVersions { since_ms: None, of_oldest: Some(1), count: 1 };
    let first = tx.view()?.history(entity, &oldest)?.versions.pop().map(|one| one.json).unwrap_or_default();
    let record: Value = serde_json::from_str(&first).unwrap_or_default();
    let Some(booked) = Booked::read(&record).ok().flatten() else { return Ok(false) };
    let patient = asked.patient.as_ref().map(|id| format!("Patient/{id}"));
    Ok(booked.patient == patient
        && booked.span == asked.wanted.span
        && booked.kind.as_ref() == Some(&asked.wanted.kind.id))
}

/// Who takes part; a request asks for those who were named, and takes nobody's time.
fn taken(tx: &mut Tx<'_>, desk: &Desk, asked: &Asked) -> Result<Vec<String>, ApiError> {
    let busy = desk.busy(tx, &asked.wanted)?;
    // A time that was offered to them is theirs to take.
    let waiter = asked.from_waitlist.as_deref();
    let chosen = match (&asked.overbook, desk.confirms) {
        (None, true) => choose(&desk.known(), &asked.wanted, busy, waiter),
        _ => choose_anyhow(&desk.known(), &asked.wanted, &busy, waiter),
    };
    chosen.or_else(|error| Err(told_to(tx, error)?.into()))
}

/// The session in which the patient gets a place; the first of them makes it.
pub(super) fn session_of(
    tx: &mut Tx<'_>,
    desk: &Desk,
    asked: &Asked,
    author: &str,
) -> Result<Booked, ApiError> {
    let (kind, span) = (&asked.wanted.kind, asked.wanted.span);
    let named: Vec<String> =
        asked.wanted.named.iter().filter(|key| super::roster::entity_of(key).is_some()).cloned().collect();
    let found = tx.beyond_sight(|tx| group::session(&mut tx.view()?, &kind.id, span, &named))?;
    if let Some(session) = found {
        // Whoever holds it may have left since.
        in_use(&desk.roster, &session.resources)?;
        return Ok(session);
    }
    let id = format!("{}-session", asked.id.chars().take(56).collect::<String>());
    let of_session = Asked {
        id: id.clone(),
        patient: None,
        note: None,
        from_waitlist: None,
        is_walk_in: false,
        ..asked.clone()
    };
    let resources = taken(tx, desk, &of_session)?;
    let record = record(desk, &of_session, None, &resources, None);
    put(tx, &Entity::new("Appointment", &id), &record.to_string(), &Base::Absent, author)?;
    Ok(Booked::read(&record).map_err(ScheduleError::from)?.ok_or(ScheduleError::NobodyFits)?)
}

fn record(
    desk: &Desk,
    asked: &Asked,
    patient: Option<&Entity>,
    resources: &[String],
    place: Option<(&Booked, u32)>,
) -> Value {
    let patient = patient.map(ToString::to_string);
    let session = place.map(|(session, _)| format!("Appointment/{}", session.id));
    let booking = booking::Booking {
        id: &asked.id,
        kind: &asked.wanted.kind,
        way: if desk.confirms { Way::Booked } else { Way::Requested },
        patient: patient.as_deref(),
        resources,
        span: asked.wanted.span,
        now: desk.now,
        is_overbooked: asked.overbook.is_some(),
        session: session.as_deref(),
        series: asked.series.as_ref().map(|(id, number)| (id.as_str(), *number)),
        description: asked.note.as_deref(),
    };
    let mut record = booking.resource(&desk.zone);
    let mut more = Vec::new();
    more.extend(
        asked
            .overbook
            .as_ref()
            .map(|reason| extension::one(extension::OVERBOOK_REASON, "valueString", reason.as_str())),
    );
    more.extend(place.map(|(_, number)| extension::one(extension::PLACE, "valueUnsignedInt", number)));
    more.extend(asked.is_remote.then(|| extension::one(extension::REMOTE, "valueBoolean", true)));
    if !more.is_empty() {
        let mut all = record.get("extension").and_then(Value::as_array).cloned().unwrap_or_default();
        all.extend(more);
        record["extension"] = all.into();
    }
    if asked.is_walk_in {
        record["appointmentType"] = walk_in();
    }
    record
}

/// HL7's word for somebody who was not expected (<https://hl7.org/fhir/R4/v2/0276/>).
fn walk_in() -> Value {
    serde_json::json!({ "coding": [{
        "system": "http://terminology.hl7.org/CodeSystem/v2-0276",
        "code": "WALKIN",
        "display": "A previously unscheduled walk-in visit",
    }] })
}
