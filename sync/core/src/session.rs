//! One replica's side of the conversation with its upstream, as a state machine: no socket, no clock, no store.
//!
//! Feed it [`Input`]s with the time, then drain [`Session::poll_output`] until it gives nothing, and come back at
//! [`Session::wake_at_ms`]. The driver (`sync/link`) carries out what the outputs ask for.
//!
//! ```text
//! Connect ─▶ Hello ─▶ Compare ─▶ (Hold after a restore) ─▶ ┬ Push … Ack   lane 0 first, four in flight
//!                                                          └ Pull … Page  next page asked for while one is stored
//! ```
//!
//! A replica that is revoked pushes what was never acknowledged, for a person to review, and asks again rarely; it pulls
//! nothing.
//!
//! Everything may be repeated: a lost answer means the same request again, on the next connection, after a
//! jittered back-off, at the next endpoint.

mod exchange;
mod parting;
mod ports;

use std::collections::{BTreeMap, VecDeque};

use crate::id::{ActorId, Lane};
use crate::message::{Page, Position, Request, Response};

pub use exchange::MAX_IN_FLIGHT;
pub use ports::{Input, Output, Phase, Ready, SessionConfig};

/// First wait after a failure; doubles up to the longest, with full jitter.
const BACK_OFF_FIRST_MS: u64 = 500;
/// The longest after trouble with an upstream that was reached: it may have too much to do.
const BACK_OFF_LONGEST_MS: u64 = 60_000;
/// The longest while no connection comes about: an attempt costs a packet or two, and people wait for the link to be
/// felt again (decision 13).
const BACK_OFF_UNREACHED_MS: u64 = 4_000;
/// By this code an upstream says that a replica is revoked. What it still sends is kept for a person to review.
const REVOKED: &str = "replica-revoked";
/// By this one, that a person has seen a segment and does not want it: sent again, it would be refused again.
const DROPPED: &str = "quarantine-dropped";
/// From one attempt to give back what waits at a restored upstream to the next: at least this, and up to as much again.
/// A look costs a message or two, and a person may be waiting for the record.
const GIVE_BACK_AGAIN_MS: u64 = 40_000;
/// The slowest link that is waited for, in bytes a millisecond: 256 kbit/s shared by eight requests.
const SLOWEST_BYTES_PER_MS: u64 = 4;
/// The largest answer: one record of the greatest size that is sent.
const MAX_ANSWER_BYTES: u64 = 16 << 20;
/// Scopes named in one `Hold`.
const HOLD_BATCH: usize = 10_000;

#[derive(Debug, Default)]
struct LaneProgress {
    /// Last seq handed to the connection.
    sent: u64,
    ready: VecDeque<Ready>,
    is_reading: bool,
    /// The store said there is no more, and nothing was written since.
    is_drained: bool,
    /// Something was written while the store was being read.
    is_outdated: bool,
}

#[derive(Debug)]
enum Pending {
    Hello,
    Rehold(Vec<Position>),
    Hold(Vec<Position>),
    /// A segment of this lane, through this seq.
    Push(Lane, u64),
    Pull,
}

/// The machine.
#[derive(Debug)]
pub struct Session {
    config: SessionConfig,
    phase: Phase,
    hello: Option<Request>,
    actor: ActorId,
    upstream: ActorId,
    endpoint: usize,
    failures: u32,
    wake_at_ms: Option<u64>,
    /// When to give back again what waited, on the present connection.
    give_back_at_ms: Option<u64>,
    jitter: u64,
    next_id: u64,
    in_flight: BTreeMap<u64, (Pending, u64)>,
    lanes: [LaneProgress; 4],
    /// Through which seq of each lane this replica has handed over its work since it was revoked: once is enough.
    handed_over: [u64; 4],
    /// Set once it is known what is left to hand over.
    is_parting: bool,
    rehold: VecDeque<Position>,
    /// Parts of what is held again that were refused for some scope in them.
    rehold_parts: Vec<Vec<Position>>,
    /// Why a scope is not held again.
    rehold_denied: Option<(String, String)>,
    wanted: Vec<Position>,
    /// Parts of holds that were refused for some scope in them, each part asked for on its own.
    parted: Vec<Vec<Position>>,
    confirm: Vec<Position>,
    storing: Option<Vec<Position>>,
    next_page: Option<Page>,
    /// About how large the next page may be.
    page_bytes: u32,
    /// When the pull that is on its way was sent, unless the upstream may keep it waiting.
    pulled_at_ms: Option<u64>,
    waiting: u64,
    /// The upstream had nothing beyond the page that is being stored.
    is_dry: bool,
    last_error: Option<(String, String)>,
    out: VecDeque<Output>,
}

