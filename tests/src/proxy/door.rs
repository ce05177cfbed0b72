//! The link's listening port: open, or held but refusing.

use super::{Link, connection, lock};
use anyhow::{Context, Result};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 128;
/// Tries to get the port back, 10 ms apart: connections that still close hold it for an instant.
const REOPEN_TRIES: u32 = 200;

/// The port of a link.
#[derive(Debug)]
pub(super) struct Door {
    address: SocketAddr,
    state: Mutex<Doorway>,
}

#[derive(Debug)]
enum Doorway {
    Open(JoinHandle<()>),
    /// Bound but not listening: the kernel refuses connections, and nobody else gets the port.
    Closed(Option<TcpSocket>),
}

impl Door {
    /// Opens the port and starts to accept.
    pub(super) fn open(listen: SocketAddr, link: &Arc<Link>) -> io::Result<Self> {
        let listener = bind(listen, link)?.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(accept(listener, Arc::clone(link)));
        Ok(Self { address, state: Mutex::new(Doorway::Open(task)) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Refuses new connections but keeps the port.
    pub(super) async fn close(&self) -> Result<()> {
        let mut state = self.state.lock().await;
        let Doorway::Open(task) = &mut *state else { return Ok(()) };
        task.abort();
        let _ = task.await;
        let placeholder = TcpSocket::new_v4()
            .and_then(|socket| {
                socket.set_reuseaddr(true)?;
                socket.bind(self.address)?;
                Ok(socket)
            })
            .with_context(|| format!("cannot keep the port {} while the link is cut", self.address))?;
        *state = Doorway::Closed(Some(placeholder));
        Ok(())
    }

    /// Accepts connections again, if it does not already.
    pub(super) async fn reopen(&self, link: &Arc<Link>) -> Result<()> {
        let mut state = self.state.lock().await;
        let Doorway::Closed(placeholder) = &mut *state else { return Ok(()) };
        drop(placeholder.take());
        let listener = self.listen_again(link).await?;
        *state = Doorway::Open(tokio::spawn(accept(listener, Arc::clone(link))));
        Ok(())
    }

    async fn listen_again(&self, link: &Arc<Link>) -> Result<TcpListener> {
        for _ in 1..REOPEN_TRIES {
            if let Ok(listener) = bind(self.address, link).and_then(|socket| socket.listen(BACKLOG)) {
                return Ok(listener);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bind(self.address, link)
            .and_then(|socket| socket.listen(BACKLOG))
            .with_context(|| format!("cannot open the link on {} again", self.address))
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Doorway::Open(task) = self.state.get_mut() {
            task.abort();
        }
    }
}

/// A bound socket; accepted connections inherit its buffer sizes.
fn bind(listen: SocketAddr, link: &Link) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    connection::size_buffers(&socket, &lock(&link.settings))?;
    socket.bind(listen)?;
    Ok(socket)
}

async fn accept(listener: TcpListener, link: Arc<Link>) {
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                link.accepted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(connection::carry(Arc::clone(&link), client));
            }
            // Out of descriptors, or a connection gone before it was taken: the next one may fare better.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}
