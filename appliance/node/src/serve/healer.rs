//! The hub as a scrub asks it: over the session that stands, in questions of bounded size.

use holdfast_core::id::{ActorId, Entity, Lane};
use holdfast_core::message::{Request, Response, StateItem};
use holdfast_store::scrub::Upstream;
use holdfast_store::upstream::MAX_FETCHED;
use tokio::runtime::Handle;

use holdfast_uplink::Uplink;
use std::sync::Arc;

/// Asks the hub from a blocking thread.
pub(crate) struct Healer {
    link: Arc<Uplink>,
    runtime: Handle,
}

impl Healer {
    /// On the runtime that runs the link; `None` if no session stands, so that nobody could be asked.
    pub(crate) fn of(link: Option<&Arc<Uplink>>) -> Option<Self> {
        let link = link.filter(|link| link.is_up())?.clone();
        Some(Self { link, runtime: Handle::current() })
    }

    /// `None` if the hub did not answer: what it did not give counts as not to be had now.
    fn ask(&self, request: Request) -> Option<Response> {
        match self.runtime.block_on(self.link.ask(request)) {
            Ok(answer) => Some(answer.response),
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the hub gave nothing to heal with");
                None
            }
        }
    }
}

impl Upstream for Healer {
    fn states(&self, entities: &[Entity]) -> Vec<StateItem> {
        let (mut out, mut left) = (Vec::new(), entities);
        while !left.is_empty() {
            let part = &left[..left.len().min(MAX_FETCHED)];
            let Some(Response::States(items)) = self.ask(Request::Fetch { entities: part.to_vec() }) else {
                break;
            };
            // An answer ends where it would be too large: what stands behind its last resource is asked for again.
            let last = items.last().and_then(|item| part.iter().position(|entity| *entity == item.entity));
            left = &left[last.map_or(part.len(), |at| at + 1)..];
            out.extend(items);
        }
        out
    }

    fn segments(&self, actor: ActorId, lane: Lane, from: u64) -> Vec<Vec<u8>> {
        match self.ask(Request::Log { actor, lane, from }) {
            Some(Response::Segments(segments)) => segments,
            _ => Vec::new(),
        }
    }
}
