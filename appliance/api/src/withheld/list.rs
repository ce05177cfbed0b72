//! The queue: one entry for each record and author.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use holdfast_clinical::scope;
use holdfast_core::id::Entity;
use holdfast_core::op::{DELETED, Op, split_key};
use holdfast_core::sight::May;
use holdfast_store::StoreError;
use holdfast_store::quarantine::Held;
use holdfast_store::view::View;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::{own_read, read};
use crate::sign_in::name_of;
use crate::state::ApiState;

/// Saves looked at: who decides about the first is shown more.
const MOST: u32 = 500;

/// A record, and what somebody wrote on it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WithheldRecord)]
pub(crate) struct Entry {
    /// By what it is decided upon.
    no: u64,
    r#type: String,
    id: String,
    /// Whose record it is: patients' ids.
    patients: Vec<String>,
    /// As records name the author: `Practitioner/ID`, or `HoldfastUser/ID`.
    author: String,
    /// The author's name, as the clinic knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Where it was written: `clinic/replica`.
    replica: String,
    /// When it was written, by the author's clock, in Unix milliseconds: the last save.
    written_ms: u64,
    /// When it came here.
    came_ms: u64,
    /// How many saves that is.
    saves: usize,
    /// The elements that it would change, each with its value (`null`: removed); absent if the reader may not see such a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>)]
    says: Option<BTreeMap<String, Box<RawValue>>>,
    /// Whether it would delete the record.
    deletes: bool,
}

/// What waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Withheld {
    /// Oldest first.
    entries: Vec<Entry>,
}

/// Answers the queue.
pub(crate) async fn list(
    State(state): State<ApiState>,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    let mut entries = own_read(&state, |view| Ok(gather(view)?)).await?;
    let patients: Vec<Entity> =
        entries.iter().flat_map(|entry| &entry.patients).map(|id| Entity::new("Patient", id)).collect();
    let sight = caller.sight.clone();
    // A manager's role alone shows no charts; and what is kept from a reader is kept here, too.
    let may_look = |kind: &str| sight.check(kind, May::LOOK).is_ok();
    let hidden: Vec<String> = if may_look("Patient") {
        let unseen = move |view: &mut View<'_>| {
            let mut out = Vec::new();
            for patient in &patients {
                if view.get(patient)?.is_none() {
                    out.push(patient.id.clone());
                }
            }
            Ok(out)
        };
        read(&state, caller.clone(), unseen).await?
    } else {
        patients.into_iter().map(|patient| patient.id).collect()
    };
    for entry in &mut entries {
        if !may_look(&entry.r#type) || entry.patients.iter().any(|id| hidden.contains(id)) {
            entry.says = None;
        }
    }
    Ok(json(&Withheld { entries }))
}

fn gather(view: &mut View<'_>) -> Result<Vec<Entry>, StoreError> {
    let mut of: BTreeMap<(String, String, Entity), Vec<Held>> = BTreeMap::new();
    for held in view.withheld(0, MOST)? {
        let Some(op) = held.ops.first() else { continue };
        of.entry((held.replica.clone(), op.author.clone(), op.entity.clone())).or_default().push(held);
    }
    let mut out = Vec::new();
    for ((replica, author, entity), held) in of {
        out.push(entry(view, replica, author, entity, &held)?);
    }
    out.sort_by_key(|entry| entry.no);
    Ok(out)
}

fn entry(
    view: &mut View<'_>,
    replica: String,
    author: String,
    entity: Entity,
    held: &[Held],
) -> Result<Entry, StoreError> {
    let ops: Vec<&Op> = held.iter().flat_map(|one| &one.ops).collect();
    let (says, deletes) = says(&ops);
    let stored = view.get(&entity)?.map(|stored| stored.json);
    let patients = [Some(as_resource(&entity, &says)), stored].into_iter().flatten();
    let patients =
        patients.flat_map(|json| scope::patients(&entity, &json)).collect::<std::collections::BTreeSet<_>>();
    Ok(Entry {
        no: held.iter().map(|one| one.no).min().unwrap_or_default(),
        patients: patients.into_iter().collect(),
        name: name_of(view, &author)?,
        written_ms: ops.iter().map(|op| op.hlc.unix_ms()).max().unwrap_or_default(),
        came_ms: held.iter().map(|one| one.at_ms).max().unwrap_or_default(),
        saves: ops.len(),
        says: Some(says),
        deletes,
        r#type: entity.kind,
        id: entity.id,
        author,
        replica,
    })
}

/// The last value of each element, and whether the record would go.
fn says(ops: &[&Op]) -> (BTreeMap<String, Box<RawValue>>, bool) {
    let (mut says, mut deletes) = (BTreeMap::new(), false);
    for change in ops.iter().flat_map(|op| &op.changes) {
        if change.key == DELETED {
            deletes = change.value.is_some();
            continue;
        }
        let (element, member) = split_key(&change.key);
        // Of a set's members, the place in the list is no value.
        let value = if member.is_some() { None } else { change.value.clone() };
        let value = value.unwrap_or_else(|| "null".to_owned());
        if let Ok(value) = RawValue::from_string(value) {
            says.insert(element.to_owned(), value);
        }
    }
    (says, deletes)
}

/// The elements as a resource, to read off it whose it is.
fn as_resource(entity: &Entity, says: &BTreeMap<String, Box<RawValue>>) -> String {
    let mut members = vec![
        format!("\"resourceType\":{}", serde_json::json!(entity.kind)),
        format!("\"id\":{}", serde_json::json!(entity.id)),
    ];
    let whole = says.iter().filter(|(_, value)| value.get() != "null");
    members.extend(whole.map(|(key, value)| format!("{}:{}", serde_json::json!(key), value.get())));
    format!("{{{}}}", members.join(","))
}
