//! A patient who is not held here is looked for at the hub, and held from then on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use holdfast_api::finder::{FindOutcome, Finder};
use holdfast_core::id::{Entity, Scope};
use holdfast_store::writer::Writer;
use tokio::time::{Instant, timeout_at};

use super::link::NodeLink;

/// How long a reader waits for the hub.
const WITHIN: Duration = Duration::from_secs(2);
/// The link is looked at this often while nothing is committed.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// An id that the hub did not know is not asked for again for so long: each asking leaves a subscription there.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(30);
/// Ids remembered for that; past this the oldest are forgotten.
const REMEMBERED: usize = 1_000;

pub(super) struct HubFinder {
    link: Arc<NodeLink>,
    writer: Writer,
    asked: Mutex<BTreeMap<String, Instant>>,
}

impl HubFinder {
    pub(super) fn new(link: Arc<NodeLink>, writer: Writer) -> Self {
        Self { link, writer, asked: Mutex::new(BTreeMap::new()) }
    }

    /// Whether the hub was asked for this patient a moment ago; if not, it counts as asked now.
    fn was_just_asked(&self, id: &str) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|_, at| at.elapsed() < ASK_AGAIN_AFTER);
        if asked.len() >= REMEMBERED {
            asked.clear();
        }
        let was = asked.contains_key(id);
        asked.entry(id.to_owned()).or_insert_with(Instant::now);
        was
    }

    /// Waits until the resource is here; whether it came.
    async fn arrives(&self, entity: &Entity) -> bool {
        let until = Instant::now() + WITHIN;
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
        if !self.link.is_up() {
            return FindOutcome::Unreachable;
        }
        if entity.kind != "Patient" {
            // Whose record it is, is not known; it comes with its patient. What belongs to no patient is held anyway.
            return FindOutcome::Absent;
        }
        if self.was_just_asked(&entity.id) {
            return FindOutcome::Absent;
        }
        self.link.want(vec![Scope::patient(&entity.id)]).await;
        if self.arrives(entity).await {
            self.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(&entity.id);
            return FindOutcome::Held;
        }
        // With news still under way, silence says nothing.
        let is_settled = self.link.state().is_some_and(|state| state.waiting == 0);
        if self.link.is_up() && is_settled { FindOutcome::Absent } else { FindOutcome::Unreachable }
    }
}
