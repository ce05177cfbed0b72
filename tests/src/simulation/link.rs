//! What `sync/link` does around the real session machine: connections, sending, and work on the store, each as a job
//! that takes its time, so that a crash, a lost answer or another session can come in between.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;

use anyhow::{Result, bail};
use holdfast_core::id::{ActorId, Lane, Scope};
use holdfast_core::message::{Page, Reach, Request, Response};
use holdfast_core::session::{Input, Output, Phase, Ready, Session, SessionConfig};
use holdfast_store::StoreError;
use holdfast_store::downstream::{Standing, Taken};
use holdfast_store::prepare_page::PreparedPage;

use super::dice::Dice;
use super::fleet::Fleet;
use super::giving_back::Attempt;
use super::network::{Cargo, Envelope};
use super::oracle::{Oracle, Saves};

/// A page as small as the upstream makes them, so that several are needed.
const PAGE_BYTES: u32 = 1;
/// How long an idle pull may wait.
const IDLE_WAIT_MS: u32 = 20_000;
/// Jobs and messages of one undisturbed exchange.
const MAX_STEPS: usize = 4_000;

/// Work outside the machine.
#[derive(Debug)]
pub enum Job {
    /// Connect to an endpoint.
    Connect(usize),
    /// Compare the own log with what an upstream knows of it.
    Compare(ActorId, Vec<Reach>),
    /// Read segments of a lane after a number, at most so many.
    Read(Lane, u64, u32),
    /// Note an acknowledgement of an upstream: of which actor, which lane, through which number.
    Acked(ActorId, ActorId, Lane, u64),
    /// Take a page in.
    Store(ActorId, Handed),
    /// Every scope is held again.
    Reheld,
    /// Revoked: hand over what was never acknowledged.
    Part,
    /// Take a new actor.
    NewActor,
    /// Go on giving back what a restored upstream had said.
    GiveBack(Attempt),
}

/// A page that has come.
#[derive(Debug, Default)]
pub struct Handed {
    page: Page,
    /// The saves in its states.
    states: Saves,
    /// What was worked out of it when it came.
    prepared: PreparedPage,
    /// When it was asked for, by the replica's clock.
    asked_ms: Option<u64>,
}

/// A replica's link to its upstreams.
pub struct Link {
    machine: Session,
    /// Counts connections: what an older one still says is heard only where it does no harm.
    pub epoch: u64,
    /// The upstream's number.
    pub up: usize,
    upstream: Option<ActorId>,
    jobs: VecDeque<Job>,
    /// Pages handed to the machine: it hands them back to be stored, or drops them.
    pages: VecDeque<Handed>,
    /// When the pull that waits for its answer was sent: its number, the replica's clock.
    pulled: Option<(u64, u64)>,
    /// Segments sent and pages stored.
    pub moved: usize,
}

impl Link {
    /// Puts a job behind those that wait.
    pub fn wait_for(&mut self, job: Job) {
        self.jobs.push_back(job);
    }
}

impl Fleet {
    /// Starts the link of a replica if it has none, wakes it if it waits, or breaks its connection.
    ///
    /// # Errors
    /// The store.
    pub fn stir(&mut self, down: usize) -> Result<()> {
        if self.replicas[down].link.is_none() {
            return self.start_link(down);
        }
        let Some(link) = &self.replicas[down].link else { return Ok(()) };
        if *link.machine.phase() == Phase::Waiting {
            self.now_ms = self.now_ms.max(link.machine.wake_at_ms().unwrap_or(self.now_ms));
            return self.feed(down, Input::Tick);
        }
        self.note(|f| format!("the connection of {} breaks", f.name(down)));
        self.feed(down, Input::Disconnected { code: "cut".into(), message: "cut".into() })
    }

    fn start_link(&mut self, down: usize) -> Result<()> {
        self.note(|f| format!("{} links up", f.name(down)));
        self.links_made += 1;
        let config = SessionConfig {
            endpoints: self.hubs,
            page_bytes: PAGE_BYTES,
            largest_page_bytes: PAGE_BYTES,
            idle_wait_ms: IDLE_WAIT_MS,
            answer_within_ms: 10_000,
            seed: self.seed ^ self.links_made,
        };
        let machine = Session::new(config);
        let (jobs, pages) = (VecDeque::new(), VecDeque::new());
        let epoch = self.links_made << 20;
        self.replicas[down].link =
            Some(Link { machine, epoch, up: 0, upstream: None, jobs, pages, pulled: None, moved: 0 });
        let missing = self.missing_scopes(down)?;
        self.greet(down)?;
        if missing.is_empty() { Ok(()) } else { self.feed(down, Input::Want(missing)) }
    }

