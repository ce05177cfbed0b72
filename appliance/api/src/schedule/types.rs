//! `/api/schedule/types`: what can be booked.

use std::collections::BTreeMap;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::fhir::{AppointmentType, Split, extension, saved};
use holdfast_clinical::scheduling::find::{Kind, Need};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::author::Base;
use holdfast_store::view::View;
use holdfast_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::ScheduleError;
use super::affected::{self, Affected, Of};
use super::records::{every, json_of, put};
use crate::access::Caller;
use crate::conflicts::json as answer;
use crate::error::{ApiError, RequestError};
use crate::refusal::{read, write};
use crate::request::body;
use crate::state::ApiState;

const KIND: &str = "HealthcareService";
/// Services that are looked at.
const MOST: usize = 2_000;
/// Minutes before an appointment at which what was not sold on the web comes back.
const SELL_UNTIL_MIN: i64 = 24 * 60;
/// An appointment begins at a full quarter, ten minutes or five, as its length has it.
const STEPS_MIN: [i64; 3] = [15, 10, 5];

/// What one resource of an appointment must be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypeNeed {
    /// `practitioner`, `room` or `equipment`.
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// One of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    any: Option<Vec<String>>,
}

/// A type of appointment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AppointmentType)]
pub(crate) struct TypeShown {
    id: String,
    #[serde(flatten)]
    rest: TypeSaved,
}

/// The same, as it is to be saved.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TypeSaved {
    name: String,
    minutes: i64,
    buffer_before: i64,
    buffer_after: i64,
    needs: Vec<TypeNeed>,
    /// More than one is a group session.
    capacity: u32,
    /// Percent of new time that head office may sell on the web.
    web_share: u8,
    remote: bool,
    active: bool,
}

/// A type once it is saved.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TypeAnswer {
    #[serde(flatten)]
    kind: TypeShown,
    /// What is booked of a type that is not offered any more: it stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    affected: Option<Affected>,
}

/// Every type.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Types {
    /// By name; those that are not offered any more among them.
    types: Vec<TypeShown>,
}

/// Answers every type.
pub(crate) async fn types(
    State(state): State<ApiState>,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    let mut types: Vec<TypeShown> =
        read(&state, caller, |view| Ok(all(view)?)).await?.iter().map(shown).collect();
    types.sort_by(|a, b| (&a.rest.name, &a.id).cmp(&(&b.rest.name, &b.id)));
    Ok(answer(&Types { types }))
}

/// Every type; services that are none are left out.
pub(crate) fn all(view: &mut View<'_>) -> Result<Vec<AppointmentType>, StoreError> {
    let services = every(view, KIND, &[], MOST)?;
    Ok(services.iter().filter_map(|stored| AppointmentType::read(&json_of(stored)).ok()).collect())
}

/// What they are called, by their ids.
pub(super) fn names(view: &mut View<'_>) -> Result<BTreeMap<String, String>, StoreError> {
    Ok(all(view)?.into_iter().map(|kind| (kind.id, kind.name)).collect())
}

/// The type of that id, if it is offered.
pub(super) fn offered(view: &mut View<'_>, id: &str) -> Result<AppointmentType, ApiError> {
    let none = || ScheduleError::NoSuchType { kind: id.chars().take(64).collect() };
    if !is_id(id) {
        return Err(none().into());
    }
    let found = super::records::there(view, &Entity::new(KIND, id))?.ok_or_else(none)?;
    let kind = AppointmentType::read(&json_of(&found)).map_err(|_| none())?;
    if kind.is_active { Ok(kind) } else { Err(none().into()) }
}

/// Adds a type, or changes one. What is booked stays as it is.
pub(crate) async fn save(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    if !is_id(&id) {
        return Err(RequestError::BadId.into());
    }
    caller.sight.check(KIND, May::CREATE | May::UPDATE).map_err(StoreError::from)?;
    let (parts, body) = request.into_parts();
    let given: TypeSaved = body::own(&parts.headers, body).await?;
    let (entity, author) = (Entity::new(KIND, &id), caller.id.clone());
    let kind = write(&state, caller.clone(), move |tx| store(tx, &entity, &given, &author)).await?;
    let affected = if kind.is_active {
        None
    } else {
        affected::from_now(&state, &caller, Of::Kind(kind.id.clone())).await?.or_none()
    };
    Ok(answer(&TypeAnswer { kind: shown(&kind), affected }))
}

