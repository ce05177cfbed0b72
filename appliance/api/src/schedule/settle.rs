//! `POST /api/schedule/appointments/{id}/settle`: whether an appointment takes place of which one side says so and another, who did not
//! know, that it does not: a patient moved it at head office while the desk, behind a cut link, cancelled it. Until a person has chosen
//! it keeps its time (decision 33).

use axum::extract::{Path, Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::booking::{Booked, cancelled, sides, successor};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_store::conflict::{ConflictValue, OpenConflict, Place};
use holdfast_store::view::{Stored, View};
use holdfast_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::ScheduleError;
use super::book::must_book;
use super::changes::{as_seen, show};
use super::deed::{Deed, Doing};
use super::records::{exchange, json_of, there};
use crate::access::Caller;
use crate::book::AUTHOR as WEB;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::refusal::write_deed;
use crate::request::body;
use crate::state::ApiState;

/// What it is called off for, where nobody said.
const MOVED: &str = "pat";

/// Whether it takes place.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettleAsked {
    /// Of the picture that it goes on.
    version: String,
    /// It takes place at the time that it has; else it is cancelled.
    stands: bool,
}

/// What one side said, and where.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SideShown {
    /// `patient`, by the page for booking, or `staff`.
    who: &'static str,
    /// `here`, `below`, `above` (head office) or `elsewhere`.
    place: &'static str,
    /// An instant, by the author's clock.
    at: String,
}

/// What a person has to choose.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnsettledShown {
    /// Who says that it takes place.
    stands: SideShown,
    /// Who says that it does not.
    off: SideShown,
    /// Of whoever says so: `cancelled`, `noshow` or `entered-in-error`.
    off_status: String,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// When the appointment begins that was booked in its place: the patient has both until somebody has chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<String>,
}

/// Two sides of an appointment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sides {
    stands: ConflictValue,
    off: ConflictValue,
    /// What was booked in its place by whoever called it off.
    successor: Option<String>,
    conflicts: Vec<OpenConflict>,
}

/// What is to be chosen of an appointment; none of nearly all.
///
/// # Errors
/// The store.
pub(crate) fn sides_of(view: &mut View<'_>, stored: &Stored) -> Result<Option<Sides>, StoreError> {
    if stored.conflicts == 0 {
        return Ok(None);
    }
    let conflicts = view.conflicts_of(&stored.entity)?;
    let Some(statuses) = conflicts.iter().find(|one| one.key == "status") else { return Ok(None) };
    let texts: Vec<String> = statuses.values.iter().map(status_of).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let Some((stands, off)) = sides(&texts) else { return Ok(None) };
    let (stands, off) = (statuses.values[stands].clone(), statuses.values[off].clone());
    let extensions = conflicts.iter().find(|one| one.key == "extension").and_then(|one| of_side(one, &off));
    let record = match extensions {
        Some(text) => {
            serde_json::json!({ "extension": serde_json::from_str::<Value>(text).unwrap_or_default() })
        }
        None => json_of(stored),
    };
    Ok(Some(Sides { stands, off, successor: successor(&record), conflicts }))
}

fn status_of(value: &ConflictValue) -> String {
    value.value.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// What the side said of an element in the same save; else what it says by its latest.
fn of_side<'c>(conflict: &'c OpenConflict, side: &ConflictValue) -> Option<&'c str> {
    let is_same = |one: &&ConflictValue| one.actor == side.actor && one.at_ms == side.at_ms;
    let found = conflict.values.iter().find(is_same);
    let found = found.or_else(|| conflict.values.iter().rfind(|one| one.actor == side.actor));
    found.or(conflict.values.last())?.value.as_deref()
}

impl Sides {
    /// The record as it reads where it stands: so it is shown, for its time is kept.
    pub(crate) fn standing(&self, record: &mut Value) {
        record["status"] = status_of(&self.stands).into();
    }

