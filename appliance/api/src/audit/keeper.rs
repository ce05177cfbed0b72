//! The worker that writes pages of the trail.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use holdfast_clinical::audit::{Entry, HOLDFAST_AUDIT, Page, page_id};
use holdfast_core::id::{Entity, Scope};
use holdfast_store::StoreError;
use holdfast_store::author::Base;
use holdfast_store::view::View;
use tokio::sync::watch;

use super::trail::Waiting;
use crate::state::ApiState;

/// From one page to the next, if anybody looks at anything.
const EVERY: Duration = Duration::from_secs(1);
/// Lines of a page: a page is read whole.
const MOST_ENTRIES: usize = 1_000;
/// The author of pages.
const AUTHOR: &str = "holdfast";

/// Writes what the API's callers look at, about once a second, until `stop` says so. A full disk is waited out. Call
/// [`flush`] once the last request is answered.
pub async fn run(state: ApiState, mut stop: watch::Receiver<bool>) {
    state.trail().keep();
    let told = async move {
        // A sender that is gone means that the program ends.
        let _gone = stop.wait_for(|stop| *stop).await.is_ok();
    };
    let pages = async {
        loop {
            tokio::time::sleep(EVERY).await;
            flush(&state).await;
        }
    };
    tokio::select! {
        () = told => {}
        () = pages => {}
    }
}

/// Writes what waits.
pub async fn flush(state: &ApiState) {
    let waiting = state.trail().take();
    if !waiting.looks.is_empty() || waiting.lost > 0 {
        keep(state, waiting).await;
    }
}

async fn keep(state: &ApiState, waiting: Waiting) {
    let mut looks: Vec<_> = waiting.looks.into_iter().collect();
    looks.sort_by_key(|(_, (at, _))| *at);
    let mut lost = waiting.lost;
    while !looks.is_empty() || lost > 0 {
        let rest = looks.split_off(looks.len().min(MOST_ENTRIES));
        let part = Waiting { looks: looks.into_iter().collect(), lost };
        if let Err(error) = write(state, &part).await {
            tracing::warn!(error.code = error.code(), error = %error, "who looked at what could not be kept; it is tried again");
            state.trail().put_back(part);
            state.trail().put_back(Waiting { looks: rest.into_iter().collect(), lost: 0 });
            return;
        }
        (looks, lost) = (rest, 0);
    }
}

async fn write(state: &ApiState, part: &Waiting) -> Result<(), StoreError> {
    let actor = state.writer().records().actor().to_string();
    let patients = patients(state, part).await?;
    let lines = lines(part, &patients);
    let lost = part.lost;
    let work = move |tx: &mut holdfast_store::Tx<'_>| {
        let last = last_page(&mut tx.view()?, &actor)?;
        let mut page = lines.clone();
        page.number = last.as_ref().map_or(1, |last| last.number + 1);
        page.previous = last.map(|last| last.hash());
        page.lost = lost;
        let id = page_id(&actor, page.number);
        tx.put(&Entity::new(HOLDFAST_AUDIT, &id), &page.resource(&id), &Base::Absent, AUTHOR)?;
        Ok(())
    };
    state.writer().write(work).await
}

/// The last page that this database wrote. Pages have no gaps, so a search by halves finds it.
fn last_page(view: &mut View<'_>, actor: &str) -> Result<Option<Page>, StoreError> {
    let mut read = |number: u64| {
        let found = view.get(&Entity::new(HOLDFAST_AUDIT, page_id(actor, number)))?;
        Ok::<_, StoreError>(found.and_then(|stored| Page::read(&stored.json)))
    };
    let (mut there, mut last, mut beyond) = (0, None, 1);
    while let Some(page) = read(beyond)? {
        (there, last, beyond) = (beyond, Some(page), beyond * 2);
    }
    while beyond - there > 1 {
        let middle = there + (beyond - there) / 2;
        match read(middle)? {
            Some(page) => (there, last) = (middle, Some(page)),
            None => beyond = middle,
        }
    }
    Ok(last)
}

/// Whose records the resources are part of that were looked at.
async fn patients(state: &ApiState, part: &Waiting) -> Result<HashMap<String, Vec<String>>, StoreError> {
    let of_look = |((_, look), _): (&(String, super::Look), &(u64, u32))| {
        let (kind, id) = look.what.as_deref()?.split_once('/')?;
        Some(Entity::new(kind, id))
    };
    let entities: Vec<Entity> = part.looks.iter().filter_map(of_look).collect();
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
    scopes.iter().filter_map(|scope| scope.0.strip_prefix("patient/")).map(str::to_owned).collect()
}

/// A page but for its place in the chain.
fn lines(part: &Waiting, patients_of: &HashMap<String, Vec<String>>) -> Page {
    let mut looks: Vec<_> = part.looks.iter().collect();
    looks.sort_by_key(|(_, (at, _))| *at);
    let began = looks.first().map_or(0, |(_, (at, _))| *at);
    let (mut agents, mut patients) = (Numbers::default(), Numbers::default());
    let entries = looks.into_iter().map(|((who, look), (at, times))| {
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
    Page {
        number: 0,
        previous: None,
        began,
        lost: 0,
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
