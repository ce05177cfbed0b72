//! What is not held here is looked for at the upstream, and its patient is held from then on.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use holdfast_api::finder::{FindOutcome, Finder, SearchOutcome};
use holdfast_core::id::{Entity, Scope};
use holdfast_core::message::{Condition, Request, Response, Search, StateItem, Text};
use holdfast_core::search::{Clause, Match};
use holdfast_core::view::decode;
use holdfast_link::driver::AskError;
use holdfast_store::seek::{MAX_SOUGHT, TOO_WIDE};
use holdfast_store::upstream::MAX_FETCHED;
use holdfast_store::writer::Writer;
use tokio::time::{Instant, timeout_at};

use crate::link::Uplink;

/// How long a reader waits for the upstream, for a record that is known to be nowhere else.
const WITHIN: Duration = Duration::from_secs(2);
/// How long a search or a save waits for the upstream: both go on without it.
const BESIDE_WITHIN: Duration = Duration::from_millis(800);
/// After a question that was not answered in time, searches and saves do without the upstream for so long.
const SLOW_FOR: Duration = Duration::from_secs(10);
/// The link is looked at this often while nothing is committed.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What the upstream answered.
struct Looked {
    items: Vec<StateItem>,
    /// It did not look through everything there is.
    is_cut: bool,
}

/// Looks at the upstream for what is not held here.
pub struct UpstreamFinder {
    link: Arc<Uplink>,
    writer: Writer,
    slow_until: Mutex<Option<Instant>>,
}

impl UpstreamFinder {
    /// A finder over a link.
    pub fn new(link: Arc<Uplink>, writer: Writer) -> Self {
        Self { link, writer, slow_until: Mutex::new(None) }
    }

    /// What the upstream has; `None` if it did not say.
    async fn ask(&self, question: Request, until: Instant) -> Option<Vec<StateItem>> {
        match self.look(question, until).await? {
            Looked { items, is_cut: false } => Some(items),
            Looked { is_cut: true, .. } => None,
        }
    }

    /// What the upstream has, and whether it stopped looking before the end; `None` if it did not say.
    async fn look(&self, question: Request, until: Instant) -> Option<Looked> {
        match timeout_at(until, self.link.ask(question)).await {
            Ok(Ok(answer)) => match answer.response {
                Response::States(items) => Some(Looked { items, is_cut: false }),
                Response::Partly(items) => Some(Looked { items, is_cut: true }),
                _ => None,
            },
            Ok(Err(AskError::Refused { code, .. })) if code == TOO_WIDE => {
                Some(Looked { items: Vec::new(), is_cut: true })
            }
            Ok(Err(error)) => {
                tracing::info!(
                    error.code = error.code(),
                    "the upstream could not be asked for what is not held"
                );
                None
            }
            Err(_) => {
                tracing::info!(error.code = "upstream-slow", "the upstream did not say in time what it has");
                *self.slow() = Some(Instant::now() + SLOW_FOR);
                None
            }
        }
    }