impl Session {
    /// A machine that waits for [`Input::Start`].
    pub fn new(config: SessionConfig) -> Self {
        let (jitter, page_bytes) = (config.seed | 1, config.page_bytes);
        Self {
            config,
            phase: Phase::Waiting,
            hello: None,
            actor: ActorId::default(),
            upstream: ActorId::default(),
            endpoint: 0,
            failures: 0,
            wake_at_ms: None,
            give_back_at_ms: None,
            jitter,
            next_id: 0,
            in_flight: BTreeMap::new(),
            lanes: Default::default(),
            handed_over: [0; 4],
            is_parting: false,
            rehold: VecDeque::new(),
            rehold_parts: Vec::new(),
            rehold_denied: None,
            wanted: Vec::new(),
            parted: Vec::new(),
            confirm: Vec::new(),
            storing: None,
            next_page: None,
            page_bytes,
            pulled_at_ms: None,
            waiting: 0,
            is_dry: false,
            last_error: None,
            out: VecDeque::new(),
        }
    }

    /// Where it stands.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Which endpoint it uses or tries next.
    pub fn endpoint(&self) -> usize {
        self.endpoint
    }

    /// Why it waits: a stable code and a sentence.
    pub fn last_error(&self) -> Option<&(String, String)> {
        self.last_error.as_ref()
    }

    /// Scopes whose news is not durable here: those that wait at the upstream, as it said last, and those of the
    /// pages at hand.
    pub fn waiting(&self) -> u64 {
        self.waiting.saturating_add(self.at_hand())
    }

    /// Scopes in pages that have come and are not durable yet.
    fn at_hand(&self) -> u64 {
        let storing = self.storing.as_ref().map_or(0, Vec::len);
        (storing + self.next_page.as_ref().map_or(0, |page| page.visits.len())) as u64
    }

    /// Whether everything written here is acknowledged and nothing waits at the upstream.
    pub fn is_settled(&self) -> bool {
        let pushing = self.in_flight.values().any(|(p, _)| !matches!(p, Pending::Pull));
        let drained = self.lanes.iter().all(|lane| lane.is_drained && lane.ready.is_empty());
        let holding = !self.wanted.is_empty() || !self.parted.is_empty();
        self.phase == Phase::Live
            && drained
            && !pushing
            && !holding
            && self.waiting == 0
            && self.storing.is_none()
    }

    /// When to come back with [`Input::Tick`] at the latest.
    pub fn wake_at_ms(&self) -> Option<u64> {
        let deadline = self.in_flight.values().map(|(_, deadline)| *deadline).min();
        [self.wake_at_ms, self.give_back_at_ms, deadline].into_iter().flatten().min()
    }

