//! The worker that writes pages of the trail.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use holdfast_clinical::audit::{Entry, HOLDFAST_AUDIT, NOT_KEPT, Page, page_id};
use holdfast_core::id::{Entity, Scope};
use holdfast_store::StoreError;
use holdfast_store::author::Base;
use holdfast_store::view::View;
use tokio::sync::watch;

use super::trail::{End, Line};
use super::verify::foreign;
use crate::state::ApiState;

/// From one page to the next, if anybody looks at anything.
const EVERY: Duration = Duration::from_secs(1);
/// Lines of a page: a page is read whole.
const MOST_ENTRIES: usize = 1_000;
/// Bytes of a page, but for one line that is larger: far below what one save may hold.
const MOST_BYTES: usize = 1 << 20;
/// The author of pages.
const AUTHOR: &str = "holdfast";

/// Writes what the API's callers look at, about once a second and whenever much of it waits, until `stop` says so. A full
/// disk is waited out. Once this has ended and the last request is answered, call [`flush`].
pub async fn run(state: ApiState, mut stop: watch::Receiver<bool>) {
    state.trail().keep();
    loop {
        // Nothing else may be stopped half way: what was taken would be neither kept nor counted.
        let is_told = tokio::select! {
            // A sender that is gone means that the program ends.
            _gone = async { stop.wait_for(|stop| *stop).await.is_ok() } => true,
            () = tokio::time::sleep(EVERY) => false,
            () = state.trail().filled() => false,
        };
        if is_told {
            return;
        }
        flush(&state).await;
    }
}

/// Writes what waits.
pub async fn flush(state: &ApiState) {
    let mut lines = state.trail().take();
    let mut most = MOST_ENTRIES;
    while !lines.is_empty() {
        let mut rest = lines.split_off(page_end(&lines, most));
        match write(state, &lines).await {
            Ok(()) => most = MOST_ENTRIES,
            Err(error) if error.is_retryable() => {
                tell(&error, "who looked at what could not be kept; it is tried again");
                lines.append(&mut rest);
                return state.trail().put_back(lines);
            }
            Err(error) if lines.len() == 1 => {
                tell(&error, "a look could not be kept; the trail says that there was one, and whose");
                state.trail().put_back(lines.into_iter().map(Line::lost).collect());
                most = MOST_ENTRIES;
            }
            // What stands in the way is looked for by halves.
            Err(_) => {
                most = lines.len() / 2;
                lines.append(&mut rest);
                rest = lines;
            }
        }
        lines = rest;
    }
}

fn tell(error: &StoreError, what: &str) {
    tracing::warn!(error.code = error.code(), error = %error, "{what}");
}

/// How many lines go on one page: one at least.
fn page_end(lines: &[Line], most: usize) -> usize {
    let mut bytes = 0;
    let fits = |line: &&Line| {
        bytes += line.look.bytes() + line.who.len();
        bytes <= MOST_BYTES
    };
    lines.iter().take(most).take_while(fits).count().max(1).min(lines.len())
}

async fn write(state: &ApiState, part: &[Line]) -> Result<(), StoreError> {
    let actor = state.writer().records().actor().to_string();
    let patients = patients(state, part).await?;
    let lines = lines(part, &patients);
    let known = state.trail().end().filter(|end| end.actor == actor);
    let work = move |tx: &mut holdfast_store::Tx<'_>| {
        let mut page = lines.clone();
        (page.previous, page.number) = match &known {
            Some(end) if is_end(&mut tx.view()?, end)? => (Some(end.hash.clone()), end.number + 1),
            _ => {
                let (last, number) = last_page(&mut tx.view()?, &actor)?;
                (last.map(|last| last.hash()), number)
            }
        };
        let id = page_id(&actor, page.number);
        tx.put(&Entity::new(HOLDFAST_AUDIT, &id), &page.resource(&id), &Base::Absent, AUTHOR)?;
        Ok(End { actor: actor.clone(), number: page.number, hash: page.hash() })
    };
    state.trail().ends_at(state.writer().write(work).await?);
    Ok(())
}

/// Whether the page is there and nothing behind it.
fn is_end(view: &mut View<'_>, end: &End) -> Result<bool, StoreError> {
    let mut is_there = |number| {
        let entity = Entity::new(HOLDFAST_AUDIT, page_id(&end.actor, number));
        Ok::<_, StoreError>(view.get(&entity)?.is_some())
    };
    Ok(is_there(end.number)? && !is_there(end.number + 1)?)
}

