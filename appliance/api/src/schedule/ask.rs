//! What a patient wishes, and what is known of them that bears on it.

use holdfast_clinical::scheduling::booking::Booked;
use holdfast_clinical::scheduling::find::{Strength, Wish};
use holdfast_clinical::scheduling::span::{Minute, Spans};
use holdfast_clinical::search::of_patient;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::View;

use super::records::{every, json_of};

/// Appointments of one patient that are looked at.
const MOST: usize = 500;
/// Of those who saw the patient, so many count.
const MOST_BEFORE: usize = 5;

/// A patient's appointments, as far as they bear on a search.
#[derive(Default, Debug)]
pub(super) struct Past {
    /// Who saw them, the last first.
    pub(super) before: Vec<String>,
    /// When they are expected somewhere.
    pub(super) busy: Spans,
}

/// What is known of a patient.
pub(super) fn past(view: &mut View<'_>, patient: &str, now: Minute) -> Result<Past, StoreError> {
    let Some(clause) = of_patient("Appointment", &Entity::new("Patient", patient)) else {
        return Ok(Past::default());
    };
    let found = every(view, "Appointment", &[clause], MOST)?;
    let mut all: Vec<Booked> =
        found.iter().filter_map(|stored| Booked::read(&json_of(stored)).ok().flatten()).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.span));
    let busy = all.iter().filter(|one| one.span.to > now && (one.takes_time() || one.session.is_some()));
    let busy = busy.map(|one| one.span).collect();
    let came = all.iter().filter(|one| one.span.from <= now && one.takes_time() && one.status != "noshow");
    let mut before: Vec<String> = Vec::new();
    for key in came.flat_map(|one| &one.resources).filter(|key| key.starts_with("Practitioner/")) {
        if !before.contains(key) && before.len() < MOST_BEFORE {
            before.push(key.clone());
        }
    }
    Ok(Past { before, busy })
}

/// What is wished of the practitioner.
pub(super) fn wish(past: &Past, language: Option<&str>, skills: &[String]) -> Wish {
    Wish {
        before: past.before.clone(),
        language: language.map(|language| (language.to_owned(), Strength::Must)),
        skills: skills.iter().map(|skill| (skill.clone(), Strength::Must)).collect(),
        ..Wish::default()
    }
}
