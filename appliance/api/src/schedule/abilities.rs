//! `PUT /api/schedule/resources/Practitioner/{id}/abilities`: what somebody can do, and which languages they speak. Free times are
//! searched for by both.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::fhir::abilities;
use holdfast_core::sight::May;
use holdfast_store::StoreError;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ScheduleError;
use super::hours::{actor, setup_of};
use super::records::{exchange, json_of};
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::write;
use crate::request::body;
use crate::state::ApiState;

const KIND: &str = "Practitioner";
/// Of one person.
const MOST: usize = 30;
const MOST_CHARACTERS: usize = 64;

/// All skills and languages of somebody.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AbilitiesSaved {
    /// In the clinic's own words; the same words are the same skill.
    skills: Vec<String>,
    /// As BCP 47 writes them.
    languages: Vec<String>,
}

/// Saves all of somebody's skills and languages. Qualifications that others wrote stay.
pub(crate) async fn save(
    State(state): State<ApiState>,
    Path((kind, id)): Path<(String, String)>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let of = actor(&kind, &id)?;
    if of.kind != KIND {
        return Err(ScheduleError::Bad { what: "the resource", expected: "a practitioner" }.into());
    }
    caller.sight.check(KIND, May::UPDATE).map_err(StoreError::from)?;
    let (parts, body) = request.into_parts();
    let given: AbilitiesSaved = body::own(&parts.headers, body).await?;
    let skills = each(given.skills, skill, "a skill", "1 to 64 characters")?;
    let languages =
        each(given.languages, language, "a language", "written as BCP 47 does, such as fr or pt-BR")?;
    let (author, entity) = (caller.id.clone(), of.clone());
    write(&state, caller, move |tx| {
        let stored = tx.view()?.read(&entity)?;
        exchange(tx, &stored, &abilities(&json_of(&stored), &skills, &languages), &author)
    })
    .await?;
    Ok(json(&setup_of(&state, of).await?))
}

/// Each of them once, as it is kept.
fn each(
    given: Vec<String>,
    read: fn(&str) -> Option<String>,
    what: &'static str,
    expected: &'static str,
) -> Result<Vec<String>, ScheduleError> {
    if given.len() > MOST {
        return Err(ScheduleError::Bad {
            what: "the number of skills or languages",
            expected: "30 at the most",
        });
    }
    let mut out = Vec::new();
    for text in given {
        let one = read(&text).ok_or(ScheduleError::Bad { what, expected })?;
        if !out.contains(&one) {
            out.push(one);
        }
    }
    Ok(out)
}

/// As FHIR's codes are written: one space between words, none around them.
fn skill(text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_good =
        (1..=MOST_CHARACTERS).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    is_good.then_some(text)
}

fn language(text: &str) -> Option<String> {
    let text = text.trim();
    let is_part =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let first = text.split('-').next()?;
    let is_good = text.len() <= 35
        && (2..=8).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && text.split('-').all(is_part);
    is_good.then(|| text.to_owned())
}
