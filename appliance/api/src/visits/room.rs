//! One visit: its state machine, what it saves, and whom it tells. A save that fails ends the room: nothing was told that is not
//! kept, sockets break, pages come back, and the next room goes on from what was saved last.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use holdfast_store::author::Base;
use holdfast_visits::door::Entry;
use holdfast_visits::ids::{AskId, MemberId, SocketId, VisitId};
use holdfast_visits::limits::CLOSED_SILENT;
use holdfast_visits::messages::{FromNode, IceServers, MemberState, Problem, Role, Stats};
use holdfast_visits::session::{
    Fact, Finished, Ice, Input, Order, Output, RelayAnswer, Request, Visit, What,
};
use metrics::{counter, histogram};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::facts::{self, Kept};
use super::parts::RelayPort;
use super::record::{self, SummaryKept};
use super::{VisitError, encounter};
use crate::error::ApiError;
use crate::refusal::own_write;
use crate::state::ApiState;

/// What a page has not read yet: past that it is too slow, and comes back to a whole welcome.
pub(super) const UNREAD: usize = 256;
/// A room in which nobody is and nothing is owed ends after so long.
const EMPTY: Duration = Duration::from_secs(30);

/// What a room is told.
pub(super) enum Told {
    /// Something happened.
    Input(Input),
    /// A socket comes in, and this is where it is spoken to.
    Enter { socket: SocketId, entry: Box<Entry>, to: mpsc::Sender<Out> },
    /// By HTTP; answered once it is saved.
    Order(Order, oneshot::Sender<()>),
    /// How does it stand?
    Look(oneshot::Sender<RoomView>),
}

/// What a socket is to do.
#[derive(Debug)]
pub(super) enum Out {
    /// Say this.
    Text(String),
    /// Close, with this code (RFC 6455 §7.4).
    Close(u16),
}

/// How a visit stands.
#[derive(Clone, Debug, Default)]
pub(super) struct RoomView {
    pub(super) members: Vec<(MemberId, Role, MemberState)>,
    pub(super) started_ms: Option<u64>,
    pub(super) finished: Option<Finished>,
    /// Who has had the page open.
    pub(super) came: Vec<MemberId>,
}

impl RoomView {
    /// Of what is kept.
    pub(super) fn of(kept: &Kept) -> Self {
        let came = kept.facts.iter().filter_map(|fact| match &fact.what {
            What::Arrived { member, .. } => Some(member.clone()),
            _ => None,
        });
        Self {
            members: kept
                .snapshot
                .members()
                .map(|(member, role, state)| (member.clone(), role, state))
                .collect(),
            started_ms: kept.snapshot.started_ms(),
            finished: kept.snapshot.finished().cloned(),
            came: came.collect(),
        }
    }
}

/// Makes TURN credentials by the relay's key.
pub(super) struct Turn {
    pub(super) relay: Arc<dyn RelayPort>,
}

impl Ice for Turn {
    fn servers(&self, visit: &VisitId, member: &MemberId, now_ms: u64) -> IceServers {
        self.relay.ice(visit, member, now_ms)
    }
}

struct Room {
    state: ApiState,
    id: VisitId,
    visit: Visit,
    facts: Vec<Fact>,
    sockets: BTreeMap<SocketId, mpsc::Sender<Out>>,
    /// What each page has told of itself, of what is counted since it joined.
    told: BTreeMap<MemberId, Figures>,
    asks: mpsc::UnboundedSender<(AskId, Request)>,
    /// Asked of the relay, and not answered.
    asked: usize,
    due_ms: Option<u64>,
}

