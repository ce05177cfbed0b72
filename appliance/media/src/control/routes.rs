//! The routes, and what each passes on to which shard.

use super::body::{self, Answer, BODY_MAX, Status};
use super::events;
use super::key::RelayKey;
use super::problem::Problem;
use crate::room::admission::Size;
use crate::room::{MemberId, VisitId};
use crate::sfu::{Command, Event, Load, Put, Refused, ShardHandle};
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State as Shared};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::{broadcast, oneshot, watch};

/// What the routes work on.
pub struct State {
    /// The shards.
    pub shards: Vec<ShardHandle>,
    /// What they count.
    pub load: Arc<Load>,
    /// What they tell.
    pub events: broadcast::Sender<Event>,
    /// What the relay is sized for.
    pub size: Size,
    /// Names this run.
    pub run: String,
    /// Where clients find TURN.
    pub turn: Vec<String>,
    /// The key.
    pub key: RelayKey,
    /// True once the relay stops.
    pub stop: watch::Receiver<bool>,
}

impl State {
    /// The shard of a visit: the same for every request of this run.
    fn shard(&self, visit: &VisitId) -> &ShardHandle {
        // FNV-1a: a few bytes, spread over a few shards.
        let hash = visit.as_str().bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        &self.shards[(hash % self.shards.len() as u64) as usize]
    }

    async fn ask<T>(
        &self,
        visit: &VisitId,
        make: impl FnOnce(oneshot::Sender<Result<T, Refused>>) -> Command,
    ) -> Result<T, Problem> {
        let (reply, answer) = oneshot::channel();
        if !self.shard(visit).tell(make(reply)) {
            return Err(Refused::Stopping.into());
        }
        Ok(answer.await.unwrap_or(Err(Refused::Stopping))?)
    }
}

/// The router.
pub fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/rooms/{visit}/members/{member}", put(join).patch(change).delete(leave))
        .route("/rooms/{visit}/end", post(end))
        .route("/checks/{name}", put(check))
        .route("/events", get(listen))
        .route("/status", get(status))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), guard))
        .with_state(state)
}

async fn guard(Shared(state): Shared<Arc<State>>, request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION).map(|value| value.as_bytes());
    let token = header.and_then(|value| value.strip_prefix(b"Bearer "));
    match token {
        Some(token) if state.key.is(token) => next.run(request).await,
        _ => Problem::unauthorised().into_response(),
    }
}

type Named = Path<(String, String)>;

async fn join(
    Shared(state): Shared<Arc<State>>,
    Path(names): Named,
    body: Body,
) -> Result<Json<Answer>, Problem> {
    let (visit, member) = named(&names)?;
    let offer = body::read_offer(&read(body).await?).map_err(|why| Problem::body(&why))?;
    let (sends, restart) = (offer.sends(), offer.restart);
    let put = Put { visit: visit.clone(), member, sdp: offer.sdp, sends, restart };
    let answer = state.ask(&visit, |reply| Command::Put(put, reply)).await?;
    Ok(Json(Answer { sdp: answer.sdp, slots: answer.slots }))
}

async fn check(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    body: Body,
) -> Result<Json<Answer>, Problem> {
    // Any name will do: it only says on which shard the check is.
    let name = VisitId::new(&name).map_err(|bad| bad_name(&bad))?;
    let offer = body::read_offer(&read(body).await?).map_err(|why| Problem::body(&why))?;
    let sdp = state.ask(&name, |reply| Command::Check(offer.sdp, reply)).await?;
    Ok(Json(Answer { sdp, slots: Default::default() }))
}

async fn change(
    Shared(state): Shared<Arc<State>>,
    Path(names): Named,
    body: Body,
) -> Result<StatusCode, Problem> {
    let (visit, member) = named(&names)?;
    let patch = body::read_patch(&read(body).await?).map_err(|why| Problem::body(&why))?;
    let sends = [patch.audio, patch.video, patch.screen];
    let command = |reply| Command::Patch { visit: visit.clone(), member, sends, wants: patch.wants, reply };
    state.ask(&visit, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn leave(Shared(state): Shared<Arc<State>>, Path(names): Named) -> Result<StatusCode, Problem> {
    let (visit, member) = named(&names)?;
    match state.ask(&visit, |reply| Command::Remove(visit.clone(), member, reply)).await {
        // Whoever is not there is out: asked twice, it is the same.
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(problem) if problem.code == Refused::NoSuchMember.code() => Ok(StatusCode::NO_CONTENT),
        Err(problem) => Err(problem),
    }
}

async fn end(Shared(state): Shared<Arc<State>>, Path(visit): Path<String>) -> Result<StatusCode, Problem> {
    let visit = VisitId::new(&visit).map_err(|bad| bad_name(&bad))?;
    state.ask(&visit, |reply| Command::End(visit.clone(), reply)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn listen(Shared(state): Shared<Arc<State>>) -> Response {
    let body = events::body(state.events.subscribe(), state.stop.clone());
    ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}

async fn status(Shared(state): Shared<Arc<State>>) -> Json<Status> {
    let load = &state.load;
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    let busy_pct: Vec<usize> = load.busy_pct.iter().map(|busy| busy.load(Ordering::Relaxed)).collect();
    let (visits, members) = (load.visits.load(Ordering::Relaxed), load.members.load(Ordering::Relaxed));
    Json(Status {
        run: state.run.clone(),
        turn: state.turn.clone(),
        visits,
        visits_max: state.size.visits,
        members,
        members_max: state.size.members,
        takes_visits: visits < state.size.visits
            && members + 1 < state.size.members
            && busy_pct.iter().any(|&busy| busy < usize::from(state.size.busy_pct)),
        busy_pct,
        received: count(&load.received),
        sent: count(&load.sent),
        forwarded: count(&load.forwarded),
        stray: count(&load.stray),
        unsent: count(&load.unsent),
        refused: count(&load.refused),
    })
}

fn named((visit, member): &(String, String)) -> Result<(VisitId, MemberId), Problem> {
    let visit = VisitId::new(visit).map_err(|bad| bad_name(&bad))?;
    Ok((visit, MemberId::new(member).map_err(|bad| bad_name(&bad))?))
}

fn bad_name(bad: &crate::room::BadName) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad-name", bad.to_string())
}

async fn read(body: Body) -> Result<bytes::Bytes, Problem> {
    let too_large = || {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            format!("cannot take more than {BODY_MAX} bytes"),
        )
    };
    to_bytes(body, BODY_MAX).await.map_err(|_| too_large())
}
