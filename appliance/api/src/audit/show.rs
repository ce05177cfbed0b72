//! The trail as AuditEvents: lines of pages, saves of the log, and events that programs have recorded as such, newest first
//! in the order in which they came here.

use std::ops::ControlFlow;

use holdfast_clinical::audit::event::{self, Source, Write};
use holdfast_clinical::audit::{HOLDFAST_AUDIT, Page};
use holdfast_clinical::search::query::Query;
use holdfast_clinical::search::{rows_of_text, table};
use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::search::{Clause, Match, SortBy, SortKey};
use holdfast_store::StoreError;
use holdfast_store::trail::{Recorded, Step, Wanted};
use holdfast_store::view::{Stored, View};

use super::keeper::patient_ids;
use crate::error::{ApiError, RequestError};

/// The type that the trail is shown as.
pub(crate) const EVENT: &str = "AuditEvent";

/// Steps taken from the store at a time.
const AT_ONCE: u32 = 200;
/// So many times for one page of a search, which may then come out short and still go on.
const ROUNDS: usize = 25;

/// Where a page of a search ends: before this place, less so many events of the step there.
pub(crate) type Place = (i64, u32);

/// A page of events.
pub(crate) struct Events {
    pub(crate) events: Vec<Stored>,
    /// Where to go on; `None` at the end.
    pub(crate) next: Option<Place>,
}

/// Events that meet a search, up to `count`.
///
/// # Errors
/// [`RequestError`] for what a trail cannot be searched by; the store.
pub(crate) fn find(
    view: &mut View<'_>,
    query: &Query,
    after: Option<Place>,
    count: u32,
) -> Result<Events, ApiError> {
    check(query)?;
    let mut events = Vec::new();
    let next = walk(view, query, after, ROUNDS, &mut |place, event| {
        events.push(event);
        if events.len() < count as usize { ControlFlow::Continue(()) } else { ControlFlow::Break(place) }
    })?;
    Ok(Events { events, next })
}

/// How many events meet a search; `None` if the trail is too long to count them.
///
/// # Errors
/// As [`find`].
pub(crate) fn count(view: &mut View<'_>, query: &Query) -> Result<Option<u64>, ApiError> {
    check(query)?;
    let mut total = 0;
    let next = walk(view, query, None, 4 * ROUNDS, &mut |_, _| {
        total += 1;
        ControlFlow::Continue(())
    })?;
    Ok(next.is_none().then_some(total))
}

/// The event of this id, if it is one of the trail's.
///
/// # Errors
/// The store.
pub(crate) fn read(view: &mut View<'_>, id: &str) -> Result<Option<Stored>, StoreError> {
    let found = match event::read_id(id) {
        None => None,
        Some(Source::Entry { page_id, at }) => {
            let page = view.trail_page(&Entity::new(HOLDFAST_AUDIT, &page_id))?;
            let page = page.as_deref().and_then(Page::read);
            page.and_then(|page| line(&page_id, &page, at))
        }
        Some(Source::Write(actor, lane, seq)) => match ActorId::from_hex(&actor) {
            None => None,
            Some(actor) => view.trail_save(actor, Lane(lane), seq)?.as_ref().map(save),
        },
    };
    Ok(found)
}

/// Goes through the trail from a place, giving out what meets the search; where to go on.
fn walk(
    view: &mut View<'_>,
    query: &Query,
    after: Option<Place>,
    rounds: usize,
    each: &mut dyn FnMut(Place, Stored) -> ControlFlow<Place>,
) -> Result<Option<Place>, ApiError> {
    let wanted = wanted(query);
    let (mut before, mut skip) = after.map_or((None, 0), |(before, skip)| (Some(before), skip));
    for _ in 0..rounds {
        let part = view.trail(&wanted, before, AT_ONCE)?;
        for (place, step) in part.steps {
            for (at, event) in (0..).zip(events_of(step)).skip(std::mem::take(&mut skip) as usize) {
                if meets(&event, query)
                    && let ControlFlow::Break(place) = each((place + 1, at + 1), event)
                {
                    return Ok(Some(place));
                }
            }
        }
        match part.next {
            None => return Ok(None),
            next => before = next,
        }
    }
    Ok(before.map(|before| (before, 0)))
}

