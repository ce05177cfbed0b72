//! `POST /api/medicines/check`: what speaks against a medicine for a patient, by allergies and medicines in the record, those of
//! linked records included. Of what is in conflict every value counts.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_clinical::medicines::{Held, Named, RuleSet, Warning, warnings};
use holdfast_clinical::search::chart::{REST, SHELF, number, shelf};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::search::{Room, Stretch};
use holdfast_store::view::{Stored, View};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::audit::{Look, Looks};
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::lookup;
use crate::patients::linked_ids;
use crate::request::body;
use crate::request::limits::{FORM_BODY_BYTES, INDEX_WAIT};
use crate::request::media::Media;
use crate::state::ApiState;

/// Medicines and allergies looked at: far beyond what anybody has.
const MOST: usize = 500;
/// The longest text of a field, in characters.
const MAX_CHARS: usize = 500;

/// A medicine that is to be prescribed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MedicineAsked)]
pub(crate) struct Asked {
    /// The patient's id.
    patient: String,
    /// RxNorm code; empty if it is only named.
    #[serde(default)]
    code: String,
    #[serde(default)]
    text: String,
    /// Noted; none of the rules goes by it.
    #[serde(default, rename = "dose")]
    _dose: Option<String>,
}

/// What speaks against a medicine.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MedicineWarning)]
pub(crate) struct Shown {
    severity: &'static str,
    kind: &'static str,
    text: String,
    /// Of what it is said: the allergen where it is not the medicine itself, then ingredients; for saying it in another language.
    names: Vec<String>,
    /// What the rule says, in its own words; absent if that the record has it says enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<String>,
    source: String,
    because: Because,
}

/// The record from which a warning follows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MedicineBecause)]
pub(crate) struct Because {
    r#type: String,
    id: String,
}

/// Warnings about a medicine.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MedicineChecked)]
pub(crate) struct Checked {
    /// The gravest first.
    warnings: Vec<Shown>,
    /// Whether the rules know an ingredient of it: if not, only names were compared.
    known: bool,
    /// The index is being made, so that something in the record may have been left out.
    incomplete: bool,
}

/// Answers what speaks against a medicine.
pub(crate) async fn medicines(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let text = body::text(&parts.headers, body, Media::Json, FORM_BODY_BYTES).await?;
    let bad = |reason: String| RequestError::BadBody { reason };
    let asked: Asked = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    if !is_id(&asked.patient) {
        return Err(RequestError::BadId.into());
    }
    if asked.text.chars().count() > MAX_CHARS || asked.code.chars().count() > MAX_CHARS {
        return Err(bad(format!("a field is longer than {MAX_CHARS} characters")).into());
    }
    if state.writer().read(|view| view.is_index_behind()).await? {
        state.writer().catch_up_index(INDEX_WAIT).await?;
    }
    let patient = Entity::new("Patient", &asked.patient);
    let wanted = Arc::new(Named::of(&asked.code, &asked.text));
    let rules = state.parts().medicine_rules.clone();
    let work = move |view: &mut View<'_>, patient: &Entity| check(view, patient, &wanted, &*rules);
    let (checked, patients) = lookup::read(&state, &caller, &patient, work).await?;
    let look = Look { interaction: "operation", what: Some(patient.to_string()), ..Look::default() };
    let mut response = json(&checked);
    response.extensions_mut().insert(Looks(look.showing(&patients)));
    Ok(response)
}

fn check(
    view: &mut View<'_>,
    patient: &Entity,
    wanted: &Named,
    rules: &dyn RuleSet,
) -> Result<(Checked, BTreeSet<String>), StoreError> {
    let patients = linked_ids(view, patient)?;
    let (mut taken, mut allergies) = (Vec::new(), Vec::new());
    for id in &patients {
        for kind in ["MedicationRequest", "MedicationStatement"] {
            taken.extend(held(view, kind, id, "active", &["medicationCodeableConcept"])?);
        }
        allergies.extend(held(view, "AllergyIntolerance", id, REST, &["code", "reaction.substance"])?);
    }
    let found = warnings(rules, wanted, &taken, &allergies).into_iter().map(Shown::from).collect();
    let known = !rules.ingredients(wanted).is_empty();
    Ok((Checked { warnings: found, known, incomplete: view.is_index_behind()? }, patients))
}

/// What a patient's shelf holds, by every value of these elements; what was entered in error or refuted is left out.
fn held(
    view: &mut View<'_>,
    kind: &str,
    patient: &str,
    on: &str,
    elements: &[&str],
) -> Result<Vec<Held>, StoreError> {
    let Some(param) = number(kind, SHELF) else { return Ok(Vec::new()) };
    let stretch = Stretch::of(param, shelf(patient, on)).from_the_end();
    let mut out = Vec::new();
    for placed in view.along(kind, &stretch, &[], Room::for_some(MOST), None)? {
        let named = named(view, &placed.stored, elements)?;
        out.extend(named.map(|named| Held { entity: placed.stored.entity, named }));
    }
    Ok(out)
}

fn named(view: &mut View<'_>, stored: &Stored, elements: &[&str]) -> Result<Option<Named>, StoreError> {
    let state = view.siblings(stored)?;
    let mut verifications = state.values("verificationStatus").peekable();
    let is_wrong = |text: &str| text.contains("\"entered-in-error\"") || text.contains("\"refuted\"");
    if verifications.peek().is_some() && verifications.all(is_wrong) {
        return Ok(None);
    }
    let mut named = Named::of_state(&state, elements);
    // A medicine that is a resource of its own.
    let references: Vec<String> = state.values("medicationReference").map(str::to_owned).collect();
    for reference in references {
        let Some(medication) = medication(&reference) else { continue };
        let Some(found) = view.get(&medication)? else { continue };
        let state = view.siblings(&found)?;
        let its = Named::of_state(&state, &["code", "ingredient.itemCodeableConcept"]);
        named.rxcuis.extend(its.rxcuis);
        named.texts.extend(its.texts);
    }
    let contained = Named::of_state(&state, &["contained.code"]);
    named.rxcuis.extend(contained.rxcuis);
    named.texts.extend(contained.texts);
    Ok((!named.is_empty()).then_some(named))
}

fn medication(reference: &str) -> Option<Entity> {
    let value: serde_json::Value = serde_json::from_str(reference).ok()?;
    let to = holdfast_clinical::reference::local(value.get("reference")?.as_str()?)?;
    (to.kind == "Medication").then(|| Entity::new(to.kind, to.id))
}

impl From<Warning> for Shown {
    fn from(warning: Warning) -> Self {
        let Warning { severity, kind, text, names, said, source, because } = warning;
        let because = Because { r#type: because.kind, id: because.id };
        Self { severity: severity.code(), kind: kind.code(), text, names, said, source, because }
    }
}
