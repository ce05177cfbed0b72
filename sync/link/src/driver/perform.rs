//! Carrying out what the session asks for, each on a task of its own; what comes of it returns as an event.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use holdfast_core::id::{ActorId, Lane};
use holdfast_core::message::{Page, Reach, Request, Response, Visit};
use holdfast_core::session::{Input, Output, Ready};
use holdfast_store::StoreError;
use holdfast_store::downstream::{Standing, Taken};
use holdfast_store::prepare_page::PreparedPage;
use holdfast_store::writer::Writer;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::LinkConfig;
use super::ask::Question;
use super::give_back::{EVERYTHING, GiveBack, Stretch};
use super::heard::Hearing;
use super::relay::Relay;
use crate::serve;
use crate::transport::{ClockBeside, Connection, Counters, TransportError};

/// From one attempt to greet to the next.
const GREET_AGAIN: Duration = Duration::from_secs(2);

/// What happened, with the connection it happened on.
pub(super) enum Event {
    /// An input of the session, whatever the connection.
    Input(Input),
    /// An input that counts only while its connection is the present one.
    Of(u64, Input),
    /// A connection is up.
    Opened(u64, Connection),
    /// What of a restored upstream's records could not be given back on this connection yet.
    GiveBackWaits(u64, Vec<Stretch>),
    /// A question beside the session.
    Ask(Question),
}

pub(super) struct Performer {
    pub(super) writer: Writer,
    pub(super) config: LinkConfig,
    events: mpsc::WeakSender<Event>,
    connection: Option<Connection>,
    /// Counts connections, so that what an older one still says is not heard.
    epoch: u64,
    endpoint: usize,
    upstream: Option<ActorId>,
    acks: BTreeMap<(ActorId, ActorId, Lane), u64>,
    /// What still waits to be given back to the upstream of the present connection.
    to_give: Vec<Stretch>,
    /// Pages that have come on it, each being worked out ahead of its turn to be stored.
    preparing: VecDeque<(Vec<Visit>, JoinHandle<PreparedPage>)>,
    /// Which of its pulls have brought everything.
    hearing: Hearing,
    /// Hands on what replicas below have written, on the present connection.
    relaying: Option<JoinHandle<()>>,
    past: Counters,
}

impl Performer {
    pub(super) fn new(writer: Writer, config: LinkConfig, events: mpsc::WeakSender<Event>) -> Self {
        Self {
            writer,
            config,
            events,
            connection: None,
            epoch: 0,
            endpoint: 0,
            upstream: None,
            acks: BTreeMap::new(),
            to_give: Vec::new(),
            preparing: VecDeque::new(),
            hearing: Hearing::default(),
            relaying: None,
            past: Counters::default(),
        }
    }

    /// Bytes out and in, over every connection so far.
    pub(super) fn traffic(&self) -> (u64, u64) {
        let now = self.connection.as_ref().map(Connection::counters).unwrap_or_default();
        (self.past.bytes_out + now.bytes_out, self.past.bytes_in + now.bytes_in)
    }

    /// How this machine's clock stands beside the upstream's, as the present connection tells.
    pub(super) fn clock(&self) -> Option<ClockBeside> {
        self.connection.as_ref()?.clock()
    }

    pub(super) fn endpoint_url(&self) -> String {
        self.config.endpoints.get(self.endpoint).map(ToString::to_string).unwrap_or_default()
    }

    pub(super) fn receive(&mut self, event: Event) -> Option<Input> {
        match event {
            Event::Input(input) => Some(input),
            Event::Of(epoch, input) => (epoch == self.epoch).then(|| {
                match &input {
                    Input::Reply { id, response: Response::Page(page) } => self.receive_page(*id, page),
                    Input::PageDurable { .. } => self.hearing.stored(),
                    Input::PageRefused { .. } => self.hearing.refused(),
                    _ => {}
                }
                input
            }),
            Event::GiveBackWaits(epoch, stretches) => (epoch == self.epoch).then(|| {
                self.to_give = stretches;
                Input::GiveBackWaits
            }),
            Event::Ask(question) => {
                question.put(self.connection.clone().zip(self.upstream));
                None
            }
            Event::Opened(epoch, connection) => {
                if epoch != self.epoch {
                    return None;
                }
                self.connection = Some(connection);
                Some(Input::Connected)
            }
        }
    }

