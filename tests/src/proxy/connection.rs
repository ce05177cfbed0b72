//! One connection through a link.

use super::lane::Lane;
use super::{Cut, Link, Settings, State, lock};
use socket2::SockRef;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// A thin link's largest segment in bytes; loopback's own is 64 KiB, which no thin line has.
const THIN_SEGMENT_BYTES: u32 = 1460;

/// Whether a chunk moves up (to the target) or down.
#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
}

/// A chunk and when it comes out at the other end.
type Chunk = (Instant, Vec<u8>);

/// Small buffers on a thin link, the kernel's own choice on a fast one. Before `bind` or `connect`.
pub(super) fn size_buffers(socket: &TcpSocket, settings: &Settings) -> io::Result<()> {
    if settings.is_thin() {
        socket.set_recv_buffer_size(settings.buffer_bytes())?;
        socket.set_send_buffer_size(settings.buffer_bytes())?;
        SockRef::from(socket).set_tcp_mss(THIN_SEGMENT_BYTES)?;
    }
    Ok(())
}

/// Carries one connection until both sides have closed, or until it has to be reset.
pub(super) async fn carry(link: Arc<Link>, mut client: TcpStream) {
    let mut state = link.state.subscribe();
    let mine = state.borrow_and_update().resets;
    link.open.fetch_add(1, Ordering::Relaxed);
    tokio::select! {
        result = forward(&link, &mut client) => {
            if result.is_err() { let _ = client.set_zero_linger(); }
        }
        _ = state.wait_for(|state| state.resets != mine) => { let _ = client.set_zero_linger(); }
    }
    link.open.fetch_sub(1, Ordering::Relaxed);
}

/// Both directions. An error means that both ends are to be reset; the target's end is reset when this is dropped.
async fn forward(link: &Link, client: &mut TcpStream) -> io::Result<()> {
    passable(link).await?;
    let settings = *lock(&link.settings);
    let mut target = connect(link, &settings).await?;
    client.set_nodelay(true)?;
    target.set_nodelay(true)?;
    // Set first and undone at a proper end, so that a cancelled connection resets the target too.
    target.set_zero_linger()?;
    {
        let (from_client, to_client) = client.split();
        let (from_target, to_target) = target.split();
        tokio::try_join!(
            pump(link, Way::Up, &settings, from_client, to_target),
            pump(link, Way::Down, &settings, from_target, to_client),
        )?;
    }
    SockRef::from(&target).set_linger(None)
}

async fn connect(link: &Link, settings: &Settings) -> io::Result<TcpStream> {
    let address = *lock(&link.target);
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    size_buffers(&socket, settings)?;
    socket.connect(address).await
}

/// Waits until the link is whole.
async fn passable(link: &Link) -> io::Result<State> {
    let mut state = link.state.subscribe();
    let whole = |state: &State| state.cut.is_none() || state.cut == Some(Cut::Refuse);
    let now = *state.wait_for(whole).await.map_err(io::Error::other)?;
    match now.cut {
        None => Ok(now),
        Some(_) => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
    }
}

async fn pump(
    link: &Link,
    way: Way,
    settings: &Settings,
    from: ReadHalf<'_>,
    to: WriteHalf<'_>,
) -> io::Result<()> {
    let (sender, receiver) = mpsc::channel(settings.chunks_in_flight());
    tokio::try_join!(
        intake(link, way, settings.chunk_bytes(), from, sender),
        outlet(link, way, receiver, to)
    )?;
    Ok(())
}

/// Reads, paces, rolls the dice, and puts what it read on the line.
async fn intake(
    link: &Link,
    way: Way,
    chunk_bytes: usize,
    mut from: ReadHalf<'_>,
    line: mpsc::Sender<Chunk>,
) -> io::Result<()> {
    let mut buffer = vec![0; chunk_bytes];
    loop {
        passable(link).await?;
        let n = from.read(&mut buffer).await?;
        if n == 0 {
            return Ok(());
        }
        let settings = *lock(&link.settings);
        lane(link, way).pace(n, rate_bps(&settings, way)).await;
        if is_reset(link, &settings, n) {
            return Err(io::Error::from(io::ErrorKind::ConnectionReset));
        }
        let arrives = Instant::now() + std::time::Duration::from_millis(settings.delay_ms);
        if line.send((arrives, buffer[..n].to_vec())).await.is_err() {
            return Ok(());
        }
    }
}

/// Takes chunks off the line when they are due, and writes them.
async fn outlet(
    link: &Link,
    way: Way,
    mut line: mpsc::Receiver<Chunk>,
    mut to: WriteHalf<'_>,
) -> io::Result<()> {
    while let Some((arrives, chunk)) = line.recv().await {
        if arrives > Instant::now() {
            tokio::time::sleep_until(arrives).await;
        }
        passable(link).await?;
        to.write_all(&chunk).await?;
        lane(link, way).count(chunk.len());
    }
    to.shutdown().await
}

fn lane(link: &Link, way: Way) -> &Lane {
    match way {
        Way::Up => &link.up,
        Way::Down => &link.down,
    }
}

fn rate_bps(settings: &Settings, way: Way) -> u64 {
    match way {
        Way::Up => settings.rate_bps.0,
        Way::Down => settings.rate_bps.1,
    }
}

/// Whether the dice reset a connection while it carries `bytes`.
fn is_reset(link: &Link, settings: &Settings, bytes: usize) -> bool {
    if settings.reset_per_kib <= 0.0 {
        return false;
    }
    #[expect(clippy::cast_precision_loss, reason = "a chunk is at most 64 KiB")]
    let survives = (1.0 - settings.reset_per_kib.min(1.0)).powf(bytes as f64 / 1024.0);
    lock(&link.dice).unit() >= survives
}