    fn slow(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.slow_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody who can do without the upstream should ask it at all.
    fn is_worth_asking(&self) -> bool {
        self.link.is_up() && self.slow().is_none_or(|until| until <= Instant::now())
    }

    /// The patients whose record the upstream's answer is part of.
    fn patients(&self, item: &StateItem) -> Vec<Scope> {
        let records = self.writer.records();
        let Ok(state) = decode(item.entity.clone(), &item.json, &item.state) else { return Vec::new() };
        let scopes: BTreeSet<Scope> = records.rules().scopes(&state, records.clinic());
        scopes.into_iter().filter(|scope| scope.as_patient().is_some()).collect()
    }

    /// Holds what was found from now on; those that are not here in time.
    async fn take_in(&self, items: &[StateItem], until: Instant) -> Vec<Entity> {
        // What belongs to no patient comes with the clinic's own news and need not be asked for.
        let patients: BTreeSet<Scope> = items.iter().flat_map(|item| self.patients(item)).collect();
        if !patients.is_empty() {
            metrics::counter!("sync_found_at_hub_total").increment(patients.len() as u64);
            self.link.want(patients.into_iter().collect()).await;
        }
        let mut late = Vec::new();
        for item in items {
            if !self.arrives(&item.entity, until).await {
                late.push(item.entity.clone());
            }
        }
        late
    }

    /// Those that are not here.
    async fn missing(&self, items: Vec<StateItem>) -> Vec<StateItem> {
        let mut missing = Vec::new();
        for item in items {
            let wanted = item.entity.clone();
            if !matches!(self.writer.read(move |view| view.get(&wanted)).await, Ok(Some(_))) {
                missing.push(item);
            }
        }
        missing
    }

    /// Waits until the resource is here; whether it came.
    async fn arrives(&self, entity: &Entity, until: Instant) -> bool {
        let mut commits = self.writer.commits();
        loop {
            commits.borrow_and_update();
            let wanted = entity.clone();
            if matches!(self.writer.read(move |view| view.get(&wanted)).await, Ok(Some(_))) {
                return true;
            }
            let look = (Instant::now() + LOOK_EVERY).min(until);
            let _quiet = timeout_at(look, commits.changed()).await;
            if Instant::now() >= until || !self.link.is_up() {
                return false;
            }
        }
    }
}

#[async_trait::async_trait]
impl Finder for UpstreamFinder {
    async fn find(&self, entity: &Entity) -> FindOutcome {
        let until = Instant::now() + WITHIN;
        let question = Request::Fetch { entities: vec![entity.clone()] };
        let Some(items) = self.ask(question, until).await else { return FindOutcome::Unreachable };
        if items.is_empty() {
            return FindOutcome::Absent;
        }
        // It exists; if it does not come in time, that is the link's doing.
        if self.take_in(&items, until).await.is_empty() {
            FindOutcome::Held
        } else {
            FindOutcome::Unreachable
        }
    }

    async fn bring(&self, entities: &[Entity]) -> Vec<Entity> {
        let until = Instant::now() + BESIDE_WITHIN;
        let mut late = Vec::new();
        for part in entities.chunks(MAX_FETCHED) {
            if !self.is_worth_asking() {
                break;
            }
            let question = Request::Fetch { entities: part.to_vec() };
            let Some(items) = self.ask(question, until).await else { break };
            late.extend(self.take_in(&items, until).await);
        }
        late
    }

    async fn search(&self, kind: &str, clauses: &[Clause]) -> SearchOutcome {
        let until = Instant::now() + BESIDE_WITHIN;
        let Some(search) = question(kind, clauses) else { return SearchOutcome::Unreachable };
        if !self.is_worth_asking() {
            return SearchOutcome::Unreachable;
        }
        let Some(Looked { items, is_cut }) = self.look(Request::Search(search), until).await else {
            return SearchOutcome::Unreachable;
        };
        let is_full = items.len() >= MAX_SOUGHT as usize;
        let missing = self.missing(items).await;
        match self.take_in(&missing, until).await.len() {
            _ if is_cut => SearchOutcome::TooWide,
            0 if is_full => SearchOutcome::Some,
            0 => SearchOutcome::All,
            late => SearchOutcome::Coming(late),
        }
    }

    fn visited(&self, patient: &str) {
        self.writer.records().visited(Scope::patient(patient));
    }
}

/// The search as the upstream is asked for it; `None` for one that it is not asked for: by id, or of more parts than it takes.
fn question(kind: &str, clauses: &[Clause]) -> Option<Search> {
    let text = |one: &Match| match one {
        Match::Exact(text) => Some(Text::Exact(text.clone())),
        Match::Prefix(text) => Some(Text::Prefix(text.clone())),
        _ => None,
    };
    let condition = |clause: &Clause| match clause {
        Clause::Param { param, any } => {
            Some(Condition { param: *param, any: any.iter().map(text).collect::<Option<_>>()? })
        }
        _ => None,
    };
    let all = clauses.iter().map(condition).collect::<Option<Vec<_>>>()?;
    let search = Search { kind: kind.to_owned(), all, limit: MAX_SOUGHT };
    (!search.all.is_empty() && search.fits()).then_some(search)
}
