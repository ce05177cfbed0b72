//! `POST /api/visits/{id}/join`: a clinician's own way into the room.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use holdfast_core::sight::May;
use holdfast_store::StoreError;
use holdfast_store::author::Base;
use holdfast_visits::ids::{MemberId, VisitId};
use holdfast_visits::session::{Clinician, Order};
use holdfast_visits::token::{Claims, Role, VERSION, sign};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::{self, ClinicianKept};
use super::{VisitError, clinicians, hall, parts};
use crate::access::{Caller, Signed};
use crate::conflicts::json;
use crate::error::ApiError;
use crate::fhir::date::instant;
use crate::refusal::{own_read, write};
use crate::request::body;
use crate::request::origin::Origin;
use crate::state::ApiState;

/// A clinician's way in is good for a shift, in seconds.
const SHIFT_S: u64 = 12 * 3_600;
/// A page whose clock is behind is not too early, in seconds.
const EARLIER_S: u64 = 60;

/// Nothing has to be said.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VisitJoin)]
pub(crate) struct JoinAsked {}

/// A token for the socket.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = VisitEntry)]
pub(crate) struct EntryShown {
    token: String,
    /// An instant.
    expires: String,
    /// Who they are in the visit.
    member: String,
}

/// The member that a person is, in any visit.
pub(super) fn member_of(user: &str) -> Result<MemberId, VisitError> {
    let name: String = format!("c-{user}").chars().take(64).collect();
    MemberId::new(name).map_err(|_| VisitError::Off)
}

/// Gives them a token.
pub(crate) async fn join(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
    Signed(signed): Signed,
    Origin(origin): Origin,
    request: Request,
) -> Result<Response, ApiError> {
    let given = parts::parts(&state)?;
    caller.sight.check("Observation", May::CREATE).map_err(StoreError::from)?;
    let (heads, body) = request.into_parts();
    let JoinAsked {} = body::own(&heads.headers, body).await?;
    let member = member_of(&signed.user.id)?;
    let one = ClinicianKept {
        member: member.as_str().to_owned(),
        user: signed.user.id.clone(),
        name: signed.user.name.clone(),
        practitioner: signed.user.practitioner.clone(),
    };
    let (visit, author) = (id.clone(), caller.id.clone());
    let known = write(&state, caller, move |tx| {
        let (mut record, stored) = record::seen(tx, &visit)?;
        if record.ended_ms.is_some() {
            return Err(VisitError::Ended.into());
        }
        if !record.clinicians.contains(&one) {
            record.clinicians.retain(|other| other.member != one.member);
            record.clinicians.push(one.clone());
            record.save(tx, &Base::Exactly(stored.version), &author)?;
        }
        Ok(record)
    });
    let record = known.await?;
    let visit = VisitId::new(&id).map_err(|_| VisitError::Unknown)?;
    let all = own_read(&state, |view| Ok(clinicians::all(view)?)).await?;
    let all = all.into_iter().filter_map(|user| {
        Some(Clinician {
            reference: user.id.clone(),
            name: user.name.clone(),
            member: member_of(&user.id).ok()?,
        })
    });
    hall::order(&state, &visit, Order::Clinicians(all.collect())).await?;
    let now_s = state.writer().records().now_ms() / 1_000;
    let exp = now_s + SHIFT_S;
    let claims = Claims {
        v: VERSION,
        visit,
        clinic: parts::clinic(&state)?,
        role: Role::Clinician,
        member: member.clone(),
        name: short(&signed.user.name),
        nbf: now_s.saturating_sub(EARLIER_S),
        exp,
        one: false,
        at: if given.at.is_empty() { vec![origin] } else { given.at.clone() },
        call: None,
        sealed: record.sealed,
    };
    let token = sign(&given.key, &claims).map_err(VisitError::from)?;
    Ok(json(&EntryShown { token, expires: instant(exp * 1_000), member: member.as_str().to_owned() }))
}

/// As long as a name in a link may be; never empty.
pub(super) fn short(name: &str) -> String {
    let short: String = name.trim().chars().take(holdfast_visits::limits::NAME_CHARS).collect();
    if short.is_empty() { "–".to_owned() } else { short }
}
