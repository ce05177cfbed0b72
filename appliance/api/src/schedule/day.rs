//! `GET /api/schedule/day`: everything of one local day.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::scheduling::fhir::Exception;
use holdfast_clinical::scheduling::find::Kind;
use holdfast_clinical::scheduling::span::{Minute, Span, Spans};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_clinical::search::booked::{self, APPOINTMENT, ASKED_FOR, WAITING};
use holdfast_core::rights::Owner;
use holdfast_core::sight::{May, Sight};
use holdfast_store::search::{Placed, Room, Stretch};
use holdfast_store::view::View;
use holdfast_store::{Records, StoreError};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::ScheduleError;
use super::busy::Busy;
use super::exceptions::exceptions;
use super::group;
use super::overlaps::note_overlaps;
use super::query::Query;
use super::roster::{Member, Roster, entity_of, kind_name};
use super::shown::{AppointmentShown, FlowStatus, Shower};
use super::stranded::{self, Known};
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::audit::{Look, Looks};
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::patients::SavedAt;
use crate::refusal::own_read;
use crate::state::{ApiState, Host};

/// Appointments of one part of a day: far more than a clinic has in six hours.
const MOST: usize = 20_000;
/// What they may take together.
const MOST_BYTES: usize = 128 << 20;
/// How many wait, or asked: counted no further.
const MOST_COUNTED: u64 = 1_000;
/// Eight to five, where nobody works.
const USUAL: (i64, i64) = (480, 1_020);

/// A stretch of a day, in minutes that have elapsed since its beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DaySpan)]
pub(crate) struct DaySpan {
    from_minute: i64,
    to_minute: i64,
}

/// Time off.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OffSpan {
    from_minute: i64,
    to_minute: i64,
    why: String,
}

/// Free time that head office was granted, for bookings on the web.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ElsewhereSpan {
    from_minute: i64,
    to_minute: i64,
    /// An instant: what is not sold by then comes back.
    sell_until: String,
}

/// One whose time is given, on one day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct DayResource {
    /// `Practitioner/…`, `Location/…` or `Device/…`.
    #[serde(rename = "ref")]
    key: String,
    /// `practitioner`, `room` or `equipment`.
    kind: &'static str,
    /// Empty for one who is gone.
    name: String,
    /// Whether they were deleted, and are still named by appointments of this day.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    gone: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    languages: Vec<String>,
    hours: Vec<DaySpan>,
    off: Vec<OffSpan>,
    /// None where all free time is the clinic's to give.
    elsewhere: Vec<ElsewhereSpan>,
}

/// A full hour of a day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct HourMark {
    minute: i64,
    /// `02:00`; on a day on which clocks go back one comes twice.
    label: String,
}

/// Everything of one day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DaySheet {
    /// `YYYY-MM-DD`
    date: String,
    /// Of the tz database.
    time_zone: String,
    /// An instant.
    day_start: String,
    /// 1,440, but on days on which clocks change.
    minutes_in_day: i64,
    hour_marks: Vec<HourMark>,
    /// The earliest minute at which anything happens.
    opens: i64,
    closes: i64,
    /// The minute that it is, if the day is today.
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<i64>,
    /// What the holiday is called, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    holiday: Option<String>,
    resources: Vec<DayResource>,
    appointments: Vec<AppointmentShown>,
    /// How many wait for a time.
    waitlist: u64,
    /// How many asked for a time.
    requests: u64,
    /// `here`, or `requests-only` where nobody may sell the time.
    can_book: &'static str,
    /// Why requests only.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

/// Answers a day.
pub(crate) async fn day(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let date = Query::read(query, &["date"])?.date("date")?;
    let sheets = sheets(&state, &caller, vec![date], None).await?;
    Ok(told(&sheets.days.first(), "schedule-day", &sheets.patients))
}

/// Days, and who was shown on them.
pub(super) struct Sheets {
    pub(super) days: Vec<DaySheet>,
    pub(super) patients: BTreeSet<String>,
}

/// An answer, with what of whom it shows.
pub(super) fn told(answer: &impl Serialize, what: &str, patients: &BTreeSet<String>) -> Response {
    let mut response = json(answer);
    let look = Look { interaction: "operation", what: Some(what.to_owned()), ..Look::default() };
    response.extensions_mut().insert(Looks(look.showing(patients)));
    response
}

/// Refuses whoever may not look at the schedule: it shows when everybody comes, so one patient's own sign-in does not open it.
pub(super) fn must_look(caller: &Principal) -> Result<(), ApiError> {
    caller.sight.check("Appointment", May::LOOK).map_err(StoreError::from)?;
    if caller.sight.patient.is_some() {
        return Err(RequestError::Forbidden { wants: "a sign-in that is not bound to one patient" }.into());
    }
    Ok(())
}