/// The last page that this database wrote, and the first number behind it where nothing stands: whatever has been put
/// into a page's place must not end the trail.
fn last_page(view: &mut View<'_>, actor: &str) -> Result<(Option<Page>, u64), StoreError> {
    let (mut there, mut last, mut beyond) = (0, None, 1);
    while let Some(page) = own_page(view, actor, beyond)?.flatten() {
        (there, last, beyond) = (beyond, Some(page), beyond * 2);
    }
    while beyond - there > 1 {
        let middle = there + (beyond - there) / 2;
        match own_page(view, actor, middle)?.flatten() {
            Some(page) => (there, last) = (middle, Some(page)),
            None => beyond = middle,
        }
    }
    let mut free = there + 1;
    while let Some(page) = own_page(view, actor, free)? {
        if page.is_none() {
            tracing::warn!(
                page.number = free,
                "something that is no page of ours stands in its place; it is passed over"
            );
        }
        last = page.or(last);
        free += 1;
    }
    Ok((last, free))
}

/// What stands at a number: nothing, or a page, or (`Some(None)`) what is none of ours.
fn own_page(view: &mut View<'_>, actor: &str, number: u64) -> Result<Option<Option<Page>>, StoreError> {
    let entity = Entity::new(HOLDFAST_AUDIT, page_id(actor, number));
    let Some(stored) = view.get(&entity)? else { return Ok(None) };
    let page = Page::read(&stored.json).filter(|page| page.number == number);
    if page.is_none() || foreign(&view.state(&entity)?, actor).is_some() {
        return Ok(Some(None));
    }
    Ok(Some(page))
}

/// Whose records the resources are part of that were looked at.
async fn patients(state: &ApiState, part: &[Line]) -> Result<HashMap<String, Vec<String>>, StoreError> {
    let of_line = |line: &Line| {
        let (kind, id) = line.look.what.as_deref()?.split_once('/')?;
        Some(Entity::new(kind, id))
    };
    let entities: Vec<Entity> = part.iter().filter_map(of_line).collect();
    let work = move |view: &mut View<'_>| {
        let mut out = HashMap::new();
        for entity in &entities {
            let named = entity.to_string();
            if out.contains_key(&named) {
                continue;
            }
            let scopes = if entity.kind == "Patient" {
                vec![Scope::patient(&entity.id)]
            } else {
                view.scopes_now(entity)?
            };
            out.insert(named, patient_ids(&scopes));
        }
        Ok(out)
    };
    state.writer().read(work).await
}

/// The patients among scopes.
pub(super) fn patient_ids(scopes: &[Scope]) -> Vec<String> {
    scopes.iter().filter_map(Scope::as_patient).map(str::to_owned).collect()
}

/// A page but for its place in the chain.
fn lines(part: &[Line], patients_of: &HashMap<String, Vec<String>>) -> Page {
    let began = part.iter().map(|line| line.at).min().unwrap_or_default();
    let (mut agents, mut patients) = (Numbers::default(), Numbers::default());
    let entries = part.iter().map(|Line { at, who, look, times }| {
        let of_resource = look.what.as_ref().and_then(|what| patients_of.get(what)).into_iter().flatten();
        let mut shown: Vec<usize> = of_resource.chain(&look.patients).map(|id| patients.of(id)).collect();
        shown.sort_unstable();
        shown.dedup();
        Entry {
            after: at - began,
            interaction: look.interaction.to_owned(),
            agent: agents.of(who),
            what: look.what.clone(),
            query: look.query.clone(),
            patients: shown,
            refused: look.refused.map(str::to_owned),
            times: (*times > 1).then_some(*times),
        }
    });
    let entries = entries.collect();
    let lost = part.iter().filter(|line| line.look.interaction == NOT_KEPT);
    Page {
        number: 0,
        previous: None,
        began,
        lost: lost.map(|line| u64::from(line.times)).sum(),
        agents: agents.names(),
        patients: patients.names(),
        entries,
    }
}

/// Names, each with its place in a list.
#[derive(Default)]
struct Numbers(BTreeMap<String, usize>);

impl Numbers {
    fn of(&mut self, name: &str) -> usize {
        let next = self.0.len();
        *self.0.entry(name.to_owned()).or_insert(next)
    }

    fn names(self) -> Vec<String> {
        let mut names: Vec<(String, usize)> = self.0.into_iter().collect();
        names.sort_by_key(|(_, number)| *number);
        names.into_iter().map(|(name, _)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Look;
    use super::*;

    #[test]
    fn a_page_ends_by_lines_or_by_bytes() {
        let line = |patients: usize| Line {
            at: 1,
            who: "anna".into(),
            look: Look { patients: vec!["0".repeat(36); patients], ..Look::default() },
            times: 1,
        };
        let small = vec![line(0); MOST_ENTRIES + 1];
        assert_eq!((page_end(&small, MOST_ENTRIES), page_end(&small, 7)), (MOST_ENTRIES, 7));
        let heavy = vec![line(1_000); 100];
        assert_eq!(page_end(&heavy, MOST_ENTRIES), MOST_BYTES / (line(1_000).look.bytes() + 4));
        assert_eq!(page_end(&vec![line(100_000); 2], MOST_ENTRIES), 1, "one at least, so that it ends");
        let page = lines(&[line(1), line(1).lost()], &HashMap::new());
        assert_eq!((page.lost, page.entries.len(), page.agents.len()), (1, 2, 1));
    }
}