/// The newest first.
fn events_of(step: Step) -> Vec<Stored> {
    match step {
        Step::Looks { entity, json } => {
            let Some(page) = Page::read(&json) else { return Vec::new() };
            (0..page.entries.len()).rev().filter_map(|at| line(&entity.id, &page, at)).collect()
        }
        Step::Event { entity, json, updated_ms, recorded } => {
            // What a program records it says itself: who it was stands beside it.
            let event = stored(entity.id, json, updated_ms);
            recorded.iter().map(save).chain([event]).collect()
        }
        Step::Save(recorded) => vec![save(&recorded)],
    }
}

fn save(Recorded { op, is_first, scopes }: &Recorded) -> Stored {
    let patients = patient_ids(scopes);
    let json = event::of_write(&Write { op, is_first: *is_first, patients: &patients });
    stored(event::write_id(op), json, op.hlc.unix_ms())
}

fn line(page_id: &str, page: &Page, at: usize) -> Option<Stored> {
    let json = event::of_entry(page_id, page, at)?;
    Some(stored(event::entry_id(page_id, at), json, page.began + page.entries[at].after))
}

fn stored(id: String, json: String, updated_ms: u64) -> Stored {
    let entity = Entity::new(EVENT, id);
    Stored { entity, json, version: "1".into(), updated_ms, deleted: false, conflicts: 0 }
}

fn meets(event: &Stored, query: &Query) -> bool {
    let rows = rows_of_text(EVENT, &event.json);
    query.clauses.iter().all(|clause| clause.holds(&rows, &event.entity.id, event.updated_ms))
}

/// Refuses what the trail cannot be searched by.
fn check(query: &Query) -> Result<(), RequestError> {
    if query.clauses.iter().any(Clause::leads_elsewhere) {
        let reason = "events are searched by what stands in them, not by chains, _has, :text or _text; leave those out";
        return Err(RequestError::BadQuery { reason });
    }
    let bad = |name: &str, expected| RequestError::BadParameter {
        name: name.to_owned(),
        value: "…".to_owned(),
        expected,
    };
    if !query.includes.is_empty() {
        return Err(bad("_include", "to be had with events; read what they name on its own"));
    }
    let by_time = |key: &SortKey| {
        key.descending
            && match &key.by {
                SortBy::Updated => true,
                SortBy::Rows { params, .. } => params.iter().all(|param| is_of(*param, "date")),
                SortBy::Id => false,
            }
    };
    match &query.sort[..] {
        [] => Ok(()),
        [key] if by_time(key) => Ok(()),
        _ => Err(bad("_sort", "-date; the trail is told newest first")),
    }
}

/// What narrows the trail before its events are tried one by one.
fn wanted(query: &Query) -> Wanted {
    let mut wanted = Wanted { page_kind: HOLDFAST_AUDIT.to_owned(), ..Wanted::default() };
    for clause in &query.clauses {
        let named = named(clause);
        // Pages have rows for their agents and their patients alone.
        if is_about(clause, &["agent"]) || named.as_ref().is_some_and(|named| named.kind == "Patient") {
            wanted.pages.push(clause.clone());
        }
        let Some(named) = named else { continue };
        match named.kind.as_str() {
            "Patient" if is_about(clause, &["patient", "entity"]) => {
                wanted.scope = Some(Scope::patient(&named.id))
            }
            "Patient" => {}
            _ if is_about(clause, &["entity"]) => wanted.entity = Some(named),
            _ => {}
        }
    }
    wanted
}

/// Whether nothing but rows of these parameters can meet the clause.
fn is_about(clause: &Clause, parameters: &[&str]) -> bool {
    match clause {
        Clause::Param { param, .. } => parameters.iter().any(|name| is_of(*param, name)),
        Clause::Any(any) => !any.is_empty() && any.iter().all(|one| is_about(one, parameters)),
        _ => false,
    }
}

fn is_of(number: u32, parameter: &str) -> bool {
    table::find(EVENT, parameter).is_some_and(|one| one.slots.iter().any(|slot| slot.number == number))
}

/// The one resource that the clause names.
fn named(clause: &Clause) -> Option<Entity> {
    let texts = |any: &[Match]| match any {
        [Match::Exact(text)] => Some(text.clone()),
        _ => None,
    };
    let text = match clause {
        Clause::Param { any, .. } => texts(any)?,
        Clause::Any(any) => {
            let mut each = any.iter().map(named);
            let first = each.next()??;
            return each.all(|one| one.as_ref() == Some(&first)).then_some(first);
        }
        _ => return None,
    };
    let to = holdfast_clinical::reference::parse(&text)?;
    Some(Entity::new(to.kind, to.id))
}
