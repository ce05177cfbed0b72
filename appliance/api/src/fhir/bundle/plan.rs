//! Planning a bundle against what the store holds now.

use std::collections::BTreeSet;

pub(super) use holdfast_clinical::bundle::Mode;
use holdfast_clinical::bundle::{Action, BundleError, Condition, Gone, Matches, Method, Plan, Step};
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::View;
use serde::Deserialize;
use uuid::Uuid;

use super::patch_entry;
use crate::audit::Look;
use crate::audit::look::searched;
use crate::error::{ApiError, RequestError};
use crate::fhir::{check, find, patch};

/// A condition and what it found when the plan was made.
#[derive(Clone, Debug)]
struct Premise {
    condition: Condition,
    found: Vec<String>,
}

/// Steps, and what they rest on.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    premises: Vec<Premise>,
    /// What the bundle deletes: no premise looks at it.
    gone: Gone,
    pub(super) steps: Vec<Step>,
}

/// One entry of a batch, by its number.
pub(super) type PlannedEntry = (usize, Result<Planned, ApiError>);

impl Planned {
    /// The searches of its conditions.
    pub(super) fn looks(&self) -> impl Iterator<Item = Look> {
        self.premises.iter().map(|premise| searched(None, premise.condition.text.clone()))
    }

    /// Refuses to go on if a condition finds something else by now. Call it inside the transaction, before any write.
    ///
    /// # Errors
    /// [`RequestError::Overtaken`], or the database.
    pub(super) fn check_premises(&self, view: &mut View<'_>) -> Result<(), ApiError> {
        for premise in &self.premises {
            if find::ids_beside(view, &premise.condition.query, &self.gone)? != premise.found {
                return Err(RequestError::Overtaken.into());
            }
        }
        Ok(())
    }
}

/// What kind of bundle it is, without reading its entries.
///
/// # Errors
/// As [`Plan::parse`], for the bundle itself.
pub(super) fn mode(text: &str) -> Result<Mode, ApiError> {
    #[derive(Deserialize)]
    struct Outline {
        #[serde(rename = "type")]
        bundle_type: Option<String>,
    }
    let outline: Result<Outline, _> = serde_json::from_str(text);
    match outline.as_ref().ok().and_then(|outline| outline.bundle_type.as_deref()) {
        Some("batch") => Ok(Mode::Batch),
        // Whatever else it is, the plan says what is wrong with it.
        _ => Ok(Mode::Transaction),
    }
}

/// The resources that entries name by their id with one of these methods. What is wrong with the bundle is said when it is
/// planned.
pub(super) fn named(text: &str, methods: &[Method]) -> Vec<Entity> {
    let Ok(plan) = Plan::parse(text) else { return Vec::new() };
    let by_id = |entry: &holdfast_clinical::bundle::Entry<'_>| {
        let is_by_id = methods.contains(&entry.method) && entry.condition.is_none();
        let id = entry.url.id.as_deref().filter(|_| is_by_id)?;
        Some(Entity::new(&*entry.url.kind, id))
    };
    plan.entries().iter().filter_map(|entry| by_id(entry.as_ref().ok()?)).collect()
}

/// Plans a transaction. Blocks.
///
/// # Errors
/// The first entry that cannot be carried out, or the database.
pub(super) fn transaction(view: &mut View<'_>, text: &str) -> Result<Planned, ApiError> {
    let plan = Plan::parse(text)?;
    let deletes = search(view, plan.conditions_of_deletes().cloned().collect(), &Gone::new())?;
    let gone = plan.gone(&matches(&deletes))?;
    let premises = search(view, plan.conditions()?, &gone)?;
    let steps = plan.resolve(new_id, &matches(&premises))?;
    for step in &steps {
        check(step).map_err(|error| error.at_entry(step.entry))?;
    }
    Ok(Planned { premises, gone, steps })
}

/// Plans the entries of a batch that are `wanted` (`None`: all), each on its own; their numbers stand beside them. Blocks.
///
/// # Errors
/// The bundle itself cannot be read, or the database.
pub(super) fn batch(
    view: &mut View<'_>,
    text: &str,
    wanted: Option<&BTreeSet<usize>>,
) -> Result<Vec<PlannedEntry>, ApiError> {
    let plan = Plan::parse(text)?;
    let all = 0..plan.entries().len();
    let mut out = Vec::new();
    for entry in all.filter(|entry| wanted.is_none_or(|wanted| wanted.contains(entry))) {
        let planned = match single(view, &plan, entry) {
            Err(error) if error.is_trouble() || error.is_retryable() => return Err(error),
            planned => planned,
        };
        out.push((entry, planned));
    }
    Ok(out)
}

fn single(view: &mut View<'_>, plan: &Plan<'_>, entry: usize) -> Result<Planned, ApiError> {
    let gone = Gone::new();
    let premises = search(view, plan.entry_conditions(entry)?, &gone)?;
    let step = plan.resolve_entry(entry, new_id, &matches(&premises))?;
    check(&step)?;
    Ok(Planned { premises, gone, steps: vec![step] })
}

fn new_id() -> String {
    Uuid::new_v4().to_string()
}

fn search(view: &mut View<'_>, conditions: Vec<Condition>, gone: &Gone) -> Result<Vec<Premise>, StoreError> {
    conditions
        .into_iter()
        .map(|condition| {
            let found = find::ids_beside(view, &condition.query, gone)?;
            Ok(Premise { condition, found })
        })
        .collect()
}

fn matches(premises: &[Premise]) -> Matches {
    premises.iter().map(|premise| (premise.condition.text.clone(), premise.found.clone())).collect()
}

fn check(step: &Step) -> Result<(), ApiError> {
    match (&step.action, &step.resource) {
        (Action::Create { .. } | Action::Update { .. }, Some(resource)) => {
            check::resource(&step.kind, resource)
        }
        (Action::Create { .. } | Action::Update { .. }, None) => {
            let reason = "it has no resource".to_owned();
            Err(BundleError::BadEntry { entry: step.entry, reason }.into())
        }
        (Action::Patch { .. }, _) => patch::check(&step.kind, &patch_entry::text(step)?),
        _ => Ok(()),
    }
}