    /// Scopes wanted of which nothing has come yet: asked for again by a new process.
    fn missing_scopes(&self, down: usize) -> Result<Vec<Scope>> {
        let held = super::finish::names(&self.replicas[down].db, "SELECT scope FROM held", &[])?;
        let replica = &self.replicas[down];
        let is_missing = |scope: &&Scope| !held.contains(&scope.0) || replica.given_up.contains(*scope);
        Ok(replica.wanted.iter().filter(is_missing).cloned().collect())
    }

    fn greet(&mut self, down: usize) -> Result<()> {
        let records = &self.replicas[down].records;
        let (hello, actor) = (records.hello()?, records.actor());
        self.feed(down, Input::Start { hello, actor })
    }

    /// Hands the machine an input and takes over what it asks for.
    ///
    /// # Errors
    /// What cannot be encoded.
    pub fn feed(&mut self, down: usize, input: Input) -> Result<()> {
        let now = self.now_ms;
        let Some(link) = self.replicas[down].link.as_mut() else { return Ok(()) };
        link.machine.handle_input(now, input);
        while let Some(output) = self.replicas[down].link.as_mut().and_then(|link| link.machine.poll_output())
        {
            self.carry_out(down, output)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, down: usize, output: Output) -> Result<()> {
        let Some(link) = self.replicas[down].link.as_mut() else { return Ok(()) };
        match output {
            Output::Connect { endpoint } => link.jobs.push_back(Job::Connect(endpoint)),
            Output::Close => {
                link.epoch += 1;
                link.upstream = None;
                // Acknowledgements and pages that were on their way to the store still get there.
                link.jobs.retain(|job| matches!(job, Job::Acked(..) | Job::Store(..) | Job::NewActor));
            }
            Output::Send { id, request } => self.send(down, id, &request)?,
            Output::Compare { upstream, known } => {
                link.upstream = Some(upstream);
                link.jobs.push_back(Job::Compare(upstream, known));
            }
            Output::ReadSegments { lane, after, limit } => link.jobs.push_back(Job::Read(lane, after, limit)),
            Output::Acked { upstream, actor, lane, through } => {
                link.jobs.push_back(Job::Acked(upstream, actor, lane, through));
            }
            Output::StorePage { upstream, page } => {
                let at = link.pages.iter().position(|handed| handed.page == page);
                let handed = at.and_then(|at| link.pages.drain(..=at).next_back());
                let handed = handed.unwrap_or(Handed { page, ..Handed::default() });
                link.jobs.push_back(Job::Store(upstream, handed));
            }
            Output::Reheld => link.jobs.push_back(Job::Reheld),
            Output::Part => link.jobs.push_back(Job::Part),
            Output::GiveBackAgain => {
                link.jobs.extend(link.upstream.map(|up| Job::GiveBack(Attempt::new(up))))
            }
            Output::TakeNewActor => link.jobs.push_back(Job::NewActor),
        }
        Ok(())
    }

    fn send(&mut self, down: usize, id: u64, request: &Request) -> Result<()> {
        let now = self.replicas[down].clock.load(Ordering::Relaxed);
        let Some(link) = self.replicas[down].link.as_mut() else { return Ok(()) };
        link.moved += usize::from(matches!(request, Request::Push { .. }));
        if matches!(request, Request::Pull { .. }) {
            link.pulled = Some((id, now));
        }
        let (up, session, upstream) = (link.up, link.epoch, link.upstream);
        let (boot, asker_boot) = (self.replicas[up].boot, self.replicas[down].boot);
        let cargo = Cargo::Request(request.encode()?);
        self.network.send(Envelope { down, up, boot, asker_boot, session, ask: id, upstream, cargo });
        Ok(())
    }

    /// Does the job that waits longest at a replica; `false` if none waits.
    ///
    /// # Errors
    /// A violation, or the store.
    pub fn do_job(&mut self, down: usize) -> Result<bool> {
        let Some(job) = self.replicas[down].link.as_mut().and_then(|link| link.jobs.pop_front()) else {
            return Ok(false);
        };
        match job {
            Job::Connect(endpoint) => self.connect(down, endpoint)?,
            Job::Compare(upstream, known) => self.compare_logs(down, upstream, &known)?,
            Job::Read(lane, after, limit) => {
                let outgoing = self.replicas[down].records.outgoing(lane, after, limit)?.into_iter();
                let ready =
                    outgoing.map(|o| Ready { first: o.first, last: o.last, bytes: o.bytes }).collect();
                self.feed(down, Input::Segments { lane, ready })?;
            }
            Job::Acked(upstream, actor, lane, through) => {
                self.acknowledged(down, upstream, (actor, lane, through))?
            }
            Job::Store(upstream, handed) => self.store(down, upstream, handed)?,
            Job::Reheld => self.replicas[down].records.reheld()?,
            Job::Part => {
                let acknowledged = self.replicas[down].records.acknowledged()?;
                self.feed(down, Input::Parting { acknowledged })?;
            }
            Job::NewActor => self.fork_away(down)?,
            Job::GiveBack(attempt) => {
                let up = self.replicas[down].link.as_ref().map_or(0, |link| link.up);
                self.give_back(down, up, attempt)?;
            }
        }
        Ok(true)
    }

    fn connect(&mut self, down: usize, endpoint: usize) -> Result<()> {
        let is_cut = self.replicas[down].cut || self.replicas[endpoint].cut;
        if let Some(link) = self.replicas[down].link.as_mut() {
            (link.up, link.epoch) = (endpoint, link.epoch + 1);
        }
        let failed = Input::Disconnected { code: "unreachable".into(), message: "unreachable".into() };
        self.feed(down, if is_cut { failed } else { Input::Connected })
    }

    fn compare_logs(&mut self, down: usize, upstream: ActorId, known: &[Reach]) -> Result<()> {
        let endpoint = self.endpoint(down);
        let records = &self.replicas[down].records;
        match records.compare(&endpoint, upstream, known)? {
            Standing::Foreign => self.fork_away(down),
            Standing::Behind => {
                let rehold = records.positions_to_rehold(upstream)?;
                if let (true, Some(link)) = (self.hub_is_restored, self.replicas[down].link.as_mut()) {
                    link.jobs.push_back(Job::GiveBack(Attempt::new(upstream)));
                    let up = link.up;
                    self.give_logs(down, up, known)?;
                }
                self.feed(down, Input::Compared { rehold })
            }
        }
    }

    fn endpoint(&self, down: usize) -> String {
        self.replicas[down]
            .link
            .as_ref()
            .map(|link| self.replicas[link.up].profile.name.clone())
            .unwrap_or_default()
    }

    fn acknowledged(&mut self, down: usize, upstream: ActorId, ack: (ActorId, Lane, u64)) -> Result<()> {
        let endpoint = self.endpoint(down);
        Ok(self.replicas[down].records.acknowledge(&endpoint, upstream, ack.0, ack.1, ack.2)?)
    }

    fn fork_away(&mut self, down: usize) -> Result<()> {
        self.said_again(down);
        self.replicas[down].records.fork_away()?;
        self.note(|f| format!("{} takes the new actor {:?}", f.name(down), f.replicas[down].records.actor()));
        self.greet(down)
    }

    /// Merges a page, notes what it brought, and tells the machine if the page is of its connection.
    fn store(&mut self, down: usize, upstream: ActorId, handed: Handed) -> Result<()> {
        let Handed { page, states, prepared, asked_ms } = handed;
        let page = &page;
        self.check_page(down, page)?;
        self.pages_stored += 1;
        if !self.is_healed && Dice::of(self.seed, 5000 + self.pages_stored).chance(5) {
            self.note(|f| format!("the disk of {} is full, a page is not stored", f.name(down)));
            return self
                .feed(down, Input::Disconnected { code: "disk-full".into(), message: "disk full".into() });
        }
        let taken = match self.replicas[down].records.take_prepared_page(upstream, page, prepared) {
            Err(StoreError::Refused { code: code @ "page-of-a-copy", message }) => {
                self.note(|f| format!("{} has got a page of a copy of itself", f.name(down)));
                return self.feed(down, Input::Disconnected { code: code.into(), message });
            }
            taken => taken?,
        };
        if let Some(link) = self.replicas[down].link.as_mut() {
            link.moved += 1;
        }
        match taken {
            Taken::Rewind(positions) => self.feed(down, Input::PageRefused { upstream, positions }),
            Taken::Durable(positions) => {
                for op in &page.ops {
                    self.dots.note(op)?;
                }
                let ops = page.ops.iter().map(|op| Oracle::of_author(&op.author)).fold(0, |a, b| a | b);
                self.replicas[down].known |= ops | states;
                if let Some(asked_ms) = asked_ms.filter(|_| self.hears && page.waiting == 0) {
                    self.replicas[down].records.caught_up(upstream, asked_ms)?;
                }
                self.feed(down, Input::PageDurable { upstream, positions })
            }
        }
    }

    /// An answer has arrived.
    ///
    /// # Errors
    /// A violation, or the store.
    pub fn receive(&mut self, envelope: &Envelope, response: Response, states: Saves) -> Result<()> {
        let down = envelope.down;
        let Some(link) = self.replicas[down].link.as_mut() else { return Ok(()) };
        if let Response::Refused { code, message, .. } = &response {
            check_refusal(code, message, self.hub_is_restored)?;
            self.note(|f| format!("{} is refused by {}: {code}", f.name(down), f.name(envelope.up)));
        } else if link.epoch != envelope.session {
            // An older connection's acknowledgement may already have been on the way to the store. A page cannot: it is
            // handed over only when the one before it, of the same connection, is durable.
            if let (Response::Ack { actor, lane, through }, Some(upstream)) = (response, envelope.upstream) {
                link.jobs.push_back(Job::Acked(upstream, actor, lane, through));
            }
            return Ok(());
        }
        if self.replicas[down].link.as_ref().is_none_or(|link| link.epoch != envelope.session) {
            return Ok(());
        }
        if matches!(&response, Response::Page(page) if page.visits.is_empty()) {
            self.heard_nothing(envelope)?;
        }
        if let Response::Page(page) = &response
            && !page.visits.is_empty()
        {
            let asked_ms = self.asked_ms(envelope);
            let prepared = self.replicas[down].records.prepare_page(page)?;
            if let Some(link) = self.replicas[down].link.as_mut() {
                link.pages.push_back(Handed { page: page.clone(), states, prepared, asked_ms });
            }
        }
        self.feed(down, Input::Reply { id: envelope.ask, response })
    }

    /// When the pull of an answer was sent, by the asker's clock.
    fn asked_ms(&self, envelope: &Envelope) -> Option<u64> {
        let link = self.replicas[envelope.down].link.as_ref()?;
        link.pulled.filter(|(id, _)| *id == envelope.ask).map(|(_, at)| at)
    }

    /// A pull has brought nothing: all that the upstream had when it was sent is here, unless a page is still to be stored.
    pub(super) fn heard_nothing(&mut self, envelope: &Envelope) -> Result<()> {
        let down = envelope.down;
        let is_of_this = self.replicas[down].link.as_ref().is_some_and(|link| {
            let is_storing = link.jobs.iter().any(|job| matches!(job, Job::Store(..)));
            link.epoch == envelope.session && link.pages.is_empty() && !is_storing
        });
        if let (true, true, Some(upstream), Some(asked_ms)) =
            (self.hears, is_of_this, envelope.upstream, self.asked_ms(envelope))
        {
            self.replicas[down].records.caught_up(upstream, asked_ms)?;
        }
        Ok(())
    }

    /// Runs the link of one replica without trouble until it has nothing left to say or hear; how much moved.
    ///
    /// # Errors
    /// A violation, or the store.
    pub fn exchange(&mut self, down: usize) -> Result<usize> {
        if let Some(link) = self.replicas[down].link.as_mut() {
            link.moved = 0;
        }
        self.stir(down)?;
        for _ in 0..MAX_STEPS {
            while self.do_job(down)? {}
            if let Some(envelope) = self.network.next_in_order() {
                self.deliver(envelope)?;
                continue;
            }
            let Some(link) = &self.replicas[down].link else {
                bail!("{} has lost its link", self.name(down))
            };
            if link.machine.is_settled() && link.jobs.is_empty() {
                return Ok(link.moved);
            }
            let Some(wake) = link.machine.wake_at_ms() else {
                bail!("{} waits for nothing: {:?}", self.name(down), link.machine)
            };
            self.now_ms = self.now_ms.max(wake);
            self.feed(down, Input::Tick)?;
        }
        bail!("the link of {} does not settle", self.name(down))
    }
}

/// Only what a client can act upon may be refused.
fn check_refusal(code: &str, message: &str, grants_may_be_lost: bool) -> Result<()> {
    match code {
        "scope-denied" if grants_may_be_lost => Ok(()),
        "replica-copied" | "log-fork" | "actor-taken" | "actor-unknown" | "log-gap" | "log-rewind"
        | "replica-revoked" => Ok(()),
        _ => bail!("refused with {code}: {message}"),
    }
}
