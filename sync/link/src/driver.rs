//! Runs a replica's [`Session`] against its upstreams: carries out what the machine asks for, and tells anyone who
//! wants to know how it stands.

mod ask;
mod give_back;
mod heard;
mod perform;
mod relay;
mod status;

use std::sync::Arc;
use std::time::Duration;

use holdfast_core::id::Scope;
use holdfast_core::session::{Input, Session, SessionConfig};
use holdfast_store::writer::Writer;
use rustls::ClientConfig;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

pub use ask::{Answer, AskError};
pub use status::{LinkPhase, LinkState, LinkTraffic};

use crate::transport::Endpoint;
use perform::{Event, Performer};

/// Writes that follow one another this closely are sealed and sent together.
const GATHER: Duration = Duration::from_millis(50);
/// How long an idle pull waits at the upstream.
const IDLE_WAIT_MS: u32 = 20_000;
/// An answer that takes longer is given up; the transport allows more for a large upload.
const ANSWER_WITHIN_MS: u64 = 120_000;
/// Pages grow up to this where they come quickly: some ten thousand resources, which a node stores in half a second.
const LARGEST_PAGE_BYTES: u32 = 16 << 20;
/// Events that may wait for the driver; each belongs to a request under way, so there are few.
const EVENTS: usize = 256;

/// How a replica reaches its upstreams.
#[derive(Clone)]
pub struct LinkConfig {
    /// Tried in turn; at least one.
    pub endpoints: Vec<Endpoint>,
    /// The replica's certificate and the CA it trusts.
    pub tls: Arc<ClientConfig>,
    /// About how large the first page of a connection may be, in bytes; later ones follow the link's speed.
    pub page_bytes: u32,
}

/// A running link. It ends when the last handle is dropped.
#[derive(Clone)]
pub struct Link {
    wants: mpsc::Sender<Event>,
    state: watch::Receiver<LinkState>,
}

impl Link {
    /// Starts the link in the background.
    pub fn start(writer: Writer, config: LinkConfig) -> Self {
        let (events, inbox) = mpsc::channel(EVENTS);
        let urls: Vec<String> = config.endpoints.iter().map(ToString::to_string).collect();
        let (publish, state) = watch::channel(LinkState::new(urls));
        let performer = Performer::new(writer, config, events.downgrade());
        tokio::spawn(run(performer, inbox, publish));
        Self { wants: events, state }
    }

    /// How the link stands now.
    pub fn state(&self) -> LinkState {
        self.state.borrow().clone()
    }

    /// Follows the link's state.
    pub fn watch(&self) -> watch::Receiver<LinkState> {
        self.state.clone()
    }

    /// Asks to hold these scopes from now on, ahead of everything else that waits.
    pub async fn want(&self, scopes: Vec<Scope>) {
        // A link that has ended wants nothing any more.
        let _ended = self.wants.send(Event::Input(Input::Want(scopes))).await;
    }
}

fn now_ms(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn session_for(config: &LinkConfig) -> Session {
    let mut seed = [0; 8];
    // Jitter only: a poor seed spreads retries poorly, nothing else.
    let _unseeded = getrandom::fill(&mut seed);
    Session::new(SessionConfig {
        endpoints: config.endpoints.len(),
        page_bytes: config.page_bytes,
        largest_page_bytes: LARGEST_PAGE_BYTES.max(config.page_bytes),
        idle_wait_ms: IDLE_WAIT_MS,
        answer_within_ms: ANSWER_WITHIN_MS,
        seed: u64::from_le_bytes(seed),
    })
}

async fn run(mut performer: Performer, mut inbox: mpsc::Receiver<Event>, publish: watch::Sender<LinkState>) {
    let start = Instant::now();
    let mut session = session_for(&performer.config);
    let mut commits = performer.writer.commits();
    let mut gather_until: Option<Instant> = None;
    performer.greet();
    loop {
        while let Some(output) = session.poll_output() {
            performer.perform(output);
        }
        status::publish(&publish, &session, &performer, now_ms(start));
        let wake = session.wake_at_ms().map(|at| start + Duration::from_millis(at));
        let wake = [wake, gather_until].into_iter().flatten().min();
        let sleep = async {
            match wake {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let input = tokio::select! {
            event = inbox.recv() => match event {
                Some(event) => performer.receive(event),
                None => return performer.save_acks(),
            },
            changed = commits.changed(), if gather_until.is_none() => {
                if changed.is_err() {
                    return;
                }
                gather_until = Some(Instant::now() + GATHER);
                None
            }
            () = sleep => {
                if gather_until.is_some_and(|at| at <= Instant::now()) {
                    gather_until = None;
                    commits.borrow_and_update();
                    performer.save_acks();
                    session.handle_input(now_ms(start), Input::NewOps);
                }
                Some(Input::Tick)
            }
        };
        if let Some(input) = input {
            session.handle_input(now_ms(start), input);
        }
    }
}
