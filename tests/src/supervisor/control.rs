//! `make cut` and `make heal`: one line over a unix socket in the state folder, one line back.

use super::folder::Folder;
use crate::proxy::{Cut, Proxy};
use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream as Caller;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

/// A caller that says nothing for so long is dropped.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest order, in bytes.
const ORDER_BYTES_MAX: u64 = 64;

/// Sends an order (`cut`, `freeze`, `heal` or `status`) to the running supervisor and returns its answer.
///
/// # Errors
/// Nothing runs in this folder, or the supervisor refuses the order.
pub fn ask(folder: &Folder, order: &str) -> Result<String> {
    let Ok(mut caller) = Caller::connect(folder.socket()) else {
        bail!(
            "cannot {order} the cloud link: nothing runs here; start it with `make run` in another terminal"
        )
    };
    caller.set_read_timeout(Some(PATIENCE))?;
    writeln!(caller, "{order}")?;
    caller.shutdown(Shutdown::Write)?;
    let mut answer = String::new();
    caller.read_to_string(&mut answer).context("the supervisor does not answer; look at its terminal")?;
    match answer.trim().strip_prefix("error: ") {
        Some(error) => bail!("{error}"),
        None => Ok(answer.trim().to_owned()),
    }
}

/// Opens the socket.
///
/// # Errors
/// Another supervisor runs in this folder.
pub(super) fn listen(folder: &Folder) -> Result<UnixListener> {
    let path = folder.socket();
    if Caller::connect(&path).is_ok() {
        bail!(
            "cannot start: `make run` is already up in {}; stop it with Ctrl-C first",
            folder.path().display()
        );
    }
    let _ = std::fs::remove_file(&path);
    UnixListener::bind(&path).with_context(|| format!("cannot open {}", path.display()))
}

/// Answers orders, one at a time, for ever.
pub(super) async fn serve(socket: &UnixListener, link: &Proxy) -> Result<()> {
    loop {
        if let Ok((caller, _)) = socket.accept().await {
            let _ = tokio::time::timeout(PATIENCE, answer(caller, link)).await;
        }
    }
}

async fn answer(mut caller: UnixStream, link: &Proxy) -> Result<()> {
    let mut order = String::new();
    BufReader::new((&mut caller).take(ORDER_BYTES_MAX)).read_line(&mut order).await?;
    if order.trim().is_empty() {
        return Ok(()); // another `make run` has only looked whether somebody is here
    }
    let text = match obey(order.trim(), link).await {
        Ok(text) => text,
        Err(error) => format!("error: {error:#}"),
    };
    super::say(&text);
    caller.write_all(format!("{text}\n").as_bytes()).await?;
    Ok(caller.shutdown().await?)
}

async fn obey(order: &str, link: &Proxy) -> Result<String> {
    let open = link.open_connections();
    match order {
        "cut" => {
            link.cut(Cut::Refuse).await?;
            Ok(format!(
                "the cloud link is cut ({open} connections reset); the clinic carries on; `make heal` restores it"
            ))
        }
        "freeze" => {
            link.cut(Cut::Freeze).await?;
            Ok(format!("the cloud link is frozen ({open} connections hang); `make heal` restores it"))
        }
        "heal" => {
            link.heal().await?;
            Ok("the cloud link is up again; the node and the hub reconcile by themselves".to_owned())
        }
        "status" => Ok(format!(
            "{open} connections over the cloud link, {} bytes up, {} down",
            link.bytes().up,
            link.bytes().down
        )),
        other => bail!("no such order: {other}; use cut, freeze, heal or status"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::Settings;

    async fn told(folder: &Folder, order: &'static str) -> Result<String> {
        let folder = folder.clone();
        tokio::task::spawn_blocking(move || ask(&folder, order)).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn cut_and_heal_reach_the_link_and_say_what_happened() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let message = told(&folder, "cut").await.unwrap_err().to_string();
        assert!(message.contains("make run"), "{message}");

        let target = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let link = Proxy::start(target.local_addr().unwrap(), Settings::default()).await.unwrap();
        let (socket, address) = (listen(&folder).unwrap(), link.address());
        let server = tokio::spawn(async move { serve(&socket, &link).await });
        assert!(told(&folder, "cut").await.unwrap().contains("is cut"));
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
        assert!(told(&folder, "heal").await.unwrap().contains("up again"));
        assert!(tokio::net::TcpStream::connect(address).await.is_ok());
        assert!(told(&folder, "explode").await.unwrap_err().to_string().contains("no such order"));
        assert!(listen(&folder).unwrap_err().to_string().contains("already up"));
        server.abort();
        let _ = server.await;
        listen(&folder).unwrap();
    }
}
