//! A place of a group session that is moved: its patient gets a place in another session, which is made if there is none then.

use holdfast_clinical::scheduling::booking::{Booked, Placement, moved};
use holdfast_clinical::scheduling::fhir::extension;
use holdfast_store::Tx;
use holdfast_store::view::Stored;
use serde_json::{Value, json};

use super::ScheduleError;
use super::book::{Asked, Desk, session_of};
use super::group;
use super::plan::Wanted;
use super::records::{exchange, json_of};
use crate::error::ApiError;

/// Moves a place, and nobody else of its session. `wanted` says when and with whom; what the session takes is its type's.
///
/// # Errors
/// [`ScheduleError`] if the type is not offered any more, nobody has the time, or no place is left; or the store.
pub(super) fn move_out(
    tx: &mut Tx<'_>,
    desk: &Desk,
    stored: &Stored,
    place: &Booked,
    wanted: &Wanted,
    author: &str,
) -> Result<(), ApiError> {
    let record = json_of(stored);
    let kind = place.kind.clone().unwrap_or_default();
    let kind = tx.beyond_sight(|tx| super::types::offered(&mut tx.view()?, &kind))?;
    // Those who hold the session that it leaves need not hold the other.
    let is_asked_for = wanted.named != place.resources;
    let asked = Asked {
        // Moved on and back, it makes another session than before: that one may have been cancelled.
        id: format!("{}-{}", stored.entity.id.chars().take(40).collect::<String>(), place.sequence + 1),
        wanted: Wanted {
            kind,
            named: if is_asked_for { wanted.named.clone() } else { Vec::new() },
            anyway: Vec::new(),
            span: wanted.span,
        },
        patient: None,
        note: None,
        overbook: None,
        is_remote: false,
        is_walk_in: false,
        from_waitlist: None,
        series: None,
    };
    let session = session_of(tx, desk, &asked, author)?;
    let key = format!("Appointment/{}", session.id);
    if place.session.as_deref() == Some(&key) && place.span == session.span {
        return Ok(());
    }
    let number = group::next_place(tx, &session, place.patient.as_deref().unwrap_or_default())?;
    let to = Placement { span: session.span, resources: session.resources.clone() };
    let mut elements = moved(&record, &to, &desk.zone).map_err(ScheduleError::from)?.elements;
    let all = elements.get("extension").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut all: Vec<Value> = all.into_iter().filter(|one| !is_of_place(one)).collect();
    all.push(extension::one(extension::SESSION, "valueReference", json!({ "reference": key })));
    all.push(extension::one(extension::PLACE, "valueUnsignedInt", number));
    elements.insert("extension".to_owned(), all.into());
    exchange(tx, stored, &elements, author)?;
    Ok(())
}

fn is_of_place(one: &Value) -> bool {
    let url = one.get("url").and_then(Value::as_str);
    url == Some(extension::SESSION) || url == Some(extension::PLACE)
}