    pub(super) fn perform(&mut self, output: Output) {
        match output {
            Output::Connect { endpoint } => self.connect(endpoint),
            Output::Close => self.close(),
            Output::Send { id, request } => self.send(id, &request),
            Output::Compare { upstream, known } => self.compare(upstream, known),
            Output::Part => self.part(),
            Output::ReadSegments { lane, after, limit } => self.read_segments(lane, after, limit),
            Output::Acked { upstream, actor, lane, through } => {
                let slot = self.acks.entry((upstream, actor, lane)).or_default();
                *slot = through.max(*slot);
                if self.acks.len() == 1 {
                    self.writer.announce();
                }
            }
            Output::StorePage { upstream, page } => self.store_page(upstream, page),
            Output::Reheld => self.call(|records| records.reheld().map(|()| None)),
            Output::GiveBackAgain => {
                let stretches = std::mem::take(&mut self.to_give);
                self.give_back(None, stretches);
            }
            Output::TakeNewActor => self.take_new_actor(),
        }
    }

    /// Begins, as soon as the store can make a greeting: on a full disk it cannot.
    pub(super) fn greet(&self) {
        let (writer, events) = (self.writer.clone(), self.events.clone());
        tokio::spawn(async move {
            let mut is_told = false;
            while events.upgrade().is_some() {
                let made = writer.call(|records| Ok((records.hello()?, records.actor()))).await;
                match made {
                    Ok((hello, actor)) => {
                        return send(&events, Event::Input(Input::Start { hello, actor })).await;
                    }
                    Err(error) if !is_told => {
                        is_told = true;
                        send(&events, Event::Input(store_failed(&error))).await;
                    }
                    Err(_) => {}
                }
                tokio::time::sleep(GREET_AGAIN).await;
            }
        });
    }

    /// Runs something on the store; its input counts whatever becomes of the connection.
    fn call<F>(&self, work: F)
    where
        F: FnOnce(&holdfast_store::Records) -> Result<Option<Input>, StoreError> + Send + 'static,
    {
        let (writer, events, epoch) = (self.writer.clone(), self.events.clone(), self.epoch);
        tokio::spawn(async move {
            let event = match writer.call(work).await {
                Ok(None) => return,
                Ok(Some(input @ Input::Start { .. })) => Event::Input(input),
                Ok(Some(input)) => Event::Of(epoch, input),
                Err(error) => Event::Of(epoch, store_failed(&error)),
            };
            send(&events, event).await;
        });
    }

    fn connect(&mut self, endpoint: usize) {
        // Under the endpoint that gave them.
        self.save_acks();
        self.epoch += 1;
        self.hearing.ends();
        self.endpoint = endpoint;
        let Some(target) = self.config.endpoints.get(endpoint).cloned() else { return };
        let (tls, events, epoch) = (self.config.tls.clone(), self.events.clone(), self.epoch);
        tokio::spawn(async move {
            let event = match Connection::open(&target, tls).await {
                Ok(connection) => Event::Opened(epoch, connection),
                Err(error) => Event::Of(epoch, not_connected(&error)),
            };
            send(&events, event).await;
        });
    }

    fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            let counted = connection.counters();
            self.past.bytes_out += counted.bytes_out;
            self.past.bytes_in += counted.bytes_in;
        }
        self.upstream = None;
        self.preparing.clear();
        self.hearing.ends();
        self.end_relaying();
        self.epoch += 1;
    }

    fn end_relaying(&mut self) {
        if let Some(relaying) = self.relaying.take() {
            relaying.abort();
        }
    }

    /// The upstream of the present session, once it is known.
    pub(super) fn upstream(&self) -> Option<ActorId> {
        self.upstream
    }

    fn send(&mut self, id: u64, request: &Request) {
        if matches!(request, Request::Pull { .. }) {
            self.hearing.asks(id, self.writer.records().now_ms());
        }
        let (events, epoch) = (self.events.clone(), self.epoch);
        let bytes = request.encode().map(Bytes::from);
        let Some(connection) = self.connection.clone() else { return };
        tokio::spawn(async move {
            let input = match bytes {
                Ok(bytes) => exchange(&connection, id, bytes).await,
                Err(error) => Input::Disconnected { code: "too-large".into(), message: error.to_string() },
            };
            send(&events, Event::Of(epoch, input)).await;
        });
    }

    fn compare(&mut self, upstream: ActorId, known: Vec<Reach>) {
        self.upstream = Some(upstream);
        self.to_give.clear();
        self.give_back(Some(known.clone()), vec![EVERYTHING]);
        self.relay(upstream);
        let endpoint = self.endpoint_url();
        self.call(move |records| match records.compare(&endpoint, upstream, &known)? {
            Standing::Behind => Ok(Some(Input::Compared { rehold: records.positions_to_rehold(upstream)? })),
            Standing::Foreign => {
                records.fork_away()?;
                Ok(Some(Input::Start { hello: records.hello()?, actor: records.actor() }))
            }
        });
    }

    fn relay(&mut self, upstream: ActorId) {
        self.end_relaying();
        let Some(connection) = self.connection.clone() else { return };
        let (writer, endpoint) = (self.writer.clone(), self.endpoint_url());
        let relay = Relay { connection, writer, upstream, endpoint };
        self.relaying = Some(tokio::spawn(relay.run()));
    }

    /// Revoked: nobody is asked anything beside the session any more.
    fn part(&mut self) {
        self.upstream = None;
        self.end_relaying();
        self.call(|records| Ok(Some(Input::Parting { acknowledged: records.acknowledged()? })));
    }

    /// Beside the session: own earlier logs after what is `known` of them, then what the upstream itself had said.
    fn give_back(&self, known: Option<Vec<Reach>>, stretches: Vec<Stretch>) {
        let Some((connection, upstream)) = self.connection.clone().zip(self.upstream) else { return };
        let giving = GiveBack { connection, writer: self.writer.clone(), upstream };
        let (events, epoch) = (self.events.clone(), self.epoch);
        tokio::spawn(async move {
            let waits = giving.run(known, stretches).await;
            if !waits.is_empty() {
                send(&events, Event::GiveBackWaits(epoch, waits)).await;
            }
        });
    }

    fn take_new_actor(&self) {
        self.call(|records| {
            records.fork_away()?;
            Ok(Some(Input::Start { hello: records.hello()?, actor: records.actor() }))
        });
    }

    fn read_segments(&self, lane: Lane, after: u64, limit: u32) {
        self.call(move |records| {
            let outgoing = records.outgoing(lane, after, limit)?.into_iter();
            let ready = outgoing.map(|o| Ready { first: o.first, last: o.last, bytes: o.bytes }).collect();
            Ok(Some(Input::Segments { lane, ready }))
        });
    }

    fn receive_page(&mut self, id: u64, page: &Page) {
        if let Some((began_ms, upstream)) = self.hearing.comes(id, page).zip(self.upstream) {
            self.call(move |records| {
                caught_up(records, upstream, began_ms);
                Ok(None)
            });
        }
        self.prepare_page(page);
    }

    /// Works out what a page brings while the one before it is still being stored.
    fn prepare_page(&mut self, page: &Page) {
        if page.states.is_empty() {
            return;
        }
        let (writer, page, visits) = (self.writer.clone(), page.clone(), page.visits.clone());
        let work = tokio::spawn(async move {
            let made = writer.call(move |records| records.prepare_page(&page)).await;
            // Only ahead of its time: the same trouble is met, and told, when the page is stored.
            made.unwrap_or_default()
        });
        self.preparing.push_back((visits, work));
    }

    /// What was worked out of this page. The session stores pages in the order of their coming, or drops them.
    fn prepared(&mut self, page: &Page) -> Option<JoinHandle<PreparedPage>> {
        let at = self.preparing.iter().position(|(visits, _)| *visits == page.visits)?;
        self.preparing.drain(..=at).next_back().map(|(_, work)| work)
    }

    fn store_page(&mut self, upstream: ActorId, page: Page) {
        let (writer, acks, prepared) = (self.writer.clone(), self.take_acks(), self.prepared(&page));
        let (events, epoch, heard) = (self.events.clone(), self.epoch, self.hearing.stores(&page));
        tokio::spawn(async move {
            let prepared = match prepared {
                Some(work) => work.await.unwrap_or_default(),
                None => PreparedPage::default(),
            };
            let store = move |records: &holdfast_store::Records| {
                // A page that shows what was acknowledged just now is taken only once that is noted.
                acks.save(records)?;
                let taken = records.take_prepared_page(upstream, &page, prepared)?;
                metrics::counter!("sync_resources_received_total")
                    .increment((page.ops.len() + page.states.len()) as u64);
                Ok(match taken {
                    Taken::Durable(positions) => {
                        if let Some(began_ms) = heard {
                            caught_up(records, upstream, began_ms);
                        }
                        Input::PageDurable { upstream, positions }
                    }
                    Taken::Rewind(positions) => Input::PageRefused { upstream, positions },
                })
            };
            let input = match writer.call(store).await {
                Ok(input) => {
                    writer.announce();
                    input
                }
                Err(error) => store_failed(&error),
            };
            send(&events, Event::Of(epoch, input)).await;
        });
    }

    /// Notes acknowledgements in the store. They need not be durable: the next welcome says them again.
    pub(super) fn save_acks(&mut self) {
        let acks = self.take_acks();
        if !acks.of.is_empty() {
            self.call(move |records| acks.save(records).map(|()| None));
        }
    }

    fn take_acks(&mut self) -> Acks {
        Acks { endpoint: self.endpoint_url(), of: std::mem::take(&mut self.acks) }
    }
}

