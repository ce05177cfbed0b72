//! The running node's end of [`crate::control`].

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, watch};

use super::{Running, blocking, scrubbing, shutdown};
use crate::control::{Order, Reply};
use crate::failure::Failure;
use crate::{desktops, tasks, visits};

/// A caller that says nothing for so long is dropped.
const ORDER_WITHIN: Duration = Duration::from_secs(5);
/// The longest order, in bytes: a path.
const MAX_ORDER: u64 = 16 * 1024;
/// Lines of progress that may wait for a slow terminal; more are left out.
const MAX_LINES: usize = 16;

pub(super) async fn run(running: Running, mut stop: watch::Receiver<bool>) {
    let path = running.dir.control_socket();
    // The folder is locked, so a socket that is there is a dead one's.
    let _was_none = std::fs::remove_file(&path);
    let listener = match UnixListener::bind(&path) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(error = %error, "no orders from the console: its socket cannot be made");
            return shutdown::told(&mut stop).await;
        }
    };
    // The folder is private already; this is for a folder that somebody opens later.
    let _unchanged = std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600));
    loop {
        tokio::select! {
            () = shutdown::told(&mut stop) => break,
            accepted = listener.accept() => match accepted {
                Ok((caller, _)) => {
                    tokio::spawn(serve(running.clone(), caller, stop.clone()));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            },
        }
    }
    let _was_none = std::fs::remove_file(&path);
}

/// Carries out one order; the node does not wait for it when it is told to stop.
async fn serve(running: Running, mut caller: UnixStream, mut stop: watch::Receiver<bool>) {
    let mut line = String::new();
    let mut reader = BufReader::new((&mut caller).take(MAX_ORDER));
    let read = tokio::time::timeout(ORDER_WITHIN, reader.read_line(&mut line)).await;
    let Ok(Ok(_)) = read else { return };
    let Ok(order) = serde_json::from_str::<Order>(&line) else { return };
    tracing::info!(order = %line.split('"').nth(3).unwrap_or_default(), "an order from the console");
    let (progress, mut lines) = mpsc::channel(MAX_LINES);
    let mut work = tokio::spawn(async move { Reply::of(obey(running, order, progress).await) });
    loop {
        tokio::select! {
            () = shutdown::told(&mut stop) => return,
            Some(text) = lines.recv() => {
                if write(&mut caller, &Reply::Progress(text)).await.is_err() {
                    return;
                }
            }
            done = &mut work => {
                if let Ok(reply) = done {
                    let _caller_gone = write(&mut caller, &reply).await;
                }
                return;
            }
        }
    }
}

async fn write(caller: &mut UnixStream, reply: &Reply) -> std::io::Result<()> {
    let mut line = serde_json::to_string(reply).unwrap_or_default();
    line.push('\n');
    caller.write_all(line.as_bytes()).await
}

async fn obey(running: Running, order: Order, progress: mpsc::Sender<String>) -> Result<String, Failure> {
    let mut tell = move |text: &str| {
        let _terminal_is_slow = progress.try_send(text.to_owned());
    };
    match order {
        Order::Backup { to } => {
            let opened = running.opened;
            blocking(move || tasks::backup(&opened, &to, &mut tell)).await
        }
        Order::Scrub { repair } => scrubbing::scrub(&running, repair, Duration::ZERO, tell).await?.verdict(),
        Order::Audit => {
            let opened = running.opened;
            blocking(move || tasks::audit(&opened.records)).await
        }
        Order::Status => {
            let link = running.link.as_ref().map(|link| holdfast_api::link::LinkReport::report(&**link));
            let (opened, scrubbed) = (running.opened, running.health.last());
            let packages = running.desktops.is_some().then_some(running.packages);
            blocking(move || {
                let mut text = tasks::status(&opened, link.as_ref(), scrubbed.as_ref())?;
                if let Some(packages) = packages {
                    text.push_str(&tasks::packages(&packages));
                }
                Ok(text)
            })
            .await
        }
        Order::CheckVisits { seconds } => {
            visits::check(&running.relay, running.media_from, seconds, tell).await
        }
        Order::Follow { former } => {
            let (opened, writer) = (running.opened, running.writer);
            let told = blocking(move || tasks::booking::follow(&opened.records, former.as_deref())).await?;
            writer.announce();
            Ok(told)
        }
        Order::EnrolDesktop { name } => {
            let endpoints = running.desktops.as_ref().map(|served| served.to_vec());
            // The node as it runs may have another configuration than the file now says.
            let Some(endpoints) = endpoints else { return Err(desktops::off()) };
            blocking(move || desktops::enrol(&running.opened, &running.dir, endpoints, &name)).await
        }
        Order::Desktops => blocking(move || desktops::list(&running.opened)).await,
        Order::RevokeDesktop { name, reason } => {
            blocking(move || desktops::revoke(&running.opened, &name, &reason)).await
        }
    }
}
