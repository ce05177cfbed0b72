//! What the binary gives to the API.

use std::sync::Arc;

use holdfast_clinical::medicines::RuleSet;
use holdfast_clinical::medicines::starter::starter;
use holdfast_clinical::scheduling::zone::Zone;
use holdfast_store::writer::Writer;
use tokio::sync::{Semaphore, watch};

use crate::access::policy::Authenticator;
use crate::access::rate::{Counted, Rates};
use crate::audit::Trail;
use crate::book::BookParts;
use crate::codes::CodeLists;
use crate::continuity::Cache;
use crate::error::RequestError;
use crate::finder::Finder;
use crate::link::{LinkOff, LinkReport};
use crate::request::limits::{FILE_BYTES, MAX_STREAMS};
use crate::schedule::Kept;
use crate::schedule::refused::Refusals;
use crate::sign_in::{SetupCode, SignIns};
use crate::visits::{Hall, VisitParts};

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
    /// Code lists; by default the starter lists alone.
    pub codes: Arc<CodeLists>,
    /// What of the records is damaged and could not be healed, for people; by default nothing. Must not block.
    pub damage: Arc<Damage>,
    /// `https://host[:port]`, without a slash at the end, as clients reach this server. By default it is taken from the
    /// request's `Host`, over plain HTTP.
    pub public_url: Option<String>,
    /// Where the API is served.
    pub host: Host,
    /// By which the first administrator is made; none: nobody can be made so.
    pub setup: Option<SetupCode>,
    /// How many requests a user and a device may make; by default as many as they like. A device is told by
    /// `ConnectInfo<SocketAddr>` on the request: without it all requests count as one's.
    pub rates: Rates,
    /// The largest file that is taken, in bytes; by default [`FILE_BYTES`].
    pub max_file_bytes: u64,
    /// What is known of medicines; by default the small set that is built in.
    pub medicine_rules: Arc<dyn RuleSet>,
    /// By whose clock the clinic's days begin and its people work; by default UTC.
    pub time_zone: Zone,
    /// What is needed so that patients can book, at head office; by default nobody can.
    pub book: Option<Arc<BookParts>>,
    /// What is needed so that there are visits, at the clinic's node; by default there are none.
    pub visits: Option<Arc<VisitParts>>,
}

/// Where the API is served.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Host {
    /// At the clinic's node: who may sign in is decided there.
    Node,
    /// On a desktop's own replica.
    Desktop,
    /// At head office, where people of many clinics are known and none of them signs in: there is no telling which clinic's
    /// records would be theirs.
    #[serde(rename = "head-office")]
    HeadOffice,
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
            codes: Arc::default(),
            damage: Arc::new(|| None),
            public_url: None,
            host: Host::Node,
            setup: None,
            rates: Rates::default(),
            max_file_bytes: FILE_BYTES,
            medicine_rules: Arc::new(starter().clone()),
            time_zone: Zone::utc(),
            book: None,
            visits: None,
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
    sign_ins: SignIns,
    counted: Counted,
    refusals: Refusals,
    schedule: Arc<Kept>,
    hall: Hall,
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
            sign_ins: SignIns::default(),
            counted,
            refusals: Refusals::default(),
            schedule: Arc::default(),
            hall: Hall::default(),
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

    pub(crate) fn schedule(&self) -> &Arc<Kept> {
        &self.0.schedule
    }

    pub(crate) fn hall(&self) -> &Hall {
        &self.0.hall
    }

    pub(crate) fn refusals(&self) -> &Refusals {
        &self.0.refusals
    }

    pub(crate) fn trail(&self) -> &Trail {
        &self.0.trail
    }

    pub(crate) fn sign_ins(&self) -> &SignIns {
        &self.0.sign_ins
    }

    /// Whether clients come by HTTPS.
    pub(crate) fn is_https(&self) -> bool {
        self.parts().public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Refuses what is done at these hosts alone.
    ///
    /// # Errors
    /// [`RequestError::NeedsNode`].
    pub(crate) fn must_be_at(&self, hosts: &[Host]) -> Result<(), RequestError> {
        if hosts.contains(&self.parts().host) { Ok(()) } else { Err(RequestError::NeedsNode) }
    }

    pub(crate) fn streams(&self) -> &Arc<Semaphore> {
        &self.0.streams
    }

    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.0.closing.subscribe()
    }
}