/// These days; of one resource alone if one is named.
pub(super) async fn sheets(
    state: &ApiState,
    caller: &Principal,
    dates: Vec<Date>,
    only: Option<String>,
) -> Result<Sheets, ApiError> {
    must_look(caller)?;
    let records = state.writer().records().clone();
    let zone = state.parts().time_zone.clone();
    let (sight, above) = (caller.sight.clone(), state.parts().link.above());
    let is_node = state.parts().host == Host::Node;
    own_read(state, move |view| {
        let everything = Arc::new(Sight::everything());
        let roster = Roster::read(view, records.clinic(), &[])?;
        let types = super::types::all(view)?;
        let offered: BTreeSet<String> =
            types.iter().filter(|kind| kind.is_active).map(|kind| kind.id.clone()).collect();
        let names = types.into_iter().map(|kind| (kind.id, kind.name)).collect();
        let now = minute_of_ms(records.now_ms());
        let mut shower = Shower::new(&zone, now, names);
        let mut days = Vec::new();
        for date in &dates {
            view.narrow(everything.clone());
            let window = zone.day(*date);
            let exceptions = exceptions(view, window)?;
            let busy = Busy::read(view, window)?;
            let (waitlist, requests) = (count(view, WAITING)?, count(view, ASKED_FOR)?);
            let sent = records.sent(view)?;
            view.narrow(sight.clone());
            let placed = of_day(view, window, &sent)?;
            let is_head_office = records.clinic().is_empty();
            let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
            for one in placed {
                let saved = SavedAt::of(one.is_sent.unwrap_or(false), is_head_office, above).code();
                seen.insert(one.stored.entity.id.clone());
                all.extend(shower.read(view, &one.stored, saved, window.from)?);
            }
            let mut appointments = group::together(all);
            let kept = busy.unseen(&seen).into_iter();
            appointments.extend(
                kept.map(|(id, span, keys)| shower.withheld(&id, span.common(window), keys, window.from)),
            );
            appointments.sort_by(|a, b| (a.from_minute, &a.id).cmp(&(b.from_minute, &b.id)));
            // Of one resource's week, too, it is told where else a patient is expected.
            note_overlaps(&mut appointments);
            appointments.retain(|one| only.as_ref().is_none_or(|key| one.resources.contains(key)));
            view.narrow(everything.clone());
            let known = Known {
                roster: &roster,
                exceptions: &exceptions,
                zone: &zone,
                window,
                now,
                offered: &offered,
            };
            stranded::note(view, &known, &mut appointments)?;
            let mut resources =
                resources(&roster, &exceptions, &zone, window, &appointments, only.as_deref())?;
            add_gone(&appointments, only.as_deref(), &mut resources);
            // What was granted of a time that is over is nothing to anybody.
            if window.to > now {
                add_elsewhere(view, &records, &zone, window, &mut resources)?;
            }
            let (opens, closes) = ends(&resources, &appointments, window);
            days.push(DaySheet {
                date: date.to_string(),
                time_zone: zone.name().to_owned(),
                day_start: zone.instant(window.from),
                minutes_in_day: window.length_min(),
                hour_marks: hour_marks(&zone, window),
                opens,
                closes,
                now: window.covers(Span::of(now, 1)).then_some(now - window.from),
                holiday: holiday(&roster, &exceptions, window),
                resources,
                appointments,
                waitlist,
                requests,
                can_book: if is_node { "here" } else { "requests-only" },
                why: (!is_node).then_some("node-away"),
            });
        }
        Ok(Sheets { days, patients: shower.patients() })
    })
    .await
}

fn of_day(
    view: &mut View<'_>,
    window: Span,
    sent: &holdfast_store::sent::Sent,
) -> Result<Vec<Placed>, StoreError> {
    let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
    for begin in booked::on(APPOINTMENT, window) {
        let stretch = Stretch::of(APPOINTMENT, begin);
        for one in
            view.along("Appointment", &stretch, &[], Room { count: MOST, bytes: MOST_BYTES }, Some(sent))?
        {
            let meets = booked::read(&one.value).is_some_and(|(_, span)| span.overlaps(window));
            if meets && seen.insert(one.stored.entity.id.clone()) {
                out.push(one);
            }
        }
    }
    Ok(out)
}

fn count(view: &mut View<'_>, mark: &str) -> Result<u64, StoreError> {
    view.count_held("Appointment", &Stretch::of(APPOINTMENT, mark), MOST_COUNTED)
}

fn resources(
    roster: &Roster,
    exceptions: &[Exception],
    zone: &Zone,
    window: Span,
    appointments: &[AppointmentShown],
    only: Option<&str>,
) -> Result<Vec<DayResource>, ScheduleError> {
    let mut out = Vec::new();
    for member in &roster.members {
        let key = &member.resource.key;
        if only.is_some_and(|only| only != key) {
            continue;
        }
        let hours = roster.hours(key, exceptions);
        let working = hours.working(zone, window)?;
        let off = off(roster, exceptions, key, window);
        // Who does not work on that day is there too: somebody may have to be taken in all the same.
        let is_there =
            only.is_some() || member.is_active || appointments.iter().any(|one| one.resources.contains(key));
        if is_there {
            out.push(day_resource(member, &working, off, window));
        }
    }
    Ok(out)
}

