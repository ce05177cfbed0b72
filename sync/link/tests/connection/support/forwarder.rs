//! A TCP forwarder that can be slow, or frozen: a thin link on loopback.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use holdfast_link::transport::Endpoint;
use socket2::{Domain, Socket, Type};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpSocket, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::{Instant, sleep, sleep_until},
};

/// Buffers of the link's own sockets, in bytes: what a thin link's router would queue. The kernel doubles it.
const SOCKET_BUFFER_BYTES: usize = 4 * 1024;

/// Bytes forwarded at a time: about one packet.
const PACKET_BYTES: usize = 1400;

pub(crate) struct Forwarder {
    pub(crate) endpoint: Endpoint,
    frozen: Arc<AtomicBool>,
}

impl Forwarder {
    /// Forwards to `to` at `bytes_per_s` each way.
    pub(crate) async fn start(to: &Endpoint, bytes_per_s: u64) -> Self {
        let listener = small_listener();
        let endpoint = Endpoint::parse(&format!("https://{}", listener.local_addr().unwrap())).unwrap();
        let target: SocketAddr = to.authority().parse().unwrap();
        let frozen = Arc::new(AtomicBool::new(false));
        let freeze = frozen.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = connect_small(target).await;
                let (near_in, near_out) = near.into_split();
                let (far_in, far_out) = far.into_split();
                tokio::spawn(pump(near_in, far_out, bytes_per_s, freeze.clone()));
                tokio::spawn(pump(far_in, near_out, bytes_per_s, freeze.clone()));
            }
        });
        Self { endpoint, frozen }
    }

    /// From now on nothing passes, and nothing is closed.
    pub(crate) fn freeze(&self) {
        self.frozen.store(true, Relaxed);
    }
}

fn small_listener() -> TcpListener {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(SOCKET_BUFFER_BYTES).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into()).unwrap();
    socket.listen(16).unwrap();
    socket.set_nonblocking(true).unwrap();
    TcpListener::from_std(socket.into()).unwrap()
}

async fn connect_small(target: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(SOCKET_BUFFER_BYTES as u32).unwrap();
    let stream = socket.connect(target).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, bytes_per_s: u64, frozen: Arc<AtomicBool>) {
    let mut packet = [0; PACKET_BYTES];
    let mut free_at = Instant::now();
    loop {
        while frozen.load(Relaxed) {
            sleep(Duration::from_millis(20)).await;
        }
        let Ok(n @ 1..) = from.read(&mut packet).await else { return };
        // The packet arrives when its last bit has gone over the wire.
        free_at = free_at.max(Instant::now()) + Duration::from_micros(n as u64 * 1_000_000 / bytes_per_s);
        sleep_until(free_at).await;
        if to.write_all(&packet[..n]).await.is_err() {
            return;
        }
    }
}
