//! `GET /api/visit/socket`: one WebSocket a page. The token comes in its first message, so that no log has it.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures::{SinkExt, StreamExt};
use holdfast_visits::door;
use holdfast_visits::ids::{SocketId, VisitId};
use holdfast_visits::limits::{
    CLOSED_FOR_GOOD, CLOSED_RULE, CLOSED_SILENT, FRAME_BYTES, HELLO_WITHIN_MS, SKEW_MS,
};
use holdfast_visits::messages::FromNode;
use holdfast_visits::session::Input;
use metrics::counter;
use tokio::sync::mpsc;

use super::room::{Out, Told, UNREAD};
use super::{hall, parts, room};
use crate::error::{ApiError, RequestError};
use crate::state::ApiState;

/// A page that takes nothing for so long is gone.
const SEND_WITHIN: Duration = Duration::from_secs(10);
/// The node is being stopped: a page comes back at once (RFC 6455 §7.4.1, going away).
const GOING_AWAY: u16 = 1001;

/// Takes a page in.
pub(crate) async fn socket(
    State(state): State<ApiState>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    parts::parts(&state)?;
    let upgrade = upgrade.map_err(|_| RequestError::BadHeader {
        name: "Upgrade",
        expected: "\"websocket\": this address is for WebSockets alone",
    })?;
    let upgrade = upgrade.max_message_size(FRAME_BYTES).max_frame_size(FRAME_BYTES);
    Ok(upgrade.on_upgrade(move |socket| serve(state, socket)))
}

async fn serve(state: ApiState, mut socket: WebSocket) {
    let Some((id, visit, mut told)) = enter(&state, &mut socket).await else { return };
    counter!("holdfast_visit_sockets_total").increment(1);
    let mut closing = state.closing();
    let (mut out, mut incoming) = socket.split();
    let code = loop {
        tokio::select! {
            next = told.recv() => match next {
                Some(Out::Text(text)) => {
                    match tokio::time::timeout(SEND_WITHIN, out.send(Message::Text(text.into()))).await {
                        Ok(Ok(())) => {}
                        _ => break None,
                    }
                }
                Some(Out::Close(code)) => break Some(code),
                // The room is gone, and comes again.
                None => break Some(CLOSED_SILENT),
            },
            frame = incoming.next() => {
                let frame = match frame {
                    Some(Ok(Message::Text(text))) => text.as_bytes().to_vec(),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Binary(_))) => break Some(CLOSED_RULE),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                };
                if hall::tell(&state, &visit, Told::Input(Input::Frame { socket: id, frame })).await.is_err() {
                    break Some(CLOSED_SILENT);
                }
            }
            () = room::closed(&mut closing) => break Some(GOING_AWAY),
        }
    };
    let _room_is_gone = hall::tell(&state, &visit, Told::Input(Input::Closed { socket: id })).await;
    if let Some(code) = code {
        // What was said before is said first.
        while let Ok(Out::Text(text)) = told.try_recv() {
            if out.send(Message::Text(text.into())).await.is_err() {
                return;
            }
        }
        let _is_gone = tokio::time::timeout(SEND_WITHIN, out.send(close(code))).await;
    }
}

fn close(code: u16) -> Message {
    Message::Close(Some(CloseFrame { code, reason: "".into() }))
}

/// The hello, and the visit that it leads into.
async fn enter(state: &ApiState, socket: &mut WebSocket) -> Option<(SocketId, VisitId, mpsc::Receiver<Out>)> {
    let within = Duration::from_millis(HELLO_WITHIN_MS);
    let first = tokio::time::timeout(within, socket.recv()).await;
    let frame = match first {
        Ok(Some(Ok(Message::Text(text)))) => text.as_bytes().to_vec(),
        Ok(Some(Ok(_))) => Vec::new(),
        // It said nothing, or is gone.
        _ => return end(socket, None, CLOSED_RULE).await,
    };
    let (given, clinic) = (parts::parts(state).ok()?, parts::clinic(state).ok()?);
    let now_ms = state.writer().records().now_ms();
    let entry = match door::open(&frame, &given.keys(&clinic), &given.call, now_ms, SKEW_MS) {
        Ok(entry) => entry,
        Err(refused) => {
            counter!("holdfast_visit_refused_total", "code" => code(&refused.code)).increment(1);
            return end(socket, Some(FromNode::Refused(refused)), CLOSED_FOR_GOOD).await;
        }
    };
    let (to, told) = mpsc::channel(UNREAD);
    let (id, visit) = (state.hall().socket(), entry.visit().clone());
    match hall::enter(state, Box::new(entry), id, to).await {
        Ok(()) => Some((id, visit, told)),
        Err(error) if error.is_retryable() => end(socket, None, CLOSED_SILENT).await,
        Err(error) => {
            tracing::debug!(error.code = error.code(), "a link leads to no visit");
            let refused =
                holdfast_visits::messages::Refused { code: "link-bad".to_owned(), ..Default::default() };
            end(socket, Some(FromNode::Refused(Box::new(refused))), CLOSED_FOR_GOOD).await
        }
    }
}

/// A label from a closed set.
fn code(code: &str) -> &'static str {
    const CODES: [&str; 8] = [
        "version",
        "link-bad",
        "link-early",
        "link-expired",
        "link-revoked",
        "elsewhere",
        "ended",
        "visit-full",
    ];
    CODES.into_iter().find(|known| *known == code).unwrap_or("other")
}

async fn end<T>(socket: &mut WebSocket, last: Option<FromNode>, code: u16) -> Option<T> {
    let say = async {
        if let Some(text) = last.and_then(|last| serde_json::to_string(&last).ok()) {
            socket.send(Message::Text(text.into())).await?;
        }
        socket.send(close(code)).await
    };
    let _is_gone = tokio::time::timeout(SEND_WITHIN, say).await;
    None
}
