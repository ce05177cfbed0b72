//! What is not held here is looked for at the hub, and its patient is held from then on.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use holdfast_api::finder::{FindOutcome, Finder};
use holdfast_core::id::{Entity, Scope};
use holdfast_core::message::{Request, Response, StateItem};
use holdfast_core::view::decode;
use holdfast_store::writer::Writer;
use tokio::time::{Instant, timeout_at};

use super::link::NodeLink;

/// How long a reader waits for the hub.
const WITHIN: Duration = Duration::from_secs(2);
/// The link is looked at this often while nothing is committed.
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(super) struct HubFinder {
    link: Arc<NodeLink>,
    writer: Writer,
}

impl HubFinder {
    pub(super) fn new(link: Arc<NodeLink>, writer: Writer) -> Self {
        Self { link, writer }
    }

    /// The patients whose record the hub's answer is part of.
    fn patients(&self, item: &StateItem) -> Vec<Scope> {
        let records = self.writer.records();
        let Ok(state) = decode(item.entity.clone(), &item.json, &item.state) else { return Vec::new() };
        let scopes: BTreeSet<Scope> = records.rules().scopes(&state, records.clinic());
        scopes.into_iter().filter(|scope| scope.as_patient().is_some()).collect()
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
impl Finder for HubFinder {
    async fn find(&self, entity: &Entity) -> FindOutcome {
        let until = Instant::now() + WITHIN;
        let question = Request::Fetch { entities: vec![entity.clone()] };
        let found = match timeout_at(until, self.link.ask(question)).await {
            Ok(Ok(answer)) => answer.response,
            Ok(Err(error)) => {
                tracing::info!(error.code = error.code(), "the hub could not be asked for what is not held");
                return FindOutcome::Unreachable;
            }
            Err(_) => return FindOutcome::Unreachable,
        };
        let Response::States(items) = found else { return FindOutcome::Unreachable };
        let Some(item) = items.first() else { return FindOutcome::Absent };
        let patients = self.patients(item);
        if patients.is_empty() {
            // It belongs to nobody, so it comes with the clinic's own news and need not be asked for.
            return if self.arrives(entity, until).await {
                FindOutcome::Held
            } else {
                FindOutcome::Unreachable
            };
        }
        self.link.want(patients).await;
        metrics::counter!("sync_found_at_hub_total").increment(1);
        // It exists; if it does not come in time, that is the link's doing.
        if self.arrives(entity, until).await { FindOutcome::Held } else { FindOutcome::Unreachable }
    }

    fn visited(&self, patient: &str) {
        self.writer.records().visited(Scope::patient(patient));
    }
}
