//! `GET /api/patients/{id}/observations?code=SYSTEM|CODE&since=`: the course of one measurement, for a plot and its table.

use std::collections::BTreeSet;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::search::chart::{CODED, course, number, since};
use holdfast_clinical::tree::Node;
use holdfast_clinical::url::parse_pairs;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::search::{Room, Stretch};
use holdfast_store::view::View;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::record::is_in_error;
use super::survivor::survivor;
use crate::access::Caller;
use crate::audit::{Look, Looks};
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::lookup;
use crate::request::limits::INDEX_WAIT;
use crate::request::target::PatientTarget;
use crate::state::ApiState;

/// The most points of a plot, the newest: twenty years of weekly values are a thousand.
const MOST: usize = 2_000;

/// One value.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CoursePoint)]
pub(crate) struct Point {
    /// Id of the Observation.
    id: String,
    /// When it was measured, as the record says.
    at: String,
    /// The number, digit for digit.
    #[schema(value_type = f64)]
    value: Box<RawValue>,
    unit: String,
    /// Bounds of what is usual, as the record says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    low: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    high: Option<Box<RawValue>>,
    /// The record's own interpretation: `H`, `L`, `HH` …
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<String>,
    /// Id of the patient in whose record it stands, if that is a linked one.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
}

/// The course of one measurement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Course {
    /// The oldest first.
    points: Vec<Point>,
    /// There are older ones than are shown.
    more: bool,
}

struct Asked {
    system: String,
    code: String,
    /// As the index has it.
    since: Option<String>,
}

/// Answers the course of one measurement.
pub(crate) async fn observations(
    State(state): State<ApiState>,
    PatientTarget(patient): PatientTarget,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let asked = std::sync::Arc::new(asked(query.as_deref().unwrap_or_default())?);
    if state.writer().read(|view| view.is_index_behind()).await? {
        state.writer().catch_up_index(INDEX_WAIT).await?;
    }
    let look = Look {
        interaction: "operation",
        what: Some(patient.to_string()),
        query: query.as_deref().map(crate::audit::look::cut),
        ..Look::default()
    };
    let work = move |view: &mut View<'_>, patient: &Entity| read(view, patient, &asked);
    let (course, shown) = lookup::read(&state, &caller, &patient, work).await?;
    let mut response = json(&course);
    response.extensions_mut().insert(Looks(look.showing(&shown)));
    Ok(response)
}

fn asked(query: &str) -> Result<Asked, RequestError> {
    let pairs = parse_pairs(query).map_err(|reason| RequestError::BadQuery { reason })?;
    let (mut coded, mut from) = (None, None);
    for (name, value) in pairs {
        let bad =
            |expected| RequestError::BadParameter { name: name.clone(), value: value.clone(), expected };
        match name.as_str() {
            "code" => {
                let (system, code) = value.split_once('|').ok_or_else(|| bad("SYSTEM|CODE"))?;
                coded = Some((system.to_owned(), code.to_owned()));
            }
            "since" => from = Some(since(&value).ok_or_else(|| bad("a date or time"))?),
            _ => return Err(RequestError::UnknownParameter { name, known: "code and since".to_owned() }),
        }
    }
    let (system, code) = coded.ok_or(RequestError::BadQuery { reason: "it names no code" })?;
    Ok(Asked { system, code, since: from })
}

fn read(
    view: &mut View<'_>,
    patient: &Entity,
    asked: &Asked,
) -> Result<(Course, BTreeSet<String>), StoreError> {
    let stored = view.read(patient)?;
    let found = survivor(view, stored)?;
    let shown = found.ids();
    let Some(param) = number("Observation", CODED) else {
        return Ok((Course { points: Vec::new(), more: false }, shown));
    };
    let (mut points, mut more) = (Vec::new(), false);
    for id in &shown {
        let prefix = course(id, Some((&asked.system, &asked.code)));
        let from = asked.since.as_ref().map(|since| format!("{prefix}{since}"));
        let stretch = Stretch { from, ..Stretch::of(param, prefix).from_the_end() };
        let placed = view.along("Observation", &stretch, &[], Room::for_some(MOST), None)?;
        more |= placed.len() == MOST;
        let of = (*id != found.stored.entity.id).then(|| id.clone());
        points.extend(placed.into_iter().filter_map(|one| {
            let time = one.value.rsplit('\u{1f}').next().unwrap_or_default().to_owned();
            let point = point(&one.stored.json, asked)?;
            Some((time, Point { id: one.stored.entity.id, of: of.clone(), ..point }))
        }));
    }
    points.sort_by(|(a, _), (b, _)| a.cmp(b));
    let points = points.into_iter().map(|(_, point)| point).collect();
    Ok((Course { points, more }, shown))
}

/// The point of an Observation, or of the component of one, that has a number; other values, and what was entered in error, are no
/// part of a plot.
fn point(json: &str, asked: &Asked) -> Option<Point> {
    let node = Node::parse(json).ok()?;
    if is_in_error(&node) {
        return None;
    }
    let at = text(&node, "effectiveDateTime")
        .or_else(|| text(&node, "effectiveInstant"))
        .or_else(|| text(node.member("effectivePeriod")?, "start"))
        .or_else(|| text(&node, "issued"))?;
    if is_of(&node, asked) && node.member("valueQuantity").is_some() {
        return measured(&node, at);
    }
    let mut found = None;
    node.walk(&["component"], &mut |component| {
        if found.is_none() && is_of(component, asked) {
            found = measured(component, at.clone());
        }
    });
    found
}

fn is_of(node: &Node<'_>, asked: &Asked) -> bool {
    let mut is_it = false;
    node.walk(&["code", "coding"], &mut |coding| {
        let is = |name: &str, wanted: &str| text(coding, name).unwrap_or_default() == wanted;
        is_it |= is("system", &asked.system) && is("code", &asked.code);
    });
    is_it
}

/// Of an Observation, or a component, with a number.
fn measured(node: &Node<'_>, at: String) -> Option<Point> {
    let quantity = node.member("valueQuantity")?;
    let mut bounds = (None, None);
    node.walk(&["referenceRange"], &mut |range| {
        let bound = |name: &str| range.member(name).and_then(|one| one.member("value")).and_then(raw);
        if bounds.0.is_none() && bounds.1.is_none() {
            bounds = (bound("low"), bound("high"));
        }
    });
    let mut flag = None;
    node.walk(&["interpretation", "coding", "code"], &mut |one| {
        flag = flag.take().or_else(|| one.as_text().map(str::to_owned));
    });
    let value = quantity.member("value").and_then(raw)?;
    let unit = text(quantity, "unit").or_else(|| text(quantity, "code")).unwrap_or_default();
    Some(Point { id: String::new(), at, value, unit, low: bounds.0, high: bounds.1, flag, of: None })
}

fn text(node: &Node<'_>, name: &str) -> Option<String> {
    node.member(name).and_then(Node::as_text).map(str::to_owned)
}

fn raw(node: &Node<'_>) -> Option<Box<RawValue>> {
    let Node::Number(digits) = node else { return None };
    RawValue::from_string((*digits).to_owned()).ok()
}
