//! `POST` and `DELETE /api/visits/{id}/links`: ways in for the patient and for whoever comes with them.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::types::is_id;
use holdfast_store::author::Base;
use holdfast_visits::ids::{MemberId, VisitId};
use holdfast_visits::limits::MEMBERS;
use holdfast_visits::session::Order;
use holdfast_visits::token::{Claims, Role, VERSION, sign};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::{self, LinkKept, VisitRecord};
use super::{VisitError, hall, join, parts};
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::fhir::date::instant;
use crate::refusal::write;
use crate::request::body;
use crate::request::origin::Origin;
use crate::state::ApiState;

/// A link is in force so long, from the visit's time on, if it is not said.
const HOURS: u32 = 24;
/// The longest.
const MOST_HOURS: u32 = 24 * 14;
/// A page whose clock is behind is not too early, in seconds.
const EARLIER_S: u64 = 60;

/// What whoever comes by a link is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = VisitRole)]
pub(crate) enum RoleAsked {
    Patient,
    Family,
    Interpreter,
}

impl From<RoleAsked> for Role {
    fn from(role: RoleAsked) -> Self {
        match role {
            RoleAsked::Patient => Self::Patient,
            RoleAsked::Family => Self::Family,
            RoleAsked::Interpreter => Self::Interpreter,
        }
    }
}

/// A link that is to be.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = VisitLinkAsked)]
pub(crate) struct LinkAsked {
    /// Made by whoever asks: the same again is the same link.
    id: String,
    role: RoleAsked,
    /// How they are called in the visit.
    name: String,
    /// For one device at a time.
    single_device: bool,
    /// For how long, from the visit's time on; 24, if it is not said.
    hours: Option<u32>,
}

/// A link as staff see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = VisitLink)]
pub(crate) struct LinkShown {
    id: String,
    /// Who they are in the visit.
    member: String,
    #[schema(value_type = RoleAsked)]
    role: Role,
    name: String,
    single_device: bool,
    /// An instant.
    expires: String,
    /// The address, as long as it is in force, to whoever may make links.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<String>,
    /// Whether somebody has come by it.
    used: bool,
}

/// How a link is shown.
pub(super) struct Showing<'s> {
    pub(super) state: &'s ApiState,
    /// Where the caller's own request came by.
    pub(super) origin: &'s str,
    /// Whether the caller may give it to anybody.
    pub(super) with_url: bool,
    pub(super) now_ms: u64,
}

impl Showing<'_> {
    /// A link of a visit.
    ///
    /// # Errors
    /// [`VisitError::Claims`].
    pub(super) fn link(
        &self,
        record: &VisitRecord,
        link: &LinkKept,
        used: bool,
    ) -> Result<LinkShown, ApiError> {
        let is_in_force =
            link.revoked_ms.is_none() && record.ended_ms.is_none() && link.until_s * 1_000 > self.now_ms;
        let url = if is_in_force && self.with_url { Some(self.url(record, link)?) } else { None };
        Ok(LinkShown {
            id: link.id.clone(),
            member: link.member.clone(),
            role: link.role,
            name: link.name.clone(),
            single_device: link.single_device,
            expires: instant(link.until_s * 1_000),
            url,
            revoked: link.revoked_ms.map(instant),
            used,
        })
    }

    fn url(&self, record: &VisitRecord, link: &LinkKept) -> Result<String, ApiError> {
        let given = parts::parts(self.state)?;
        let at = if given.at.is_empty() { vec![self.origin.to_owned()] } else { given.at.clone() };
        let first = at.first().cloned().unwrap_or_default();
        let claims = Claims {
            v: VERSION,
            visit: VisitId::new(&record.id).map_err(|_| VisitError::Unknown)?,
            clinic: parts::clinic(self.state)?,
            role: link.role,
            member: MemberId::new(&link.member).map_err(|_| VisitError::Unknown)?,
            name: link.name.clone(),
            nbf: link.from_s,
            exp: link.until_s,
            one: link.single_device,
            at,
            call: Some(given.call.clone()).filter(|call| *call != Default::default()),
            sealed: record.sealed,
        };
        let token = sign(&given.key, &claims).map_err(VisitError::from)?;
        Ok(format!("{first}/v/{token}"))
    }
}