impl Drop for Performer {
    /// What hands on holds the writer, which ends with its last clone.
    fn drop(&mut self) {
        self.end_relaying();
    }
}

/// Tells the store that a pull has brought everything. The page is durable whether or not that can be noted: a later pull notes as much.
fn caught_up(records: &holdfast_store::Records, upstream: ActorId, began_ms: u64) {
    if let Err(error) = records.caught_up(upstream, began_ms) {
        tracing::warn!(error.code = error.code(), error = %error, "how far the upstream was heard is not noted");
    }
}

/// Acknowledgements that are not noted in the store yet.
struct Acks {
    endpoint: String,
    of: BTreeMap<(ActorId, ActorId, Lane), u64>,
}

impl Acks {
    fn save(self, records: &holdfast_store::Records) -> Result<(), StoreError> {
        for ((upstream, actor, lane), through) in self.of {
            records.acknowledge(&self.endpoint, upstream, actor, lane, through)?;
        }
        Ok(())
    }
}

async fn send(events: &mpsc::WeakSender<Event>, event: Event) {
    if let Some(events) = events.upgrade() {
        // The driver has ended: nobody is left to hear it.
        let _ended = events.send(event).await;
    }
}

async fn exchange(connection: &Connection, id: u64, body: Bytes) -> Input {
    match connection.request(serve::PATH, body).await {
        Ok(bytes) => match Response::decode(&bytes) {
            Ok(response) => Input::Reply { id, response },
            Err(error) => Input::Disconnected { code: "answer-damaged".into(), message: error.to_string() },
        },
        Err(error) => {
            let retryable = error.is_retryable();
            match error {
                TransportError::Refused { code, message, .. } => {
                    Input::Reply { id, response: Response::Refused { code, message, retryable } }
                }
                error => disconnected(&error),
            }
        }
    }
}

/// A connection that did not come about. Where somebody was there and refused, the upstream may be in trouble.
fn not_connected(error: &TransportError) -> Input {
    match error {
        TransportError::Connect { .. } | TransportError::ConnectTimeout { .. } => {
            Input::Unreached { code: error.code().to_owned(), message: error.to_string() }
        }
        _ => disconnected(error),
    }
}

fn disconnected(error: &TransportError) -> Input {
    Input::Disconnected { code: error.code().to_string(), message: error.to_string() }
}

fn store_failed(error: &StoreError) -> Input {
    tracing::error!(error.code = error.code(), error = %error, "the store stopped a session");
    Input::Disconnected { code: error.code().to_owned(), message: error.to_string() }
}