    /// The next thing to do outside.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// Takes note of what happened.
    pub fn handle_input(&mut self, now_ms: u64, input: Input) {
        match input {
            Input::Start { hello, actor } => self.start(now_ms, hello, actor),
            Input::Connected => self.greet(now_ms),
            Input::Unreached { code, message } => {
                self.fail_within(now_ms, code, message, BACK_OFF_UNREACHED_MS);
            }
            Input::Disconnected { code, message } => self.fail(now_ms, code, message),
            Input::Reply { id, response } => self.reply(now_ms, id, response),
            Input::Compared { rehold } => self.compared(now_ms, rehold),
            Input::Parting { acknowledged } => self.parting(acknowledged),
            Input::Segments { lane, ready } => self.segments(lane, ready),
            Input::PageDurable { upstream, positions } if upstream == self.upstream => {
                self.page_durable(positions);
            }
            Input::PageRefused { upstream, positions } if upstream == self.upstream => {
                self.page_refused(positions);
            }
            Input::PageDurable { .. } | Input::PageRefused { .. } => {}
            Input::NewOps => {
                for lane in &mut self.lanes {
                    (lane.is_drained, lane.is_outdated) = (false, lane.is_reading);
                }
            }
            Input::GiveBackWaits => {
                let has_met = !matches!(self.phase, Phase::Waiting | Phase::Connecting);
                let again = now_ms + GIVE_BACK_AGAIN_MS + self.random() % GIVE_BACK_AGAIN_MS;
                self.give_back_at_ms = has_met.then_some(again);
            }
            Input::Want(scopes) => {
                self.wanted.extend(scopes.into_iter().map(|scope| Position { scope, at: 0 }));
            }
            Input::Tick => self.tick(now_ms),
        }
        self.go_on(now_ms);
    }

    fn start(&mut self, now_ms: u64, hello: Request, actor: ActorId) {
        if self.phase != Phase::Waiting {
            self.out.push_back(Output::Close);
        }
        self.forget_connection();
        if actor != self.actor {
            self.handed_over = [0; 4];
        }
        (self.hello, self.actor) = (Some(hello), actor);
        self.lanes = Default::default();
        self.phase = Phase::Waiting;
        self.wake_at_ms = Some(now_ms);
        self.tick(now_ms);
    }

    fn forget_connection(&mut self) {
        for (pending, _) in std::mem::take(&mut self.in_flight).into_values() {
            if let Pending::Hold(scopes) = pending {
                self.wanted.extend(scopes);
            }
        }
        self.wanted.extend(std::mem::take(&mut self.parted).into_iter().flatten());
        // A wish stays until it is granted; a position counts only with the upstream that it was counted by.
        self.wanted.retain(|position| position.at == 0);
        self.confirm.clear();
        // What the store says of this connection's pages from now on is about positions that the next upstream, which
        // may be this one restored, has never given.
        self.upstream = ActorId::default();
        self.give_back_at_ms = None;
        (self.page_bytes, self.pulled_at_ms) = (self.config.page_bytes, None);
        // What was at hand is not here, and will be sent again.
        self.waiting = self.waiting();
        (self.storing, self.next_page) = (None, None);
        self.rehold.clear();
        (self.rehold_parts, self.rehold_denied) = (Vec::new(), None);
        self.is_parting = false;
        for lane in &mut self.lanes {
            lane.ready.clear();
            (lane.is_reading, lane.is_drained) = (false, false);
        }
    }

    fn tick(&mut self, now_ms: u64) {
        if self.phase == Phase::Waiting
            && self.hello.is_some()
            && self.wake_at_ms.is_some_and(|at| at <= now_ms)
        {
            self.wake_at_ms = None;
            self.phase = Phase::Connecting;
            self.out.push_back(Output::Connect { endpoint: self.endpoint });
        }
        if self.give_back_at_ms.take_if(|at| *at <= now_ms).is_some() {
            self.out.push_back(Output::GiveBackAgain);
        }
        if self.in_flight.values().any(|(_, deadline)| *deadline <= now_ms) {
            let message = "the upstream did not answer in time; the session starts again".to_owned();
            self.fail(now_ms, "link-timeout".into(), message);
        }
    }

    fn fail(&mut self, now_ms: u64, code: String, message: String) {
        self.fail_within(now_ms, code, message, BACK_OFF_LONGEST_MS);
    }

