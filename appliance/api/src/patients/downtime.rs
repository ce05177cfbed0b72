//! `GET /api/downtime-pack`: the pages that are needed when no screen works. The node makes one every hour, too.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::downtime::{Cover, Visit, Words, pack};
use holdfast_clinical::reference::local;
use holdfast_clinical::search::query::{Asker, Query, parse_query_of};
use holdfast_clinical::tree::Node;
use holdfast_clinical::url::parse_pairs;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::{Stored, View};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use super::chart::Reader;
use super::survivor::survivor;
use crate::access::Caller;
use crate::access::policy::{Principal, Role};
use crate::audit::{Look, Looks};
use crate::error::{ApiError, RequestError};
use crate::fhir::date::instant;
use crate::refusal::{own_read, read};
use crate::request::limits::INDEX_WAIT;
use crate::state::ApiState;

/// The visits of so many hours back and ahead: the day of every time zone.
const BACK_MS: u64 = 12 * 3_600_000;
const AHEAD_MS: u64 = 24 * 3_600_000;
/// Patients in one pack: a clinic's busiest day, and no more paper than one person can carry.
const MOST_PATIENTS: usize = 200;
/// Read in one go.
const AT_ONCE: u32 = 200;
/// Appointments that bring nobody.
const CALLED_OFF: [&str; 3] = ["cancelled", "noshow", "entered-in-error"];
/// By what the pack of every hour reads.
const READER: &str = "downtime-pack";
/// Styles stand in the document; nothing else is loaded, and nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The pack of now, in a language; and whose records are in it.
struct Made {
    html: String,
    patients: BTreeSet<String>,
}

/// Who comes, with their appointments in order.
type Coming = BTreeMap<String, Vec<(String, String)>>;

/// Answers the pack, of what the caller may see.
pub(crate) async fn downtime(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = query.unwrap_or_default();
    let pairs = parse_pairs(&query).map_err(|reason| RequestError::BadQuery { reason })?;
    let language =
        pairs.iter().find(|(name, _)| name == "lang").map(|(_, tag)| tag.clone()).unwrap_or_default();
    let made = make(&state, caller, &language).await?;
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY)];
    let mut response = (headers, made.html).into_response();
    let look = Look { interaction: "operation", what: Some("downtime-pack".to_owned()), ..Look::default() };
    response.extensions_mut().insert(Looks(look.showing(&made.patients)));
    Ok(response)
}

/// The pack as those who treat patients see it: records kept from most people are counted, and are not in it.
///
/// # Errors
/// The store.
pub async fn downtime_pack(state: &ApiState, language: &str) -> Result<String, ApiError> {
    let reader = Principal::new(READER, [Role::Clinician]);
    Ok(make(state, reader.into(), language).await?.html)
}

async fn make(state: &ApiState, caller: std::sync::Arc<Principal>, language: &str) -> Result<Made, ApiError> {
    if state.writer().read(|view| view.is_index_behind()).await? {
        state.writer().catch_up_index(INDEX_WAIT).await?;
    }
    let records = state.writer().records().clone();
    let now_ms = records.now_ms();
    let queries = [query("Appointment", now_ms, Some(now_ms + AHEAD_MS))?, query("Encounter", now_ms, None)?];
    // Whom to look for is nobody's secret to the one who prints: who is out of their sight is counted.
    let coming = own_read(state, move |view| Ok(coming(view, &queries)?)).await?;
    let is_cut = coming.len() > MOST_PATIENTS;
    let above = state.parts().link.above();
    let work = {
        let records = records.clone();
        move |view: &mut View<'_>| {
            let sent = records.sent(view)?;
            let is_head_office = records.clinic().is_empty();
            let mut reader = Reader::new(view, sent, above, is_head_office, now_ms);
            Ok(visits(&mut reader, &coming)?)
        }
    };
    let (mut visits, left_out) = read(state, caller, work).await?;
    visits.truncate(MOST_PATIENTS);
    let made_at = instant(now_ms);
    let made_at = format!("{} {} UTC", &made_at[..10], &made_at[11..16]);
    let cover = Cover { made_at: &made_at, day: &made_at[..10], clinic: records.clinic(), left_out, is_cut };
    let patients = visits
        .iter()
        .filter_map(|visit| Node::parse(&visit.patient).ok().and_then(|node| id(&node)))
        .collect();
    Ok(Made { html: pack(&cover, &visits, Words::of(language)), patients })
}

fn query(kind: &str, now_ms: u64, until_ms: Option<u64>) -> Result<Query, ApiError> {
    let mut pairs = vec![("date", format!("ge{}", instant(now_ms.saturating_sub(BACK_MS))))];
    pairs.extend(until_ms.map(|until| ("date", format!("lt{}", instant(until)))));
    Ok(parse_query_of(kind, &pairs, Asker { now_ms, base: None })?)
}

fn coming(view: &mut View<'_>, queries: &[Query]) -> Result<Coming, StoreError> {
    let mut out = Coming::new();
    for query in queries {
        let mut next = Some(0);
        while let Some(after) = next {
            let found = view.search(&query.kind, &query.clauses, after, AT_ONCE)?;
            next = found.next;
            for stored in &found.resources {
                note_visit(&mut out, stored);
            }
        }
    }
    for visits in out.values_mut() {
        visits.sort();
    }
    Ok(out)
}

fn note_visit(out: &mut Coming, stored: &Stored) {
    let Ok(node) = Node::parse(&stored.json) else { return };
    let text = |name: &str| node.member(name).and_then(Node::as_text).unwrap_or_default();
    if CALLED_OFF.contains(&text("status")) {
        return;
    }
    let is_appointment = stored.entity.kind == "Appointment";
    let path: &[&str] =
        if is_appointment { &["participant", "actor", "reference"] } else { &["subject", "reference"] };
    node.walk(path, &mut |leaf| {
        if let Some(target) = leaf.as_text().and_then(local).filter(|target| target.kind == "Patient") {
            let visits = out.entry(target.id.to_owned()).or_default();
            if is_appointment {
                visits.push((text("start").to_owned(), stored.json.clone()));
            }
        }
    });
}

/// Those in the reader's sight in the order in which they come, and how many are not.
fn visits(reader: &mut Reader<'_, '_>, coming: &Coming) -> Result<(Vec<Visit>, usize), StoreError> {
    let (mut out, mut seen, mut left_out) = (Vec::new(), BTreeSet::new(), 0);
    let mut in_order: Vec<_> = coming.iter().collect();
    in_order.sort_by_key(|(_, visits)| visits.first().map(|(start, _)| start.clone()));
    for (id, appointments) in in_order.into_iter().take(MOST_PATIENTS) {
        let Some(stored) = reader.view.get(&Entity::new("Patient", id))? else {
            left_out += 1;
            continue;
        };
        let found = survivor(reader.view, stored)?;
        if !seen.insert(found.stored.entity.id.clone()) {
            continue;
        }
        let replaced = found.replaced.iter().map(|(stored, _)| stored.entity.id.clone());
        let patients: Vec<String> = std::iter::once(found.stored.entity.id.clone()).chain(replaced).collect();
        let (record, note) = reader.for_paper(&patients)?;
        let appointments = appointments.iter().map(|(_, json)| json.clone()).collect();
        out.push(Visit { patient: found.stored.json, appointments, record, note });
    }
    Ok((out, left_out))
}

fn id(node: &Node<'_>) -> Option<String> {
    node.member("id").and_then(Node::as_text).map(str::to_owned)
}