fn day_resource(member: &Member, working: &Spans, off: Vec<OffSpan>, window: Span) -> DayResource {
    let resource = &member.resource;
    let within =
        |span: Span| DaySpan { from_minute: span.from - window.from, to_minute: span.to - window.from };
    DayResource {
        key: resource.key.clone(),
        kind: kind_name(resource.kind),
        name: member.name.clone(),
        gone: false,
        role: resource.roles.first().cloned(),
        languages: resource.languages.clone(),
        hours: working.iter().map(within).collect(),
        off,
        elsewhere: Vec::new(),
    }
}

/// Whoever appointments name and is not there any more has a place on the sheet too: their patients still come, and have to be booked anew.
fn add_gone(appointments: &[AppointmentShown], only: Option<&str>, resources: &mut Vec<DayResource>) {
    let known: BTreeSet<String> = resources.iter().map(|one| one.key.clone()).collect();
    let named = appointments.iter().filter(|one| one.status != FlowStatus::Cancelled);
    let keys: BTreeSet<&String> = named.flat_map(|one| &one.resources).collect();
    for key in keys {
        let is_asked = only.is_none_or(|only| only == key);
        let Some(entity) = entity_of(key).filter(|_| is_asked && !known.contains(key)) else { continue };
        let kind = match entity.kind.as_str() {
            "Practitioner" => Kind::Practitioner,
            "Location" => Kind::Room,
            _ => Kind::Equipment,
        };
        resources.push(DayResource {
            key: key.clone(),
            kind: kind_name(kind),
            name: String::new(),
            gone: true,
            role: None,
            languages: Vec::new(),
            hours: Vec::new(),
            off: Vec::new(),
            elsewhere: Vec::new(),
        });
    }
}

/// Notes what head office may sell of each one's day, and has not yet.
fn add_elsewhere(
    view: &mut View<'_>,
    records: &Records,
    zone: &Zone,
    window: Span,
    resources: &mut [DayResource],
) -> Result<(), StoreError> {
    if records.calendar_in(view, records.clinic())?.is_none() {
        return Ok(());
    }
    let now_ms = records.now_ms();
    for resource in resources {
        for one in records.owners_in(view, records.clinic(), &resource.key, window)? {
            let Owner::Taker { sell_until_ms, .. } = one.owner else { continue };
            if one.is_gone || sell_until_ms <= now_ms {
                continue;
            }
            let free = Spans::new([one.span]).minus(&one.taken);
            resource.elsewhere.extend(free.iter().map(|span| ElsewhereSpan {
                from_minute: span.from - window.from,
                to_minute: span.to - window.from,
                sell_until: zone.instant(minute_of_ms(sell_until_ms)),
            }));
        }
    }
    Ok(())
}

fn off(roster: &Roster, exceptions: &[Exception], key: &str, window: Span) -> Vec<OffSpan> {
    use holdfast_clinical::scheduling::fhir::ExceptionKind;
    let own: BTreeSet<&str> = roster.schedules_of(key).map(|one| one.id.as_str()).collect();
    let is_own = |one: &&Exception| one.kind == ExceptionKind::Off && own.contains(one.schedule.as_str());
    let spans = exceptions.iter().filter(is_own).map(|one| (one.span.common(window), one));
    let spans = spans.filter(|(span, _)| !span.is_empty());
    spans
        .map(|(span, one)| OffSpan {
            from_minute: span.from - window.from,
            to_minute: span.to - window.from,
            why: one.comment.clone().unwrap_or_default(),
        })
        .collect()
}

fn ends(resources: &[DayResource], appointments: &[AppointmentShown], window: Span) -> (i64, i64) {
    let hours = resources.iter().flat_map(|one| &one.hours).map(|span| (span.from_minute, span.to_minute));
    let booked = appointments.iter().map(|one| (one.from_minute, one.to_minute));
    let all: Vec<(i64, i64)> = hours.chain(booked).collect();
    let opens = all.iter().map(|(from, _)| *from).min().unwrap_or(USUAL.0);
    let closes = all.iter().map(|(_, to)| *to).max().unwrap_or(USUAL.1);
    (opens.max(0), closes.min(window.length_min()))
}

/// Full hours by the wall clock; where clocks change by half an hour they lie half an hour apart.
fn hour_marks(zone: &Zone, window: Span) -> Vec<HourMark> {
    let quarters = (0..).map(|n| window.from + n * 15).take_while(|minute| *minute < window.to);
    let full = quarters.filter(|minute: &Minute| zone.local(*minute).minute() == 0);
    full.map(|minute| HourMark {
        minute: minute - window.from,
        label: zone.local(minute).strftime("%H:%M").to_string(),
    })
    .collect()
}

fn holiday(roster: &Roster, exceptions: &[Exception], window: Span) -> Option<String> {
    let found = roster.holidays(exceptions).find(|one| one.span.overlaps(window))?;
    Some(found.comment.clone().unwrap_or_default())
}