    /// For whoever has to choose. The record is as it is displayed.
    pub(super) fn shown(
        &self,
        view: &mut View<'_>,
        record: &Value,
        zone: &Zone,
    ) -> Result<UnsettledShown, StoreError> {
        let side = |one: &ConflictValue| SideShown {
            who: if one.author == WEB { "patient" } else { "staff" },
            place: match one.place {
                Place::Here => "here",
                Place::Below(_) => "below",
                Place::Above => "above",
                Place::Elsewhere => "elsewhere",
            },
            at: zone.instant(minute_of_ms(one.at_ms)),
        };
        let said = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).map(ToOwned::to_owned);
        let reason = said("/cancelationReason/text").or_else(|| said("/cancelationReason/coding/0/display"));
        let other = match &self.successor {
            Some(id) => there(view, &Entity::new("Appointment", id.as_str()))?,
            None => None,
        };
        let other = other.and_then(|stored| Booked::read(&json_of(&stored)).ok().flatten());
        let instead = other.filter(Booked::takes_time).map(|booked| zone.instant(booked.span.from));
        let (stands, off) = (side(&self.stands), side(&self.off));
        Ok(UnsettledShown { stands, off, off_status: status_of(&self.off), reason, instead })
    }
}

/// Chooses.
pub(crate) async fn settle(
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
    let asked: SettleAsked = body::own(&parts.headers, body).await?;
    let (zone, now) = (state.parts().time_zone.clone(), minute_of_ms(state.writer().records().now_ms()));
    let author = caller.id.clone();
    let deed = Deed { doing: Doing::Keep, at: None };
    let shown = write_deed(&state, caller, deed, move |tx| {
        let stored = as_seen(tx, &id, &asked.version)?;
        if !choose(tx, &stored, asked.stands, &author)? {
            return Err(ScheduleError::NothingToSettle.into());
        }
        show(tx, &zone, now, &id)
    });
    Ok(json(&shown.await?))
}

/// Writes what was chosen; whether anything was to be chosen. What the side that counts said of other elements counts as well. What was
/// booked in the place of what stands is cancelled: nobody is to have both.
///
/// # Errors
/// The store: of a time that somebody else has by now, nobody chooses that it stands.
pub(super) fn choose(tx: &mut Tx<'_>, stored: &Stored, stands: bool, author: &str) -> Result<bool, ApiError> {
    let Some(sides) = sides_of(&mut tx.view()?, stored)? else { return Ok(false) };
    let side = if stands { &sides.stands } else { &sides.off };
    for conflict in &sides.conflicts {
        let value = match conflict.key.as_str() {
            "status" if !stands => Some("\"cancelled\""),
            "status" => sides.stands.value.as_deref(),
            _ => of_side(conflict, side),
        };
        tx.resolve(&stored.entity, &conflict.key, value.map(ToOwned::to_owned), author)?;
    }
    if !stands {
        return Ok(true);
    }
    let settled = tx.written(&stored.entity)?;
    let without = Map::from_iter([("cancelationReason".to_owned(), Value::Null)]);
    exchange(tx, &settled, &without, author)?;
    if let Some(other) = &sides.successor {
        end(tx, other, author)?;
    }
    Ok(true)
}

/// Cancels an appointment, and whatever was booked in its place since, if it is still to come.
///
/// # Errors
/// [`ScheduleError`], or the store.
pub(super) fn end(tx: &mut Tx<'_>, id: &str, author: &str) -> Result<(), ApiError> {
    let mut next = Some(id.to_owned());
    for _ in 0..MOST_AFTER {
        let Some(id) = next.take() else { break };
        let Some(stored) = there(&mut tx.view()?, &Entity::new("Appointment", id.as_str()))? else { break };
        let record = json_of(&stored);
        next = successor(&record);
        if choose(tx, &stored, false, author)? {
            continue;
        }
        let status = record.get("status").and_then(Value::as_str).unwrap_or_default();
        if matches!(status, "booked" | "pending" | "proposed") {
            let elements = cancelled(&record, MOVED, None).map_err(ScheduleError::from)?;
            exchange(tx, &stored, &elements, author)?;
        }
    }
    Ok(())
}

/// How often one appointment is booked anew at most, as far as that is followed.
pub(crate) const MOST_AFTER: usize = 20;
