use super::*;
use std::io;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const SOON: Duration = Duration::from_secs(10);

/// A server that sends back what it gets.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    address
}

async fn link(settings: Settings) -> Proxy {
    Proxy::start(echo().await, settings).await.unwrap()
}

async fn exchange(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let (mut from, mut to) = stream.split();
    let mut back = vec![0; bytes.len()];
    tokio::try_join!(to.write_all(bytes), from.read_exact(&mut back))?;
    Ok(back)
}

/// What the end of a connection looks like to its owner: `Ok(0)` for an orderly end, else the error.
async fn end(stream: &mut TcpStream) -> io::Result<usize> {
    tokio::time::timeout(SOON, stream.read(&mut [0; 16])).await.expect("it ends soon")
}

async fn is_silent(stream: &mut TcpStream) -> bool {
    tokio::time::timeout(Duration::from_millis(80), stream.read(&mut [0; 16])).await.is_err()
}

#[tokio::test]
async fn what_goes_in_comes_out_and_is_counted() {
    let link = link(Settings::default()).await;
    let mut stream = TcpStream::connect(link.address()).await.unwrap();
    let sent: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
    assert_eq!(exchange(&mut stream, &sent).await.unwrap(), sent);
    stream.shutdown().await.unwrap();
    assert_eq!(end(&mut stream).await.unwrap(), 0, "a half-close passes through");
    assert_eq!(link.take_bytes(), Bytes { up: 300_000, down: 300_000 });
    assert_eq!(link.bytes(), Bytes::default());
    assert_eq!(link.accepted_connections(), 1);
}

#[tokio::test]
async fn a_refusing_cut_resets_old_connections_and_refuses_new_ones_until_healed() {
    let link = link(Settings::default()).await;
    let mut old = TcpStream::connect(link.address()).await.unwrap();
    exchange(&mut old, b"before").await.unwrap();
    link.cut(Cut::Refuse).await.unwrap();
    assert_eq!(end(&mut old).await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    let refused = TcpStream::connect(link.address()).await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    link.cut(Cut::Refuse).await.unwrap();
    link.heal().await.unwrap();
    let mut new = TcpStream::connect(link.address()).await.unwrap();
    assert_eq!(exchange(&mut new, b"after").await.unwrap(), b"after");
}

#[tokio::test]
async fn a_black_hole_resets_old_connections_and_swallows_new_ones_until_healed() {
    let link = link(Settings::default()).await;
    let mut old = TcpStream::connect(link.address()).await.unwrap();
    exchange(&mut old, b"before").await.unwrap();
    link.cut(Cut::BlackHole).await.unwrap();
    assert_eq!(end(&mut old).await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    let mut new = TcpStream::connect(link.address()).await.unwrap();
    new.write_all(b"anyone").await.unwrap();
    assert!(is_silent(&mut new).await);
    link.heal().await.unwrap();
    let mut back = [0; 6];
    tokio::time::timeout(SOON, new.read_exact(&mut back)).await.unwrap().unwrap();
    assert_eq!(&back, b"anyone");
}

#[tokio::test]
async fn a_frozen_link_goes_on_where_it_stood() {
    let link = link(Settings::default()).await;
    let mut stream = TcpStream::connect(link.address()).await.unwrap();
    exchange(&mut stream, b"before").await.unwrap();
    link.cut(Cut::Freeze).await.unwrap();
    stream.write_all(b"during").await.unwrap();
    assert!(is_silent(&mut stream).await);
    link.heal().await.unwrap();
    let mut back = [0; 6];
    tokio::time::timeout(SOON, stream.read_exact(&mut back)).await.unwrap().unwrap();
    assert_eq!(&back, b"during");
}

#[tokio::test]
async fn a_freeze_that_becomes_a_refusal_resets() {
    let link = link(Settings::default()).await;
    let mut stream = TcpStream::connect(link.address()).await.unwrap();
    exchange(&mut stream, b"before").await.unwrap();
    link.cut(Cut::Freeze).await.unwrap();
    link.cut(Cut::Refuse).await.unwrap();
    assert!(end(&mut stream).await.is_err());
}

#[tokio::test]
async fn a_rate_holds_in_each_direction() {
    let link = link(Settings { rate_bps: (800_000, 0), ..Settings::default() }).await;
    let mut stream = TcpStream::connect(link.address()).await.unwrap();
    let start = Instant::now();
    exchange(&mut stream, &[7; 40_000]).await.unwrap();
    let took_ms = start.elapsed().as_millis();
    assert!((370..5000).contains(&took_ms), "40,000 bytes at 100,000 bytes a second took {took_ms} ms");
}

/// What a sender can push into a thin link ahead of the line: its own socket's buffer apart, a few KiB.
#[tokio::test]
async fn a_thin_link_holds_little() {
    let target = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let link = Proxy::start(target.local_addr().unwrap(), Settings::thin(8_000, 0)).await.unwrap();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(2048).unwrap();
    let mut stream = socket.connect(link.address()).await.unwrap();
    let (_server, _) = target.accept().await.unwrap();
    let mut pushed = 0;
    while let Ok(Ok(n)) = tokio::time::timeout(Duration::from_millis(60), stream.write(&[1; 512])).await {
        pushed += n;
    }
    assert!(pushed <= 24 * 1024, "{pushed} bytes went into a link of 1,000 bytes a second at once");
}

#[tokio::test]
async fn a_delay_adds_to_the_round_trip_but_not_to_each_chunk() {
    let link = link(Settings { delay_ms: 60, ..Settings::default() }).await;
    let mut stream = TcpStream::connect(link.address()).await.unwrap();
    let start = Instant::now();
    exchange(&mut stream, &vec![7; 4_000_000]).await.unwrap();
    let took_ms = start.elapsed().as_millis();
    assert!((120..3000).contains(&took_ms), "a round trip of 120 ms and 4 MB took {took_ms} ms");
}

#[tokio::test]
async fn resets_follow_the_seed() {
    let always = link(Settings { reset_per_kib: 1.0, ..Settings::default() }).await;
    let mut stream = TcpStream::connect(always.address()).await.unwrap();
    assert!(exchange(&mut stream, &[1; 2048]).await.is_err());

    let seldom = link(Settings { reset_per_kib: 0.01, seed: 3, ..Settings::default() }).await;
    let mut failed = 0;
    for _ in 0..40 {
        let mut stream = TcpStream::connect(seldom.address()).await.unwrap();
        failed += u32::from(exchange(&mut stream, &[1; 8192]).await.is_err());
    }
    assert!((1..30).contains(&failed), "{failed} of 40 were reset; about 6 were expected");
}

#[tokio::test]
async fn a_dead_target_resets_and_a_new_target_is_taken() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let link = Proxy::start(gone, Settings::default()).await.unwrap();
    let mut stream = TcpStream::connect(link.address()).await.unwrap();
    assert!(end(&mut stream).await.is_err());
    link.set_target(echo().await);
    let mut stream = TcpStream::connect(link.address()).await.unwrap();
    assert_eq!(exchange(&mut stream, b"back").await.unwrap(), b"back");
}

#[tokio::test]
async fn dropping_the_link_resets_what_is_open() {
    let link = link(Settings::default()).await;
    let mut stream = TcpStream::connect(link.address()).await.unwrap();
    exchange(&mut stream, b"before").await.unwrap();
    drop(link);
    assert!(end(&mut stream).await.is_err());
}
