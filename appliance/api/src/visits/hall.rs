//! Every visit that runs, each with a task of its own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use holdfast_clinical::scheduling::zone::Zone;
use holdfast_visits::door::Entry;
use holdfast_visits::ids::{SocketId, VisitId};
use holdfast_visits::messages::MemberState;
use holdfast_visits::session::{Facts, Input, Order, RelayEvent, Visit};
use tokio::sync::{mpsc, oneshot};

use super::VisitError;
use super::facts::{self, Kept};
use super::parts::{self, VisitParts};
use super::record::{self, VisitRecord};
use super::room::{self, Out, RoomView, Told};
use crate::error::ApiError;
use crate::refusal::{own_read, own_write};
use crate::state::ApiState;

/// What a room has not looked at yet: pages are slowed down long before.
const WAITING: usize = 1_024;
/// A visit that is over is forgotten after so long: its record stays.
const FORGOTTEN_AFTER_MS: u64 = 24 * 3_600_000;

/// The visits that run here.
#[derive(Default)]
pub(crate) struct Hall {
    rooms: Mutex<HashMap<VisitId, mpsc::Sender<Told>>>,
    /// How the relay is, for a room that is opened meanwhile.
    relay: Mutex<Option<RelayEvent>>,
    sockets: AtomicU64,
}

impl std::fmt::Debug for Hall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hall").field("rooms", &self.rooms().len()).finish_non_exhaustive()
    }
}

impl Hall {
    fn rooms(&self) -> MutexGuard<'_, HashMap<VisitId, mpsc::Sender<Told>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a socket.
    pub(super) fn socket(&self) -> SocketId {
        SocketId(self.sockets.fetch_add(1, Ordering::Relaxed))
    }

    /// What the relay tells of one visit; nothing if it does not run here.
    fn relay(&self, visit: &VisitId, event: RelayEvent) {
        let room = self.rooms().get(visit).cloned();
        if let Some(room) = room {
            // A room that is so far behind is told how things stand by the relay's next answer.
            let _told = room.try_send(Told::Input(Input::Relay(event)));
        }
    }

    /// How the relay is, for all.
    fn relay_is(&self, event: &RelayEvent) {
        *self.relay.lock().unwrap_or_else(PoisonError::into_inner) = Some(event.clone());
        let rooms: Vec<_> = self.rooms().values().cloned().collect();
        for room in rooms {
            let _told = room.try_send(Told::Input(Input::Relay(event.clone())));
        }
    }

    /// The room ends: unless somebody has said something to it that it has not heard.
    pub(super) fn leave(&self, visit: &VisitId, told: &mut mpsc::Receiver<Told>) -> bool {
        let mut rooms = self.rooms();
        if !told.is_empty() {
            return false;
        }
        rooms.remove(visit);
        told.close();
        true
    }

    /// A room is gone without having said goodbye.
    pub(super) fn lost(&self, visit: &VisitId, told: &mut mpsc::Receiver<Told>) {
        let mut rooms = self.rooms();
        told.close();
        if rooms.get(visit).is_some_and(mpsc::Sender::is_closed) {
            rooms.remove(visit);
        }
    }
}

/// Says something to a visit; it is opened, if it does not run.
///
/// # Errors
/// [`VisitError`], or the store.
pub(super) async fn tell(state: &ApiState, visit: &VisitId, mut told: Told) -> Result<(), ApiError> {
    // A room may end between being found and being told: then there is another.
    for _ in 0..3 {
        let room = state.hall().rooms().get(visit).cloned();
        let room = match room {
            Some(room) => room,
            None => open(state, visit).await?,
        };
        match room.send(told).await {
            Ok(()) => return Ok(()),
            Err(mpsc::error::SendError(back)) => told = back,
        }
    }
    Err(VisitError::Busy.into())
}

/// Gives a visit an order, and waits until what it brought about is saved.
///
/// # Errors
/// As [`tell`]; [`VisitError::Busy`] if it was not saved.
pub(super) async fn order(state: &ApiState, visit: &VisitId, order: Order) -> Result<(), ApiError> {
    let (done, saved) = oneshot::channel();
    tell(state, visit, Told::Order(order, done)).await?;
    saved.await.map_err(|_| VisitError::Busy.into())
}

/// A socket comes in.
///
/// # Errors
/// As [`tell`].
pub(super) async fn enter(
    state: &ApiState,
    entry: Box<Entry>,
    socket: SocketId,
    to: mpsc::Sender<Out>,
) -> Result<(), ApiError> {
    let visit = entry.visit().clone();
    tell(state, &visit, Told::Enter { socket, entry, to }).await
}

