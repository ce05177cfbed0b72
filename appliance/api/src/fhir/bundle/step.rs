//! One step of a bundle, and its answer.

use std::borrow::Cow;

use holdfast_clinical::bundle::{Action, IdOrigin, Method, Step};
use holdfast_clinical::outcome::operation_outcome;
use holdfast_clinical::reference::to_relative;
use holdfast_clinical::scope::is_directory;
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::{StoreError, Tx};

use super::Sender;
use super::budget::Budget;
use super::look;
use super::patch_entry;
use super::writer::BundleWriter;
use crate::audit::Look;
use crate::error::{ApiError, RequestError};
use crate::fhir::answer::{Became, etag, location, saved_issue};
use crate::fhir::date::instant;
use crate::fhir::patch;
use crate::request::condition::version_of;
use crate::request::prefer::Return;

const CREATED: &str = "201 Created";

/// What a step came to.
#[derive(Clone, Debug)]
pub(super) enum Done {
    /// The resource is as the client wants it; how it reads is looked up at the end.
    Kept { status: &'static str, entity: Entity, changed: bool },
    /// There was nothing to delete.
    Nothing,
    /// A read or a search.
    Looked(Answer),
}

/// What a step asks for: what is kept of it if it is refused.
pub(super) fn asked(step: &Step) -> Look {
    if let Action::Get(ask) = &step.action {
        return look::asked(ask);
    }
    let interaction = match step.method {
        Method::Get | Method::Head | Method::Post => "create",
        Method::Put => "update",
        Method::Patch => "patch",
        Method::Delete => "delete",
    };
    // The id of a resource that was to be created says nothing.
    let id = step.id().filter(|_| step.method != Method::Post);
    let what = id.map_or_else(|| step.kind.clone(), |id| format!("{}/{id}", step.kind));
    Look { interaction, what: Some(what), ..Look::default() }
}

/// Carries out a step that writes, or reads inside a transaction.
///
/// # Errors
/// What the store refuses.
pub(super) fn carry_out(
    tx: &mut Tx<'_>,
    step: &Step,
    sender: &Sender,
    budget: &Budget,
) -> Result<Done, ApiError> {
    let author = &*sender.caller.id;
    match &step.action {
        // Exports repeat an organisation in every bundle, each time a little different.
        Action::Create { id, origin: IdOrigin::FullUrl } if is_directory(&step.kind) => {
            put(tx, step, id, &Base::Blind, sender)
        }
        Action::Create { id, origin: IdOrigin::FullUrl } => match put(tx, step, id, &Base::Once, sender) {
            Err(ApiError::Store(StoreError::Exists(entity))) => Err(RequestError::IdTaken { entity }.into()),
            outcome => outcome,
        },
        Action::Create { id, .. } => put(tx, step, id, &Base::Absent, sender),
        Action::Update { id, must_be_new: true, .. } => match put(tx, step, id, &Base::Absent, sender) {
            Err(ApiError::Store(StoreError::Exists(entity))) => {
                Err(RequestError::AlreadyThere { entity }.into())
            }
            outcome => outcome,
        },
        Action::Update { id, if_match, .. } => put(tx, step, id, &base_of(if_match.as_deref())?, sender),
        Action::Exists { id } => {
            Ok(Done::Kept { status: "200 OK", entity: Entity::new(&*step.kind, id), changed: false })
        }
        Action::Delete { id: None, .. } => Ok(Done::Nothing),
        Action::Delete { id: Some(id), if_match } => {
            let entity = Entity::new(&*step.kind, id);
            match tx.delete(&entity, &base_of(if_match.as_deref())?, author) {
                Err(StoreError::NotFound(_)) if if_match.is_none() => Ok(Done::Nothing),
                outcome => {
                    let changed = outcome?.changed;
                    Ok(Done::Kept { status: "204 No Content", entity, changed })
                }
            }
        }
        Action::Get(ask) => look::answer(&mut tx.view()?, step.method, ask, sender, budget).map(Done::Looked),
        Action::Patch { id, if_match } => {
            let entity = Entity::new(&*step.kind, id);
            let patch = patch_entry::text(step)?;
            let saved =
                patch::apply(tx, &entity, &patch, &base_of(if_match.as_deref())?, author, &sender.base)?;
            Ok(Done::Kept { status: "200 OK", entity, changed: saved.changed })
        }
    }
}

fn put(tx: &mut Tx<'_>, step: &Step, id: &str, base: &Base, sender: &Sender) -> Result<Done, ApiError> {
    let entity = Entity::new(&*step.kind, id);
    let json = to_relative(step.resource.as_deref().unwrap_or_default(), &sender.base);
    let saved = tx.put(&entity, &json, base, &sender.caller.id)?;
    let status = if saved.created { CREATED } else { "200 OK" };
    Ok(Done::Kept { status, entity, changed: saved.changed })
}

fn base_of(if_match: Option<&str>) -> Result<Base, RequestError> {
    let Some(tag) = if_match else { return Ok(Base::Blind) };
    let bad = RequestError::BadHeader { name: "ifMatch", expected: "one version, written W/\"VERSION\"" };
    version_of(tag).map(|version| Base::Exactly(version.to_owned())).ok_or(bad)
}

/// An entry of the response.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) status: Cow<'static, str>,
    pub(super) location: Option<String>,
    pub(super) version: Option<String>,
    pub(super) updated_ms: Option<u64>,
    pub(super) resource: Option<String>,
    /// An OperationOutcome that says what was done.
    pub(super) outcome: Option<String>,
    /// What was looked at.
    pub(super) looks: Vec<Look>,
}

impl Answer {
    pub(super) fn bare(status: &'static str) -> Self {
        Self { status: Cow::Borrowed(status), ..Self::default() }
    }

    /// The answer to a step, as the records stand after the whole bundle. What was saved stands in it if the client prefers
    /// it so, and there is place for it: it is saved either way.
    ///
    /// # Errors
    /// The database.
    pub(super) fn of(
        tx: &mut Tx<'_>,
        done: Done,
        sender: &Sender,
        budget: &Budget,
    ) -> Result<Self, StoreError> {
        let (status, entity, changed) = match done {
            Done::Nothing => return Ok(Self::bare("204 No Content")),
            Done::Looked(answer) => return Ok(answer),
            Done::Kept { status, entity, changed } => (status, entity, changed),
        };
        let stored = tx.written(&entity)?;
        let is_shown = sender.returns == Some(Return::Representation)
            && !stored.deleted
            && budget.take(stored.json.len()).is_ok();
        let is_told = sender.returns == Some(Return::Outcome) && !stored.deleted;
        let said = is_told
            .then(|| operation_outcome(&[saved_issue(&stored, Became::of(status == CREATED, changed))]));
        Ok(Self {
            outcome: said,
            resource: is_shown.then_some(stored.json),
            location: Some(location(&entity, &stored.version)),
            version: Some(stored.version),
            updated_ms: Some(stored.updated_ms),
            // What was changed is in the log.
            looks: if changed { Vec::new() } else { vec![Look::at(&entity)] },
            ..Self::bare(status)
        })
    }

    /// Writes the entry.
    pub(super) fn write(&self, bundle: &mut BundleWriter) {
        let (tag, date) = (self.version.as_deref().map(etag), self.updated_ms.map(instant));
        let mut entry = bundle.entry();
        if let Some(resource) = &self.resource {
            entry.resource(resource);
        }
        let (location, outcome) = (self.location.as_deref(), self.outcome.as_deref());
        entry.response(&self.status, location, tag.as_deref(), date.as_deref(), outcome);
        entry.finish();
    }
}
