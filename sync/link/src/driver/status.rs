//! How a link stands, for people and metrics.

use holdfast_core::id::ActorId;
use holdfast_core::session::{Phase, Session};
use tokio::sync::watch;

use super::perform::Performer;
use crate::transport::ClockBeside;

/// What the link is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkPhase {
    /// Between attempts.
    Waiting,
    /// Connecting, greeting or comparing logs.
    Connecting,
    /// Exchanging.
    Connected,
}

/// Bytes over the socket since the link was started, TLS and all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LinkTraffic {
    /// Sent.
    pub bytes_out: u64,
    /// Received.
    pub bytes_in: u64,
}

/// How a link stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkState {
    /// What it is doing.
    pub phase: LinkPhase,
    /// Every endpoint's URL.
    pub endpoints: Vec<String>,
    /// The one in use, or tried next.
    pub endpoint: usize,
    /// Unix milliseconds since when the phase is (or is not) `Connected`.
    pub since_ms: u64,
    /// Why it waits: stable code and sentence.
    pub last_error: Option<(String, String)>,
    /// Milliseconds until the next attempt.
    pub next_try_in_ms: Option<u64>,
    /// The upstream database's incarnation, while a session stands.
    pub upstream: Option<ActorId>,
    /// Scopes that wait at the upstream.
    pub waiting: u64,
    /// Everything sent is acknowledged and nothing waits.
    pub settled: bool,
    /// How this machine's clock stands beside the upstream's, as its last answer told; `None` before the first.
    pub clock: Option<ClockBeside>,
    /// Bytes so far.
    pub traffic: LinkTraffic,
}

impl LinkState {
    pub(super) fn new(endpoints: Vec<String>) -> Self {
        Self {
            phase: LinkPhase::Waiting,
            endpoints,
            endpoint: 0,
            since_ms: 0,
            last_error: None,
            next_try_in_ms: None,
            upstream: None,
            waiting: 0,
            settled: false,
            clock: None,
            traffic: LinkTraffic::default(),
        }
    }
}

fn phase(session: &Session) -> LinkPhase {
    match session.phase() {
        Phase::Waiting => LinkPhase::Waiting,
        Phase::Connecting | Phase::Greeting | Phase::Reholding | Phase::Parting => LinkPhase::Connecting,
        Phase::Live => LinkPhase::Connected,
    }
}

pub(super) fn publish(to: &watch::Sender<LinkState>, session: &Session, performer: &Performer, now_ms: u64) {
    let (bytes_out, bytes_in) = performer.traffic();
    let wall_ms = performer.writer.records().now_ms();
    to.send_if_modified(|state| {
        let before = state.clone();
        let phase = phase(session);
        let was_up = state.phase == LinkPhase::Connected;
        if state.since_ms == 0 || was_up != (phase == LinkPhase::Connected) {
            state.since_ms = wall_ms;
        }
        state.phase = phase;
        state.endpoint = session.endpoint();
        state.last_error = session.last_error().cloned();
        state.upstream = performer.upstream().filter(|_| phase == LinkPhase::Connected);
        state.waiting = session.waiting();
        state.settled = session.is_settled();
        state.next_try_in_ms = match phase {
            LinkPhase::Waiting => session.wake_at_ms().map(|at| at.saturating_sub(now_ms)),
            LinkPhase::Connecting | LinkPhase::Connected => None,
        };
        state.clock = performer.clock().or(state.clock);
        state.traffic = super::LinkTraffic { bytes_out, bytes_in };
        *state != before
    });
}
