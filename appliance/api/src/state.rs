//! What the binary gives to the API.

use std::sync::Arc;

use holdfast_clinical::medicines::RuleSet;
use holdfast_clinical::medicines::starter::starter;
use holdfast_store::writer::Writer;
use tokio::sync::{Semaphore, watch};

use crate::access::policy::Authenticator;
use crate::access::rate::{Counted, Rates};
use crate::audit::Trail;
use crate::continuity::Cache;
use crate::finder::Finder;
use crate::link::{LinkOff, LinkReport};
use crate::request::limits::MAX_STREAMS;

/// Renders `/metrics`; the binary has installed the recorder.
pub type RenderMetrics = dyn Fn() -> String + Send + Sync;

/// Says what is damaged.
pub type Damage = dyn Fn() -> Option<String> + Send + Sync;

/// What the binary gives to the API. Only the first two have no default.
pub struct ApiParts {
    /// The store.
    pub writer: Writer,
    /// Turns bearer tokens into principals.
    pub authenticator: Arc<dyn Authenticator>,
    /// Looks elsewhere for a resource that is not held here. `None` (the hub): what is not here does not exist.
    pub finder: Option<Arc<dyn Finder>>,
    /// How the link to head office is; by default [`LinkOff`].
    pub link: Arc<dyn LinkReport>,
    /// The text of `/metrics`; empty by default.
    pub metrics: Arc<RenderMetrics>,
    /// What of the records is damaged and could not be healed, for people; by default nothing. Must not block.
    pub damage: Arc<Damage>,
    /// `https://host[:port]`, without a slash at the end, as clients reach this server. By default it is taken from the
    /// request's `Host`, over plain HTTP.
    pub public_url: Option<String>,
    /// How many requests a user and a device may make; by default as many as they like. A device is told by
    /// `ConnectInfo<SocketAddr>` on the request: without it all requests count as one's.
    pub rates: Rates,
    /// What is known of medicines; by default the small set that is built in.
    pub medicine_rules: Arc<dyn RuleSet>,
}

impl ApiParts {
    /// A store and an authenticator; everything else by default.
    pub fn new(writer: Writer, authenticator: Arc<dyn Authenticator>) -> Self {
        let metrics: Arc<RenderMetrics> = Arc::new(String::new);
        Self {
            writer,
            authenticator,
            finder: None,
            link: Arc::new(LinkOff),
            metrics,
            damage: Arc::new(|| None),
            public_url: None,
            rates: Rates::default(),
            medicine_rules: Arc::new(starter().clone()),
        }
    }
}

impl std::fmt::Debug for ApiParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiParts").field("writer", &self.writer).finish_non_exhaustive()
    }
}

/// The state behind every handler. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ApiState(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    parts: ApiParts,
    continuity: Cache,
    streams: Arc<Semaphore>,
    trail: Trail,
    counted: Counted,
    closing: watch::Sender<bool>,
}

impl ApiState {
    /// Joins the parts.
    pub fn new(parts: ApiParts) -> Self {
        let counted = Counted::new(parts.rates.clone());
        let streams = Arc::new(Semaphore::new(MAX_STREAMS));
        Self(Arc::new(Shared {
            parts,
            continuity: Cache::default(),
            streams,
            trail: Trail::default(),
            counted,
            closing: watch::Sender::new(false),
        }))
    }

    /// Ends every stream of events and makes `/readyz` answer 503: the first step of a graceful shutdown.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }

    pub(crate) fn parts(&self) -> &ApiParts {
        &self.0.parts
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.0.parts.writer
    }

    pub(crate) fn continuity(&self) -> &Cache {
        &self.0.continuity
    }

    pub(crate) fn counted(&self) -> &Counted {
        &self.0.counted
    }

    pub(crate) fn trail(&self) -> &Trail {
        &self.0.trail
    }

    pub(crate) fn streams(&self) -> &Arc<Semaphore> {
        &self.0.streams
    }

    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.0.closing.subscribe()
    }
}
