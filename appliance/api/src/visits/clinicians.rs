//! `GET /api/visits/{id}/clinicians`: who can take over.

use axum::extract::{Path, State};
use axum::response::Response;
use holdfast_clinical::people::{HOLDFAST_USER, User};
use holdfast_store::StoreError;
use holdfast_store::view::View;
use serde::Serialize;
use utoipa::ToSchema;

use super::record;
use super::{VisitError, parts};
use crate::access::Caller;
use crate::access::policy::Role;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::{own_read, read};
use crate::sign_in::read_user;
use crate::state::ApiState;

/// The most people of one clinic.
const MOST: usize = 5_000;
const AT_ONCE: u32 = 200;

/// Who can take over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = VisitClinicians)]
pub(crate) struct CliniciansShown {
    clinicians: Vec<ClinicianShown>,
}

/// Somebody who can.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = VisitClinician)]
pub(crate) struct ClinicianShown {
    /// By which they are named when the visit is handed over.
    #[serde(rename = "ref")]
    reference: String,
    name: String,
    /// Whether they have signed in here.
    here: bool,
}

/// Answers them, by name.
pub(crate) async fn clinicians(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    parts::parts(&state)?;
    let found = own_read(&state, move |view| Ok(record::read(view, &id)?)).await?;
    let (record, _) = found.ok_or(VisitError::Unknown)?;
    read(&state, caller, move |view| record::must_see(view, &record)).await?;
    let mut all = own_read(&state, |view| Ok(all(view)?)).await?;
    all.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let here = state.sign_ins().sessions.people(state.writer().records().now_ms());
    let shown = all.into_iter().map(|user| ClinicianShown {
        here: here.contains(&user.id),
        reference: user.id,
        name: user.name,
    });
    Ok(json(&CliniciansShown { clinicians: shown.collect() }))
}

/// Everybody who may lead a visit. The view must not be narrowed.
pub(super) fn all(view: &mut View<'_>) -> Result<Vec<User>, StoreError> {
    let (mut out, mut next) = (Vec::new(), Some(0));
    while let Some(after) = next.filter(|_| out.len() < MOST) {
        let found = view.search(HOLDFAST_USER, &[], after, AT_ONCE)?;
        for stored in &found.resources {
            let user = read_user(view, &stored.entity)?;
            let leads = |user: &User| {
                let roles = user.roles.iter().filter_map(|role| Role::parse(role));
                user.is_active && roles.into_iter().any(|role| matches!(role, Role::Clinician | Role::Nurse))
            };
            out.extend(user.filter(leads));
        }
        next = found.next;
    }
    Ok(out)
}