    fn fail_within(&mut self, now_ms: u64, code: String, message: String, longest_ms: u64) {
        if self.phase == Phase::Waiting {
            // A new actor was asked for, and the store could not take one: the upstream refuses the old one again,
            // and then it is asked for again.
            let is_stuck = self.hello.is_some() && self.wake_at_ms.is_none();
            if is_stuck {
                self.back_off(now_ms, longest_ms);
            }
            if is_stuck || self.hello.is_none() {
                self.last_error = Some((code, message));
            }
            return;
        }
        self.last_error = Some((code, message));
        self.out.push_back(Output::Close);
        self.forget_connection();
        self.phase = Phase::Waiting;
        self.endpoint = (self.endpoint + 1) % self.config.endpoints.max(1);
        self.back_off(now_ms, longest_ms);
    }

    fn back_off(&mut self, now_ms: u64, longest_ms: u64) {
        // One whole round of endpoints fails fast, then the wait grows.
        let rounds = self.failures / u32::try_from(self.config.endpoints.max(1)).unwrap_or(1);
        let longest = longest_ms.min(BACK_OFF_FIRST_MS << rounds.min(16));
        self.failures = self.failures.saturating_add(1);
        self.wake_at_ms = Some(now_ms + 1 + self.random() % longest);
    }