/// How a visit stands, if it has ever run here.
///
/// # Errors
/// The database.
pub(super) async fn look(state: &ApiState, visit: &str) -> Result<Option<RoomView>, ApiError> {
    let id = VisitId::new(visit).map_err(|_| VisitError::Unknown)?;
    let room = state.hall().rooms().get(&id).cloned();
    if let Some(room) = room {
        let (answer, answered) = oneshot::channel();
        if room.send(Told::Look(answer)).await.is_ok()
            && let Ok(view) = answered.await
        {
            return Ok(Some(view));
        }
    }
    let visit = visit.to_owned();
    own_read(state, move |view| Ok(facts::read(view, &visit)?.map(|kept| RoomView::of(&kept)))).await
}

async fn open(state: &ApiState, visit: &VisitId) -> Result<mpsc::Sender<Told>, ApiError> {
    let parts = parts::parts(state)?;
    let id = visit.as_str().to_owned();
    let found = own_read(state, move |view| {
        let Some((record, _)) = record::read(view, &id)? else { return Ok(None) };
        Ok(Some((record, facts::read(view, &id)?)))
    });
    let (record, kept) = found.await?.ok_or(VisitError::Unknown)?;
    begin(state, &parts, visit, &record, kept)
}

/// Begins the task of a visit; the one that runs, if another was quicker.
fn begin(
    state: &ApiState,
    parts: &Arc<VisitParts>,
    visit: &VisitId,
    record: &VisitRecord,
    kept: Option<Kept>,
) -> Result<mpsc::Sender<Told>, ApiError> {
    let now_ms = state.writer().records().now_ms();
    let ice = Box::new(room::Turn { relay: parts.relay.clone() });
    let (running, happened) = match kept {
        Some(Kept { snapshot, facts }) => {
            (Visit::restore(snapshot, ice, now_ms).map_err(|_| VisitError::Newer)?, facts)
        }
        None => {
            let facts = facts_of(state, parts, visit, record)?;
            (Visit::new(facts, ice, now_ms), Vec::new())
        }
    };
    let mut rooms = state.hall().rooms();
    if let Some(room) = rooms.get(visit).filter(|room| !room.is_closed()) {
        return Ok(room.clone());
    }
    let (room, told) = mpsc::channel(WAITING);
    if let Some(event) = state.hall().relay.lock().unwrap_or_else(PoisonError::into_inner).clone() {
        let _told = room.try_send(Told::Input(Input::Relay(event)));
    }
    rooms.insert(visit.clone(), room.clone());
    drop(rooms);
    tokio::spawn(room::run(state.clone(), parts.relay.clone(), visit.clone(), running, happened, told));
    Ok(room)
}

fn facts_of(
    state: &ApiState,
    parts: &VisitParts,
    visit: &VisitId,
    record: &VisitRecord,
) -> Result<Facts, ApiError> {
    let zone: &Zone = &state.parts().time_zone;
    Ok(Facts {
        visit: visit.clone(),
        clinic: parts::clinic(state)?,
        time_zone: Some(zone.name().to_owned()),
        call: parts.call.clone(),
        sealed: record.sealed,
        scheduled_ms: record.scheduled_ms,
    })
}

/// What the relay tells of one visit; nothing if it does not run here.
pub fn relay_event(state: &ApiState, visit: &VisitId, event: RelayEvent) {
    state.hall().relay(visit, event);
}

/// How the relay is, for all visits: those that run, and those that are opened meanwhile.
pub fn relay_is(state: &ApiState, event: &RelayEvent) {
    state.hall().relay_is(event);
}

/// Takes up the visits that ran when this node was stopped, and forgets those that have been over for a day.
///
/// # Errors
/// The store.
pub async fn resume(state: &ApiState) -> Result<usize, ApiError> {
    let parts = parts::parts(state)?;
    let now_ms = state.writer().records().now_ms();
    let all = own_read(state, |view| {
        let mut out = Vec::new();
        for kept in facts::all(view)? {
            let found = record::read(view, kept.snapshot.facts.visit.as_str())?;
            out.push((kept, found.map(|(record, _)| record)));
        }
        Ok(out)
    });
    let (mut count, mut over) = (0, Vec::new());
    for (kept, record) in all.await? {
        let visit = kept.snapshot.facts.visit.clone();
        let is_over = kept.snapshot.finished().is_some_and(|end| end.at_ms + FORGOTTEN_AFTER_MS < now_ms);
        let Some(record) = record.filter(|_| !is_over) else {
            over.push(visit.as_str().to_owned());
            continue;
        };
        let is_there = |state| matches!(state, MemberState::Here | MemberState::Waiting | MemberState::In);
        if kept.snapshot.finished().is_none() && kept.snapshot.members().any(|(_, _, state)| is_there(state))
        {
            match begin(state, &parts, &visit, &record, Some(kept)) {
                Ok(_) => count += 1,
                Err(error) => tracing::warn!(error.code = error.code(), "a visit cannot be taken up"),
            }
        }
    }
    if !over.is_empty() {
        own_write(state, move |tx| Ok(facts::forget(tx, &over)?)).await?;
    }
    Ok(count)
}
