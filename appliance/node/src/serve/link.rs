//! The link to the hub as the node runs it, and as the API reports it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use holdfast_api::link::{LinkError, LinkProgress, LinkReport, LinkState as Shown, LinkStatus};
use holdfast_core::id::Scope;
use holdfast_core::message::Request;
use holdfast_link::driver::{Answer, AskError, Link, LinkConfig, LinkPhase, LinkState};
use holdfast_link::server::CERTIFICATE_EXPIRED;
use holdfast_link::transport::{Connection, Endpoint, TransportError};
use holdfast_store::writer::Writer;

use crate::config::Config;
use crate::data_dir::DataDir;
use crate::enrolment::Enrolment;
use crate::failure::Failure;

/// About how large a page of news may be: a second or so on a thin link.
const PAGE_BYTES: u32 = 1 << 20;
/// Scopes from which on a catch-up is long work; fewer are through in a moment.
const WORTH_SHOWING: u64 = 50;

/// The link and what it was made from. A renewed certificate replaces the link inside.
pub(crate) struct NodeLink {
    endpoints: Vec<Endpoint>,
    dir: DataDir,
    writer: Writer,
    current: Mutex<Option<Current>>,
    /// The wait that the link last named, and when the next attempt is due by it.
    next_try: Mutex<Option<(u64, u64)>>,
    /// The most that waited at the hub since nothing last did: what a catch-up began with.
    most_waiting: AtomicU64,
}

struct Current {
    link: Link,
    tls: Arc<rustls::ClientConfig>,
}

impl NodeLink {
    /// Starts the link in the background.
    ///
    /// # Errors
    /// [`Failure`] if the certificate cannot be used, or there is no endpoint.
    pub(super) fn start(
        config: &Config,
        enrolment: Enrolment,
        dir: &DataDir,
        writer: &Writer,
    ) -> Result<Self, Failure> {
        let endpoints = enrolment.endpoints(config);
        if endpoints.is_empty() {
            let text = "cannot sync: the hub named no endpoint at enrolment; set hub.endpoints";
            return Err(Failure::with_exit("no-endpoint", 10, text));
        }
        let tls = enrolment.tls()?;
        let (dir, writer) = (dir.clone(), writer.clone());
        let link = Self {
            endpoints,
            dir,
            writer,
            current: Mutex::new(None),
            next_try: Mutex::new(None),
            most_waiting: AtomicU64::new(0),
        };
        link.run_with(tls);
        Ok(link)
    }

    /// Starts the link anew under other credentials; the old one ends.
    fn run_with(&self, tls: Arc<rustls::ClientConfig>) {
        let config =
            LinkConfig { endpoints: self.endpoints.clone(), tls: tls.clone(), page_bytes: PAGE_BYTES };
        let link = Link::start(self.writer.clone(), config);
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(Current { link, tls });
    }

    /// Takes up the enrolment as it now stands in the data folder.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be used; the link goes on as it was.
    pub(super) fn reload(&self) -> Result<(), Failure> {
        if let Some(enrolment) = Enrolment::load(&self.dir)? {
            self.run_with(enrolment.tls()?);
        }
        Ok(())
    }

    /// Ends the link.
    pub(super) fn end(&self) {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn with_current<T>(&self, look: impl FnOnce(&Current) -> T) -> Option<T> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(look)
    }

    /// How the link stands; `None` once it has ended.
    pub(crate) fn state(&self) -> Option<LinkState> {
        self.with_current(|current| current.link.state())
    }

    /// Whether a session stands.
    pub(crate) fn is_up(&self) -> bool {
        self.state().is_some_and(|state| state.phase == LinkPhase::Connected)
    }

