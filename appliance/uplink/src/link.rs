//! The link to the upstream as a replica's program runs it, and as the API reports it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use holdfast_api::link::{Above, LinkError, LinkProgress, LinkReport, LinkState as Shown, LinkStatus};
use holdfast_core::id::Scope;
use holdfast_core::message::Request;
use holdfast_link::driver::{Answer, AskError, Link, LinkConfig, LinkPhase, LinkState};
use holdfast_link::server::CERTIFICATE_EXPIRED;
use holdfast_link::transport::{Connection, Endpoint};
use holdfast_store::writer::Writer;

use crate::enrolment::Enrolment;
use crate::error::UplinkError;

/// About how large a page of news may be: a second or so on a thin link.
const PAGE_BYTES: u32 = 1 << 20;
/// Scopes from which on a catch-up is long work; fewer are through in a moment.
const WORTH_SHOWING: u64 = 50;

/// The link and what it was made from. A renewed certificate replaces the link inside.
pub struct Uplink {
    endpoints: Vec<Endpoint>,
    /// Where the enrolment is.
    folder: PathBuf,
    /// What is at the other end.
    above: Above,
    writer: Writer,
    current: Mutex<Option<Current>>,
    /// The wait that the link last named, and when the next attempt is due by it.
    next_try: Mutex<Option<(u64, u64)>>,
    /// The most that waited at the upstream since nothing last did: what a catch-up began with.
    most_waiting: AtomicU64,
}

struct Current {
    link: Link,
    tls: Arc<rustls::ClientConfig>,
}

impl Uplink {
    /// Starts the link in the background. `endpoints` win over those of the enrolment, if there are any; `folder` is where
    /// the enrolment is, `above` what is at the other end.
    ///
    /// # Errors
    /// [`UplinkError`] if the certificate cannot be used, or there is no endpoint.
    pub fn start(
        enrolment: &Enrolment,
        endpoints: &[Endpoint],
        folder: &Path,
        above: Above,
        writer: &Writer,
    ) -> Result<Self, UplinkError> {
        let known = &enrolment.enrolled.endpoints;
        let endpoints = if endpoints.is_empty() { known.clone() } else { endpoints.to_vec() };
        if endpoints.is_empty() {
            return Err(UplinkError::NoEndpoint);
        }
        let tls = enrolment.tls()?;
        let link = Self {
            endpoints,
            folder: folder.to_owned(),
            above,
            writer: writer.clone(),
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

    /// Takes up the enrolment as it now stands in its folder.
    ///
    /// # Errors
    /// [`UplinkError`] if it cannot be used; the link goes on as it was.
    pub fn reload(&self) -> Result<(), UplinkError> {
        if let Some(enrolment) = self.enrolment()? {
            self.run_with(enrolment.tls()?);
        }
        Ok(())
    }

    /// The enrolment as it stands in its folder.
    ///
    /// # Errors
    /// [`UplinkError`] if it cannot be used.
    pub fn enrolment(&self) -> Result<Option<Enrolment>, UplinkError> {
        Enrolment::load(&self.folder)
    }

    /// Where the enrolment is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The time by the clock of the records, in Unix milliseconds.
    pub(crate) fn now_ms(&self) -> u64 {
        self.writer.records().now_ms()
    }

    /// Ends the link.
    pub fn end(&self) {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn with_current<T>(&self, look: impl FnOnce(&Current) -> T) -> Option<T> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(look)
    }

    /// How the link stands; `None` once it has ended.
    pub fn state(&self) -> Option<LinkState> {
        self.with_current(|current| current.link.state())
    }

    /// Whether a session stands.
    pub fn is_up(&self) -> bool {
        self.state().is_some_and(|state| state.phase == LinkPhase::Connected)
    }

    /// Returns once the upstream says that the certificate has expired. While no link runs it waits.
    pub(crate) async fn told_expired(&self) {
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
    pub async fn want(&self, scopes: Vec<Scope>) {
        if let Some(link) = self.with_current(|current| current.link.clone()) {
            link.want(scopes).await;
        }
    }

    /// A connection of its own to the first endpoint that answers.
    ///
    /// # Errors
    /// The last endpoint's.
    pub async fn connect(&self) -> Result<Connection, UplinkError> {
        let tls = self.with_current(|current| current.tls.clone()).ok_or(UplinkError::Ended)?;
        let mut last = UplinkError::Ended;
        for endpoint in &self.endpoints {
            match Connection::open(endpoint, tls.clone()).await {
                Ok(connection) => return Ok(connection),
                Err(error) => last = UplinkError::Unreachable(error),
            }
        }
        Err(last)
    }

    /// Asks the upstream of the present session.
    ///
    /// # Errors
    /// [`AskError`]: the link is down, the upstream refuses, or the answer is lost.
    pub async fn ask(&self, request: Request) -> Result<Answer, AskError> {
        match self.with_current(|current| current.link.clone()) {
            Some(link) => link.ask(request).await,
            None => Err(AskError::Down),
        }
    }

    /// Greets the upstream anew after this replica took another actor.
    ///
    /// # Errors
    /// [`UplinkError::Store`] if the greeting cannot be made.
    pub async fn greet_anew(&self) -> Result<(), UplinkError> {
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
        let what = format!("taking in news from {}", self.above.name());
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

impl LinkReport for Uplink {
    fn above(&self) -> Above {
        self.above
    }

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
            clock_ahead_ms: state.clock.and_then(|clock| clock.ahead_ms(SystemTime::now(), Instant::now())),
        }
    }
}

impl std::fmt::Debug for Uplink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Uplink").field("endpoints", &self.endpoints).finish_non_exhaustive()
    }
}
