//! The record of a visit: what is known of it before and after, and its links. It is one of Holdfast's own, so that it travels with
//! everything else and a link that was taken back is so wherever it is looked at. What is said in a visit while it runs is not in it.

use holdfast_clinical::types::HOLDFAST_VISIT;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::author::Base;
use holdfast_store::view::{Stored, View};
use holdfast_store::{StoreError, Tx};
use holdfast_visits::token::Role;
use serde::{Deserialize, Serialize};

use super::VisitError;
use crate::error::ApiError;

/// A visit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VisitRecord {
    resource_type: String,
    pub(super) id: String,
    /// `Encounter/ID`.
    pub(super) encounter: String,
    /// The appointment's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) appointment: Option<String>,
    /// `Patient/ID`.
    pub(super) patient: String,
    /// Encrypted end to end.
    #[serde(default)]
    pub(super) sealed: bool,
    /// When it is to begin, in Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scheduled_ms: Option<u64>,
    /// When it was made.
    pub(super) made_ms: u64,
    /// When two were in for the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) started_ms: Option<u64>,
    /// When it was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended_ms: Option<u64>,
    /// What the patient takes home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) summary: Option<SummaryKept>,
    /// Whoever was given a way in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) links: Vec<LinkKept>,
    /// Clinicians who have come, or may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) clinicians: Vec<ClinicianKept>,
}

/// What the patient takes home.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SummaryKept {
    pub(super) text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
    pub(super) at_ms: u64,
}

/// A link. The token is made of it anew each time; it stands nowhere.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LinkKept {
    pub(super) id: String,
    pub(super) member: String,
    pub(super) role: Role,
    pub(super) name: String,
    pub(super) single_device: bool,
    /// From when, in Unix seconds.
    pub(super) from_s: u64,
    /// Until when, in Unix seconds.
    pub(super) until_s: u64,
    /// When it was taken back, in Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) revoked_ms: Option<u64>,
}

/// A clinician of a visit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClinicianKept {
    pub(super) member: String,
    /// The id of their record.
    pub(super) user: String,
    pub(super) name: String,
    /// `Practitioner/ID`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) practitioner: Option<String>,
}

impl VisitRecord {
    /// One that nobody has come to.
    pub(super) fn new(id: &str, encounter: String, patient: String, made_ms: u64) -> Self {
        Self {
            resource_type: HOLDFAST_VISIT.to_owned(),
            id: id.to_owned(),
            encounter,
            appointment: None,
            patient,
            sealed: false,
            scheduled_ms: None,
            made_ms,
            started_ms: None,
            ended_ms: None,
            summary: None,
            links: Vec::new(),
            clinicians: Vec::new(),
        }
    }

    fn entity(&self) -> Entity {
        entity(&self.id)
    }

    /// Saves it, upon `base`.
    ///
    /// # Errors
    /// The store.
    pub(super) fn save(&self, tx: &mut Tx<'_>, base: &Base, author: &str) -> Result<(), ApiError> {
        let text = serde_json::to_string(self).map_err(|error| StoreError::Database(error.to_string()))?;
        let entity = self.entity();
        tx.beyond_sight(|tx| tx.put(&entity, &text, base, author))?;
        Ok(())
    }
}

/// The record of a visit's id.
pub(super) fn entity(id: &str) -> Entity {
    Entity::new(HOLDFAST_VISIT, id)
}

/// Reads one, whoever asks; `None` if there is none.
///
/// # Errors
/// The database.
pub(super) fn read(view: &mut View<'_>, id: &str) -> Result<Option<(VisitRecord, Stored)>, StoreError> {
    let Some(stored) = view.get(&entity(id))?.filter(|stored| !stored.deleted) else { return Ok(None) };
    let read = serde_json::from_str(&stored.json);
    Ok(read.ok().map(|record: VisitRecord| (record, stored)))
}

/// As [`read`], if the caller may see whose visit it is.
///
/// # Errors
/// [`VisitError::Unknown`], or the database.
pub(super) fn seen(tx: &mut Tx<'_>, id: &str) -> Result<(VisitRecord, Stored), ApiError> {
    let found = tx.beyond_sight(|tx| read(&mut tx.view()?, id))?;
    let (record, stored) = found.ok_or(VisitError::Unknown)?;
    must_see(&mut tx.view()?, &record)?;
    Ok((record, stored))
}

/// Refuses whoever may not see the visit's Encounter.
///
/// # Errors
/// [`VisitError::Unknown`], or the database.
pub(super) fn must_see(view: &mut View<'_>, record: &VisitRecord) -> Result<(), ApiError> {
    for reference in [&record.encounter, &record.patient] {
        let Some((kind, id)) = reference.split_once('/') else { return Err(VisitError::Unknown.into()) };
        if !view.is_in_sight(&Entity::new(kind, id), May::READ)? {
            return Err(VisitError::Unknown.into());
        }
    }
    Ok(())
}