    /// Returns once the hub says that the certificate has expired. While no link runs it waits.
    pub(super) async fn told_expired(&self) {
        let Some(mut state) = self.with_current(|current| current.link.watch()) else {
            return std::future::pending().await;
        };
        let says_so = |state: &LinkState| {
            state.last_error.as_ref().is_some_and(|(code, _)| code == CERTIFICATE_EXPIRED)
        };
        if state.wait_for(says_so).await.is_err() {
            std::future::pending().await
        }
    }

    /// Asks to hold these scopes from now on.
    pub(crate) async fn want(&self, scopes: Vec<Scope>) {
        if let Some(link) = self.with_current(|current| current.link.clone()) {
            link.want(scopes).await;
        }
    }

    /// A connection of its own to the first endpoint that answers.
    ///
    /// # Errors
    /// The last endpoint's.
    pub(super) async fn connect(&self) -> Result<Connection, Failure> {
        let ended =
            || Failure::other("link-ended", "cannot reach the hub: the link has ended; start the node again");
        let tls = self.with_current(|current| current.tls.clone()).ok_or_else(ended)?;
        let mut last = ended();
        for endpoint in &self.endpoints {
            match Connection::open(endpoint, tls.clone()).await {
                Ok(connection) => return Ok(connection),
                Err(error) => last = unreachable(&error),
            }
        }
        Err(last)
    }

    /// Asks the hub of the present session.
    ///
    /// # Errors
    /// [`AskError`]: the link is down, the hub refuses, or the answer is lost.
    pub(crate) async fn ask(&self, request: Request) -> Result<Answer, AskError> {
        match self.with_current(|current| current.link.clone()) {
            Some(link) => link.ask(request).await,
            None => Err(AskError::Down),
        }
    }

    /// Greets the hub anew after this replica took another actor.
    ///
    /// # Errors
    /// [`Failure::Store`] if the greeting cannot be made.
    pub(crate) async fn greet_anew(&self) -> Result<(), Failure> {
        if let Some(link) = self.with_current(|current| current.link.clone()) {
            link.greet_anew(self.writer.records()).await?;
        }
        Ok(())
    }

    /// How far a catch-up is; `None` if there is nothing worth showing.
    fn progress(&self, waiting: u64) -> Option<LinkProgress> {
        if waiting == 0 {
            self.most_waiting.store(0, Relaxed);
            return None;
        }
        let total = self.most_waiting.fetch_max(waiting, Relaxed).max(waiting);
        let what = "taking in news from head office".to_owned();
        (total >= WORTH_SHOWING).then(|| LinkProgress { what, done: total - waiting, total })
    }

    /// When the next attempt is due. The link names a wait, counted from when it named it.
    fn next_try_ms(&self, state: &LinkState) -> Option<u64> {
        let wait = state.next_try_in_ms?;
        let mut seen = self.next_try.lock().unwrap_or_else(PoisonError::into_inner);
        match *seen {
            Some((named, due)) if named == wait => Some(due),
            _ => {
                let due = self.writer.records().now_ms() + wait;
                *seen = Some((wait, due));
                Some(due)
            }
        }
    }
}

fn unreachable(error: &TransportError) -> Failure {
    Failure::other("hub-unreachable", error.to_string())
}

impl LinkReport for NodeLink {
    fn report(&self) -> LinkStatus {
        let Some(state) = self.state() else { return LinkStatus::default() };
        let shown = match state.phase {
            LinkPhase::Connected => Shown::Connected,
            LinkPhase::Connecting => Shown::Connecting,
            LinkPhase::Waiting => Shown::Waiting,
        };
        let is_up = shown == Shown::Connected;
        let last_error = state.last_error.clone().filter(|_| !is_up);
        LinkStatus {
            state: shown,
            endpoint: state.endpoints.get(state.endpoint).cloned(),
            since_ms: (state.since_ms > 0).then_some(state.since_ms),
            last_error: last_error.map(|(code, message)| LinkError { code, message }),
            next_try_ms: self.next_try_ms(&state),
            waiting_scopes: state.waiting,
            progress: self.progress(state.waiting),
        }
    }
}
