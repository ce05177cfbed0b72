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
use super::sieve::{Sieve, Sifted};
use crate::error::{ApiError, RequestError};

/// The type that the trail is shown as.
pub(crate) const EVENT: &str = "AuditEvent";

/// Steps taken from the store at a time.
const AT_ONCE: u32 = 200;
/// Lines that one request looks at: a page may come out short, or empty, and still go on. Some 200 ms.
const MOST_LINES: usize = 20_000;
/// A save is read with its resource, which takes as long as some lines.
const LINES_OF_SAVE: usize = 4;
/// Rows of the feed that one request goes through before it takes no further part of it. Some 500 ms.
const MOST_ROWS: i64 = 400_000;

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
    let next = walk(view, query, after, &mut |place, event| {
        events.push(event);
        if events.len() < count as usize { ControlFlow::Continue(()) } else { ControlFlow::Break(place) }
    })?;
    Ok(Events { events, next })
}

/// How many events meet a search, and whether those are all: a long trail is not gone through for a number.
///
/// # Errors
/// As [`find`].
pub(crate) fn count(view: &mut View<'_>, query: &Query) -> Result<(u64, bool), ApiError> {
    check(query)?;
    let mut total = 0;
    let next = walk(view, query, None, &mut |_, _| {
        total += 1;
        ControlFlow::Continue(())
    })?;
    Ok((total, next.is_none()))
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

/// Goes through the trail from a place, giving out what meets the search, until it ends or enough was looked at; where to
/// go on.
fn walk(
    view: &mut View<'_>,
    query: &Query,
    after: Option<Place>,
    each: &mut dyn FnMut(Place, Stored) -> ControlFlow<Place>,
) -> Result<Option<Place>, ApiError> {
    let wanted = wanted(query);
    let sieve = Sieve::of(query, &wanted);
    let (mut before, mut skip) = after.map_or((None, 0), |(before, skip)| (Some(before), skip));
    let (mut lines, mut rows) = (0, 0);
    loop {
        let part = view.trail(&wanted, before, AT_ONCE)?;
        let from = before.or(part.steps.first().map(|(place, _)| *place));
        for (place, step) in part.steps {
            let step = Shown::of(step, &sieve);
            for at in std::mem::take(&mut skip)..step.len() {
                lines += step.cost();
                if let Some(event) = step.event(at, &sieve)
                    && meets(&event, query)
                    && let ControlFlow::Break(place) = each((place + 1, at + 1), event)
                {
                    return Ok(Some(place));
                }
                if lines >= MOST_LINES {
                    return Ok(Some((place + 1, at + 1)));
                }
            }
        }
        let Some(next) = part.next else { return Ok(None) };
        rows += from.map_or(MOST_ROWS, |from| from - next);
        if rows >= MOST_ROWS {
            return Ok(Some((next, 0)));
        }
        before = Some(next);
    }
}

/// A step, of which events are made as they are looked at; the newest first.
enum Shown {
    Page { id: String, page: Box<Page>, sifted: Sifted },
    Events(Vec<Stored>),
}

impl Shown {
    fn of(step: Step, sieve: &Sieve) -> Self {
        match step {
            Step::Looks { entity, json } => match Page::read(&json) {
                Some(page) if sieve.may_hold(&page) => {
                    let sifted = Sifted::of(sieve, &page);
                    Self::Page { id: entity.id, page: Box::new(page), sifted }
                }
                _ => Self::Events(Vec::new()),
            },
            Step::Event { entity, json, updated_ms, recorded } => {
                // What a program records it says itself: who it was stands beside it.
                let event = stored(entity.id, json, updated_ms);
                Self::Events(recorded.iter().map(save).chain([event]).collect())
            }
            Step::Save(recorded) => Self::Events(vec![save(&recorded)]),
        }
    }

    fn len(&self) -> u32 {
        let count = match self {
            Self::Page { page, .. } => page.entries.len(),
            Self::Events(events) => events.len(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn cost(&self) -> usize {
        if let Self::Page { .. } = self { 1 } else { LINES_OF_SAVE }
    }

    /// The event at a place, unless it is plain without making it that it is not looked for.
    fn event(&self, at: u32, sieve: &Sieve) -> Option<Stored> {
        match self {
            Self::Events(events) => events.get(at as usize).cloned(),
            Self::Page { id, page, sifted } => {
                let at = page.entries.len().checked_sub(at as usize + 1)?;
                if sifted.passes(sieve, page, at) { line(id, page, at) } else { None }
            }
        }
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
pub(super) fn wanted(query: &Query) -> Wanted {
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
pub(super) fn is_about(clause: &Clause, parameters: &[&str]) -> bool {
    match clause {
        Clause::Param { param, .. } => parameters.iter().any(|name| is_of(*param, name)),
        Clause::Any(any) => !any.is_empty() && any.iter().all(|one| is_about(one, parameters)),
        _ => false,
    }
}

pub(super) fn is_of(number: u32, parameter: &str) -> bool {
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