fn store(
    tx: &mut Tx<'_>,
    entity: &Entity,
    given: &TypeSaved,
    author: &str,
) -> Result<AppointmentType, ApiError> {
    let before = tx.view()?.get(entity)?.filter(|stored| !stored.deleted);
    let old =
        before.as_ref().map(json_of).unwrap_or_else(|| json!({ "resourceType": KIND, "id": entity.id }));
    let known = AppointmentType::read(&old).ok();
    if before.is_some() && known.is_none() && extension::find(&old, extension::TYPE).is_none() {
        // A service of others' is not made a type by a save that happens to have its id.
        return Err(StoreError::Exists(entity.to_string()).into());
    }
    let kind = made(&entity.id, given, known.as_ref())?;
    let elements = kind.elements(&old);
    let text = before.map_or_else(|| old.to_string(), |stored| stored.json);
    let text = saved(&text, &elements).map_err(|reason| RequestError::BadBody { reason })?;
    // What is out of its range is told as the reader of the record tells it.
    let kind = AppointmentType::read(&serde_json::from_str::<Value>(&text).unwrap_or_default())
        .map_err(ScheduleError::from)?;
    put(tx, entity, &text, &Base::Blind, author)?;
    Ok(kind)
}

fn made(
    id: &str,
    given: &TypeSaved,
    known: Option<&AppointmentType>,
) -> Result<AppointmentType, ScheduleError> {
    let step_min = STEPS_MIN.into_iter().find(|step| given.minutes % step == 0).unwrap_or(5);
    let needs: Vec<Need> = given.needs.iter().map(|need| need_of(need, known)).collect::<Result<_, _>>()?;
    let name = given.name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(ScheduleError::Bad { what: "the name", expected: "1 to 200 characters" });
    }
    Ok(AppointmentType {
        id: id.to_owned(),
        name: name.to_owned(),
        is_active: given.active,
        duration_min: given.minutes,
        before_min: given.buffer_before,
        after_min: given.buffer_after,
        step_min: known
            .filter(|known| known.duration_min == given.minutes)
            .map_or(step_min, |known| known.step_min),
        needs,
        capacity: given.capacity,
        is_remote: given.remote,
        split: Split {
            web_percent: given.web_share,
            sell_until_min: known
                .map(|known| known.split.sell_until_min)
                .filter(|min| *min > 0)
                .unwrap_or(SELL_UNTIL_MIN),
        },
    })
}

/// What the screens have no field for, such as skills, stays.
fn need_of(given: &TypeNeed, known: Option<&AppointmentType>) -> Result<Need, ScheduleError> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == given.kind);
    let kind = kind
        .ok_or(ScheduleError::Bad { what: "a need's kind", expected: "practitioner, room or equipment" })?;
    let old =
        known.and_then(|known| known.needs.iter().find(|need| need.kind == kind && need.role == given.role));
    Ok(Need {
        kind,
        role: given.role.clone(),
        skills: old.map(|need| need.skills.clone()).unwrap_or_default(),
        only: given.any.clone().unwrap_or_default(),
    })
}

fn shown(kind: &AppointmentType) -> TypeShown {
    let need = |need: &Need| TypeNeed {
        kind: need.kind.as_str().to_owned(),
        role: need.role.clone(),
        any: Some(need.only.clone()).filter(|only| !only.is_empty()),
    };
    TypeShown {
        id: kind.id.clone(),
        rest: TypeSaved {
            name: kind.name.clone(),
            minutes: kind.duration_min,
            buffer_before: kind.before_min,
            buffer_after: kind.after_min,
            needs: kind.needs.iter().map(need).collect(),
            capacity: kind.capacity,
            web_share: kind.split.web_percent,
            remote: kind.is_remote,
            active: kind.is_active,
        },
    }
}