    /// xorshift64*: spreads the retries of a fleet; nothing secret hangs on it.
    fn random(&mut self) -> u64 {
        self.jitter ^= self.jitter >> 12;
        self.jitter ^= self.jitter << 25;
        self.jitter ^= self.jitter >> 27;
        self.jitter.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn send(&mut self, now_ms: u64, pending: Pending, request: Request) {
        // On a thin link large messages take their time, and what is on its way at once shares it. Whether anything moves at
        // all is for the carrier to find out, and soon.
        let (wait, bytes) = match &request {
            Request::Pull { wait_ms, .. } => (u64::from(*wait_ms), MAX_ANSWER_BYTES),
            Request::Push { segment } => (0, segment.len() as u64),
            _ => (0, 0),
        };
        let moving = bytes / SLOWEST_BYTES_PER_MS;
        if matches!(pending, Pending::Push(..)) {
            let pushes = self.in_flight.values_mut().filter(|(p, _)| matches!(p, Pending::Push(..)));
            pushes.for_each(|(_, deadline)| *deadline += moving);
        }
        let others = self.in_flight.values().filter(|(p, _)| matches!(p, Pending::Push(..)));
        let shared = others.map(|(_, deadline)| *deadline).max().filter(|_| bytes > 0).unwrap_or_default();
        self.next_id += 1;
        let deadline = (now_ms + self.config.answer_within_ms + wait + moving).max(shared);
        self.in_flight.insert(self.next_id, (pending, deadline));
        self.out.push_back(Output::Send { id: self.next_id, request });
    }

    fn greet(&mut self, now_ms: u64) {
        if self.phase != Phase::Connecting {
            return;
        }
        self.phase = Phase::Greeting;
        if let Some(hello) = self.hello.clone() {
            self.send(now_ms, Pending::Hello, hello);
        }
    }

    fn compared(&mut self, now_ms: u64, rehold: Vec<Position>) {
        if self.phase != Phase::Greeting {
            return;
        }
        self.rehold = rehold.into();
        self.phase = Phase::Reholding;
        self.rehold_next(now_ms);
    }

    fn rehold_next(&mut self, now_ms: u64) {
        if self.rehold.is_empty() && self.rehold_parts.is_empty() {
            self.out.push_back(Output::Reheld);
            self.phase = Phase::Live;
            (self.failures, self.last_error) = (0, self.rehold_denied.take());
            return;
        }
        let n = self.rehold.len().min(HOLD_BATCH);
        let part = self.rehold_parts.pop();
        let scopes: Vec<Position> = part.unwrap_or_else(|| self.rehold.drain(..n).collect());
        self.send(
            now_ms,
            Pending::Rehold(scopes.clone()),
            Request::Hold { actor: self.actor, scopes, urgent: false },
        );
    }

    /// One that may no longer be held must not keep the others from being held again: they are asked for in halves until it
    /// stands alone. The store is told that all is held again only when every part has been answered.
    fn rehold_denied(&mut self, mut scopes: Vec<Position>, error: (String, String)) {
        if scopes.len() == 1 {
            self.rehold_denied = Some(error);
            return;
        }
        let half = scopes.split_off(scopes.len() / 2);
        self.rehold_parts.extend([half, scopes]);
    }

    fn reply(&mut self, now_ms: u64, id: u64, response: Response) {
        let Some((pending, _)) = self.in_flight.remove(&id) else { return };
        match (pending, response) {
            (Pending::Rehold(scopes), Response::Refused { code, message, .. }) if code == "scope-denied" => {
                self.rehold_denied(scopes, (code, message));
                self.rehold_next(now_ms);
            }
            (Pending::Hold(scopes), Response::Refused { code, message, retryable }) => {
                self.hold_refused(now_ms, scopes, (code, message, retryable));
            }
            // Kept for review, or seen and not wanted: there is nothing more to do about this one.
            (Pending::Push(lane, last), Response::Refused { code, .. })
                if self.phase == Phase::Parting && (code == REVOKED || code == DROPPED) =>
            {
                let handed_over = &mut self.handed_over[usize::from(lane.0)];
                *handed_over = last.max(*handed_over);
            }
            (_, Response::Refused { code, message, retryable }) => {
                self.refused(now_ms, code, message, retryable)
            }
            (Pending::Hello, Response::Welcome { upstream, known, waiting, .. }) => {
                (self.upstream, self.waiting) = (upstream, waiting);
                for lane in Lane::ALL {
                    let of_lane = known.iter().filter(|r| r.lane == lane && r.actor == self.actor);
                    self.lanes[usize::from(lane.0)].sent = of_lane.map(|r| r.seq).max().unwrap_or(0);
                }
                self.give_back_at_ms = None;
                self.out.push_back(Output::Compare { upstream, known });
            }
            (Pending::Rehold(_), Response::Done { .. }) => self.rehold_next(now_ms),
            (Pending::Hold(_), Response::Done { .. }) => {}
            // What was not sent cannot have been received, whatever the upstream says.
            (Pending::Push(sent, last), Response::Ack { actor, lane, through })
                if actor == self.actor && lane == sent && through <= last =>
            {
                self.out.push_back(Output::Acked { upstream: self.upstream, actor, lane, through });
            }
            (Pending::Pull, Response::Page(page)) => {
                self.fit_pages(now_ms, &page);
                self.page(page);
            }
            _ => self.fail(now_ms, "protocol".into(), "the upstream gave an answer of another kind".into()),
        }
    }

    fn refused(&mut self, now_ms: u64, code: String, message: String, retryable: bool) {
        if code == REVOKED {
            match self.phase {
                Phase::Greeting => return self.part(code, message),
                // On the next connection, soon, where nothing else is under way.
                Phase::Reholding | Phase::Live => return self.fail(now_ms, code, message),
                Phase::Waiting | Phase::Connecting | Phase::Parting => {}
            }
        }
        let is_copy = matches!(code.as_str(), "log-fork" | "log-rewind" | "replica-copied" | "actor-taken");
        self.fail(now_ms, code, message);
        if is_copy {
            self.out.push_back(Output::TakeNewActor);
            self.wake_at_ms = None;
        } else if !retryable {
            self.wait_long(now_ms);
        }
    }

    /// Nothing here will change by itself soon: ask again, but rarely.
    fn wait_long(&mut self, now_ms: u64) {
        self.wake_at_ms = Some(now_ms + BACK_OFF_LONGEST_MS / 2 + self.random() % BACK_OFF_LONGEST_MS);
    }

    fn go_on(&mut self, now_ms: u64) {
        match self.phase {
            Phase::Live => {
                self.hold_more(now_ms);
                self.push_more(now_ms);
                self.pull_more(now_ms);
            }
            Phase::Parting => self.part_more(now_ms),
            _ => {}
        }
    }
}