/// Makes one; the same, if the id was used for it.
pub(crate) async fn make(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
    Origin(origin): Origin,
    request: Request,
) -> Result<Response, ApiError> {
    parts::parts(&state)?;
    let (heads, body) = request.into_parts();
    let asked: LinkAsked = body::own(&heads.headers, body).await?;
    if !is_id(&asked.id) {
        return Err(VisitError::Bad { what: "the id", expected: "a FHIR id" }.into());
    }
    let hours = asked.hours.unwrap_or(HOURS);
    if !(1..=MOST_HOURS).contains(&hours) {
        return Err(VisitError::Bad { what: "the number of hours", expected: "1 to 336" }.into());
    }
    if asked.name.trim().is_empty() {
        return Err(
            VisitError::Bad { what: "the name", expected: "said: the others in the visit see it" }.into()
        );
    }
    let now_ms = state.writer().records().now_ms();
    let (visit, author) = (id.clone(), caller.id.clone());
    let made = write(&state, caller.clone(), move |tx| {
        let (mut record, stored) = record::seen(tx, &visit)?;
        if let Some(known) = record.links.iter().find(|link| link.id == asked.id).cloned() {
            return Ok((record, known, false));
        }
        if record.ended_ms.is_some() {
            return Err(VisitError::Ended.into());
        }
        if record.links.len() + record.clinicians.len() >= MEMBERS {
            return Err(VisitError::Full.into());
        }
        let from_s = now_ms / 1_000;
        let begins_s = record.scheduled_ms.map_or(from_s, |ms| (ms / 1_000).max(from_s));
        let member = format!("m-{}", asked.id.chars().take(62).collect::<String>());
        MemberId::new(&member).map_err(|_| VisitError::Bad { what: "the id", expected: "a FHIR id" })?;
        let link = LinkKept {
            id: asked.id.clone(),
            member,
            role: asked.role.into(),
            name: join::short(&asked.name),
            single_device: asked.single_device,
            from_s: from_s.saturating_sub(EARLIER_S),
            until_s: begins_s + u64::from(hours) * 3_600,
            revoked_ms: None,
        };
        record.links.push(link.clone());
        record.save(tx, &Base::Exactly(stored.version), &author)?;
        Ok((record, link, true))
    });
    let (record, link, is_new) = made.await?;
    let showing = Showing { state: &state, origin: &origin, with_url: true, now_ms };
    let shown = showing.link(&record, &link, false)?;
    let visit = VisitId::new(&id).map_err(|_| VisitError::Unknown)?;
    let member = MemberId::new(&link.member).map_err(|_| VisitError::Unknown)?;
    hall::order(&state, &visit, Order::Link { member, name: link.name, role: link.role }).await?;
    let mut response = json(&shown);
    *response.status_mut() = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(response)
}

/// Takes one back: whoever came by it is put out.
pub(crate) async fn revoke(
    State(state): State<ApiState>,
    Path((id, link)): Path<(String, String)>,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    parts::parts(&state)?;
    let now_ms = state.writer().records().now_ms();
    let (visit, author) = (id.clone(), caller.id.clone());
    let member = write(&state, caller, move |tx| {
        let (mut record, stored) = record::seen(tx, &visit)?;
        let Some(one) = record.links.iter_mut().find(|one| one.id == link) else {
            return Ok(None);
        };
        let member = one.member.clone();
        if one.revoked_ms.is_none() {
            one.revoked_ms = Some(now_ms);
            record.save(tx, &Base::Exactly(stored.version), &author)?;
        }
        Ok(Some(member))
    });
    if let Some(member) = member.await? {
        let visit = VisitId::new(&id).map_err(|_| VisitError::Unknown)?;
        let member = MemberId::new(member).map_err(|_| VisitError::Unknown)?;
        hall::order(&state, &visit, Order::Revoke { member }).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