/// Runs a visit until nobody is in it.
pub(super) async fn run(
    state: ApiState,
    relay: Arc<dyn RelayPort>,
    id: VisitId,
    visit: Visit,
    facts: Vec<Fact>,
    mut told: mpsc::Receiver<Told>,
) {
    let (asks, asked) = mpsc::unbounded_channel();
    let (answers, mut answered) = mpsc::unbounded_channel();
    let asking = tokio::spawn(ask(relay, id.clone(), asked, answers));
    let sockets = BTreeMap::new();
    let (state_, id_, told_) = (state.clone(), id.clone(), BTreeMap::new());
    let mut room =
        Room { state: state_, id: id_, visit, facts, sockets, told: told_, asks, asked: 0, due_ms: None };
    let mut closing = state.closing();
    // What is due since the last process stopped.
    let mut ended = room.take(Input::Timer).await;
    while ended.is_ok() {
        let now_ms = room.now_ms();
        let is_empty = room.sockets.is_empty() && room.asked == 0;
        let wait = match room.due_ms {
            Some(due_ms) => Duration::from_millis(due_ms.saturating_sub(now_ms)),
            None if is_empty => EMPTY,
            None => Duration::from_secs(3_600),
        };
        let until = Instant::now() + wait;
        ended = tokio::select! {
            next = told.recv() => match next {
                Some(next) => room.hear(next).await,
                None => break,
            },
            Some((ask, answer)) = answered.recv() => {
                room.asked = room.asked.saturating_sub(1);
                room.take(Input::Answered { ask, answer }).await
            }
            () = tokio::time::sleep_until(until) => {
                if room.due_ms.is_none() && is_empty && state.hall().leave(&id, &mut told) {
                    asking.abort();
                    return;
                }
                room.take(Input::Timer).await
            }
            () = closed(&mut closing) => break,
        };
    }
    if let Err(error) = ended {
        tracing::error!(
            error.code = error.code(),
            "a visit cannot be saved; its pages come back to what was saved last"
        );
    }
    state.hall().lost(&id, &mut told);
    asking.abort();
}

/// Returns once the node is told to stop.
pub(super) async fn closed(closing: &mut watch::Receiver<bool>) {
    // A sender that is gone means that the program ends.
    let _gone = closing.wait_for(|closing| *closing).await;
}

/// Asks the relay, one thing after another, as the visit said.
async fn ask(
    relay: Arc<dyn RelayPort>,
    visit: VisitId,
    mut asks: mpsc::UnboundedReceiver<(AskId, Request)>,
    answers: mpsc::UnboundedSender<(AskId, RelayAnswer)>,
) {
    while let Some((ask, request)) = asks.recv().await {
        let answer = relay.ask(&visit, request).await;
        if answers.send((ask, answer)).is_err() {
            return;
        }
    }
}

impl Room {
    fn now_ms(&self) -> u64 {
        self.state.writer().records().now_ms()
    }

    async fn hear(&mut self, told: Told) -> Result<(), ApiError> {
        match told {
            Told::Input(input) => {
                if let Input::Closed { socket } = &input {
                    self.sockets.remove(socket);
                }
                self.take(input).await
            }
            Told::Enter { socket, entry, to } => {
                self.sockets.insert(socket, to);
                self.take(Input::Entered { socket, entry }).await
            }
            Told::Order(order, done) => {
                self.take(Input::Order(order)).await?;
                let _asker_is_gone = done.send(());
                Ok(())
            }
            Told::Look(answer) => {
                let kept = Kept { snapshot: self.visit.snapshot().clone(), facts: self.facts.clone() };
                let _asker_is_gone = answer.send(RoomView::of(&kept));
                Ok(())
            }
        }
    }

