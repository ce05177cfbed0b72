//! Hands messages over to whoever carries them. Until there is an outbox that sends, that is a file, for tests and demonstrations: who
//! reads it reads the codes.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use super::parts::BookParts;
use super::pending::{self, Message};
use crate::error::ApiError;
use crate::refusal::{own_read, own_write};
use crate::state::ApiState;

/// Messages that another process has left are found after so long.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(50);
/// How often what is no longer in force is forgotten.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Hands over what waits, and forgets what is over, until `stop` says so. Does nothing where patients cannot book.
pub async fn run(state: ApiState, mut stop: watch::Receiver<bool>) {
    let Some(parts) = state.parts().book.clone() else { return };
    let told = async move {
        // A sender that is gone means that the program ends.
        let _gone = stop.wait_for(|stop| *stop).await.is_ok();
    };
    tokio::select! {
        () = told => {}
        () = work(&state, &parts) => {}
    }
}

async fn work(state: &ApiState, parts: &BookParts) {
    let mut commits = state.writer().commits();
    let mut swept = tokio::time::Instant::now();
    loop {
        if let Err(error) = deliver(state, parts).await {
            tracing::warn!(error.code = error.code(), "messages to patients wait");
        }
        if swept.elapsed() >= SWEEP_EVERY {
            swept = tokio::time::Instant::now();
            parts.limits.forget();
            let now_ms = state.writer().records().now_ms();
            if let Err(error) = own_write(state, move |tx| Ok(pending::sweep(tx, now_ms)?)).await {
                tracing::warn!(error.code = error.code(), "codes that are over are not forgotten yet");
            }
        }
        // At a server that is busy with other things it is not looked with each of its commits.
        tokio::time::sleep(PAUSE).await;
        let _either = tokio::time::timeout(LOOK_EVERY, commits.changed()).await;
    }
}

/// Takes what waits, then writes it: a code that is lost on the way is asked for again, one that came twice would be one too many.
async fn deliver(state: &ApiState, parts: &BookParts) -> Result<(), ApiError> {
    let waiting = own_read(state, |view| Ok(pending::messages(view)?)).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let now_ms = state.writer().records().now_ms();
    let taken = own_write(state, move |tx| Ok(pending::claim(tx, &waiting)?)).await?;
    let lines: String =
        taken.iter().filter(|one| one.expires_ms > now_ms).map(|one| line(parts, one)).collect();
    let path = parts.code_to.clone();
    let written = tokio::task::spawn_blocking(move || append(&path, &lines)).await;
    if !matches!(written, Ok(Ok(()))) {
        tracing::error!(
            error.code = "book-code-file",
            "codes cannot be written to booking.code_to; patients get none"
        );
    }
    Ok(())
}

fn line(parts: &BookParts, message: &Message) -> String {
    let line = json!({
        "id": message.id,
        "clinic": message.clinic,
        "contact": message.contact,
        "language": message.language,
        "code": parts.key.code(&message.booking, &message.salt),
    });
    format!("{line}\n")
}

/// Nobody but the server's own user reads it.
fn append(path: &Path, lines: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.write_all(lines.as_bytes())
}