    async fn take(&mut self, input: Input) -> Result<(), ApiError> {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let outputs = self.visit.handle(self.now_ms(), input);
            inputs.extend(self.perform(outputs).await?);
        }
        Ok(())
    }

    /// Does what a visit says, in its order; what that brings about by itself.
    async fn perform(&mut self, outputs: Vec<Output>) -> Result<Vec<Input>, ApiError> {
        let new = outputs.iter().filter_map(|output| match output {
            Output::Fact(fact) => Some(fact.clone()),
            _ => None,
        });
        let new: Vec<Fact> = new.collect();
        if matches!(outputs.first(), Some(Output::Save)) {
            self.save(new).await?;
        }
        let mut next = Vec::new();
        for output in outputs {
            match output {
                Output::Save | Output::Fact(_) => {}
                Output::Send { socket, message } => next.extend(self.send(socket, &message)),
                Output::Close { socket, code } => {
                    if let Some(to) = self.sockets.remove(&socket) {
                        let _is_gone = to.try_send(Out::Close(code));
                    }
                }
                Output::Ask { ask, request } => next.extend(self.ask(ask, request)),
                Output::Figures { member, stats } => self.told.entry(member).or_default().take(&stats),
                Output::Timer { at_ms } => self.due_ms = at_ms,
            }
        }
        Ok(next)
    }

    fn send(&mut self, socket: SocketId, message: &FromNode) -> Option<Input> {
        let to = self.sockets.get(&socket)?;
        let text = serde_json::to_string(message).unwrap_or_default();
        if to.try_send(Out::Text(text)).is_ok() {
            return None;
        }
        // It reads too slowly: it comes back, and is told everything anew.
        let to = self.sockets.remove(&socket)?;
        tokio::spawn(async move {
            let closed = to.send_timeout(Out::Close(CLOSED_SILENT), Duration::from_secs(1)).await;
            drop(closed);
        });
        Some(Input::Closed { socket })
    }

    fn ask(&mut self, ask: AskId, request: Request) -> Option<Input> {
        // There is no bridge to the telephone network here.
        if matches!(request, Request::Call { .. } | Request::HangUp { .. }) {
            return Some(Input::Bridged { ask, answer: Err(Problem::BridgeOff) });
        }
        self.asked += 1;
        let is_asked = self.asks.send((ask, request)).is_ok();
        (!is_asked).then_some(Input::Answered { ask, answer: RelayAnswer::Lost })
    }

    /// Saves the state, and what happened: in one transaction with the records that tell of it.
    async fn save(&mut self, new: Vec<Fact>) -> Result<(), ApiError> {
        let is_told = !new.is_empty();
        self.facts.extend(new);
        let kept = Kept { snapshot: self.visit.snapshot().clone(), facts: self.facts.clone() };
        let (id, zone) = (self.id.as_str().to_owned(), self.state.parts().time_zone.clone());
        let now_ms = self.now_ms();
        let work = move |tx: &mut holdfast_store::Tx<'_>| {
            facts::keep(tx, &id, &kept)?;
            if !is_told {
                return Ok(());
            }
            let (mut record, stored) = record::read(&mut tx.view()?, &id)?.ok_or(VisitError::Unknown)?;
            let before = record.clone();
            record.started_ms = kept.snapshot.started_ms();
            if let Some(Finished { at_ms, summary }) = kept.snapshot.finished() {
                record.ended_ms = Some(*at_ms);
                record.summary = summary.as_ref().map(|summary| SummaryKept {
                    text: summary.text.clone(),
                    next: summary.next.clone(),
                    at_ms: *at_ms,
                });
            }
            if record != before {
                record.save(tx, &Base::Exactly(stored.version), AUTHOR)?;
            }
            encounter::follow(tx, &record, &kept.facts, &zone, now_ms)
        };
        own_write(&self.state, work).await
    }
}

/// Who writes what a visit brings about: whoever did it stands in the Encounter.
const AUTHOR: &str = "visit";

/// What a page has told of itself: no address, no name, no device.
#[derive(Default)]
struct Figures {
    freezes: u64,
    first_frame: Option<f64>,
}

impl Figures {
    fn take(&mut self, stats: &Stats) {
        let number = |value: &serde_json::Number| value.as_f64().unwrap_or_default();
        let first_frame = stats.joined.as_ref().and_then(|joined| joined.first_frame_ms.as_ref()).map(number);
        if let Some(ms) = first_frame.filter(|_| first_frame != self.first_frame) {
            counter!("holdfast_visit_joins_total").increment(1);
            histogram!("holdfast_visit_first_frame_seconds").record(ms / 1_000.0);
            self.first_frame = first_frame;
        }
        for (name, value) in [
            ("holdfast_visit_round_trip_seconds", stats.rtt_ms.as_ref().map(|ms| number(ms) / 1_000.0)),
            ("holdfast_visit_loss_down_ratio", stats.loss_down_pct.as_ref().map(|pct| number(pct) / 100.0)),
            ("holdfast_visit_loss_up_ratio", stats.loss_up_pct.as_ref().map(|pct| number(pct) / 100.0)),
            ("holdfast_visit_concealed_ratio", stats.concealed_pct.as_ref().map(|pct| number(pct) / 100.0)),
            ("holdfast_visit_kbit_down", stats.kbit_down.as_ref().map(number)),
        ] {
            if let Some(value) = value {
                histogram!(name).record(value);
            }
        }
        // Counted since the page joined; one that joins anew begins again.
        let freezes = stats.freezes.as_u64().unwrap_or_default();
        counter!("holdfast_visit_freezes_total").increment(if freezes >= self.freezes {
            freezes - self.freezes
        } else {
            freezes
        });
        self.freezes = freezes;
    }
}
