//! Calls through a real relay, over real UDP on loopback.

use holdfast_media::room::admission::Size;
use holdfast_media::{Relay, RelayConfig};
use holdfast_participant::{Call, CallError, CallOptions, ControlPort, Report};
use http::Method;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Running {
    relay: Relay,
    port: ControlPort,
    config: RelayConfig,
    _dir: TempDir,
}

async fn relay(size: Size) -> Running {
    let dir = tempfile::tempdir().expect("a folder");
    let config = RelayConfig {
        control: SocketAddr::new(LOOPBACK, 0),
        key: dir.path().join("relay-key"),
        listen: LOOPBACK,
        port: 0,
        shards: 2,
        addresses: Vec::new(),
        public: Vec::new(),
        turn: None,
        size,
    };
    let relay = Relay::start(config.clone()).await.expect("a relay");
    let port = ControlPort::new(&format!("http://{}", relay.control()), relay.key().token().to_owned());
    Running { relay, port, config, _dir: dir }
}

const ROOMY: Size = Size { visits: 50, members: 150, busy_pct: 100 };

/// Waits until the report is as it should be, or says how it was after 15 seconds.
async fn until(call: &Call<'_>, what: &str, is: impl Fn(&Report) -> bool) -> Report {
    let since = Instant::now();
    loop {
        let report = call.report();
        if is(&report) {
            return report;
        }
        assert!(since.elapsed() < Duration::from_secs(15), "{what}: {report:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn hears_and_sees(others: usize) -> impl Fn(&Report) -> bool {
    move |report| {
        let seen =
            report.slots.iter().filter(|(name, slot)| name.starts_with("video") && slot.frames > 3).count();
        report.heard("audio") == others && seen == others
    }
}

async fn join<'a>(port: &'a ControlPort, visit: &str, member: &str) -> Call<'a> {
    Call::join(port, visit, member, CallOptions::default()).await.expect("joined")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_see_and_hear_each_other() {
    let running = relay(ROOMY).await;
    let first = join(&running.port, "v", "a").await;
    let second = join(&running.port, "v", "b").await;
    for call in [&first, &second] {
        let report = until(call, "sees and hears the other", hears_and_sees(1)).await;
        let energy = report.slots["audio-0"].energy.expect("a level");
        assert!((energy - 0.01).abs() < 0.001, "the tone is at -20 dB: {energy}");
        // The pattern has a keyframe every four seconds of its own accord: sooner than that, one was asked for.
        if std::ptr::eq(call, &second) {
            assert!(report.first_frame_ms.is_some_and(|ms| ms < 3_000), "{report:?}");
        }
        println!("joined {} ms, first frame {:?} ms", report.joined_ms, report.first_frame_ms);
    }
    first.leave().await;
    second.leave().await;
    running.relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_do_not_hear_each_other() {
    let running = relay(ROOMY).await;
    let one = join(&running.port, "v1", "a").await;
    let other = join(&running.port, "v2", "a").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    for call in [&one, &other] {
        assert_eq!(call.report().heard(""), 0);
    }
    running.relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn six_see_and_hear_each_other_and_a_seventh_is_refused() {
    let running = relay(ROOMY).await;
    let mut calls = Vec::new();
    for member in ["a", "b", "c", "d", "e", "f"] {
        calls.push(join(&running.port, "v", member).await);
    }
    for call in &calls {
        until(call, "sees and hears five", hears_and_sees(5)).await;
    }
    let seventh = Call::join(&running.port, "v", "g", CallOptions::default()).await;
    assert!(
        matches!(&seventh, Err(CallError::Refused { code, .. }) if code == "room-full"),
        "{:?}",
        seventh.err()
    );
    // Whoever leaves makes room, and the slots of the others are told.
    calls.remove(5).leave().await;
    let late = join(&running.port, "v", "g").await;
    until(&late, "sees and hears five", hears_and_sees(5)).await;
    running.relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_come_back_after_the_relay_was_stopped_and_started_anew() {
    let running = relay(ROOMY).await;
    let first = join(&running.port, "v", "a").await;
    let second = join(&running.port, "v", "b").await;
    until(&first, "sees and hears the other", hears_and_sees(1)).await;
    let (control, ports) = (running.relay.control(), running.relay.media().to_vec());
    running.relay.stop().await;
    first.drop_out().await;
    second.drop_out().await;
    let config = RelayConfig { control, port: 0, ..running.config.clone() };
    let relay = Relay::start(config).await.expect("a relay in the place of the first");
    assert_ne!(relay.media(), ports, "picked anew");
    let first = join(&running.port, "v", "a").await;
    let second = join(&running.port, "v", "b").await;
    until(&first, "sees and hears the other again", hears_and_sees(1)).await;
    until(&second, "sees and hears the other again", hears_and_sees(1)).await;
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn full_relay_refuses_a_new_visit_and_keeps_the_one_that_runs() {
    let running = relay(Size { visits: 1, ..ROOMY }).await;
    let first = join(&running.port, "v", "a").await;
    let refused = Call::join(&running.port, "w", "a", CallOptions::default()).await;
    let Err(CallError::Refused { code, title }) = refused else { panic!("a full relay took a visit") };
    assert_eq!(code, "relay-full");
    assert!(title.contains("as many as it is sized for"), "{title}");
    let second = join(&running.port, "v", "b").await;
    until(&first, "sees and hears who came later", hears_and_sees(1)).await;
    until(&second, "sees and hears who was there", hears_and_sees(1)).await;
    running.relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_offers_again_takes_their_own_place() {
    let running = relay(ROOMY).await;
    let first = join(&running.port, "v", "a").await;
    let _old = join(&running.port, "v", "b").await;
    until(&first, "sees and hears the other", hears_and_sees(1)).await;
    let before = first.report().slots["video-0"].frames;
    let _new = join(&running.port, "v", "b").await;
    until(&first, "sees the new connection in the same slot", |report| {
        report.slots["video-0"].frames > before + 10
    })
    .await;
    assert_eq!(first.report().heard("audio"), 1);
    running.relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_clinic_says_no_to_is_not_forwarded() {
    let running = relay(ROOMY).await;
    let first = join(&running.port, "v", "a").await;
    let _second = join(&running.port, "v", "b").await;
    until(&first, "sees and hears the other", hears_and_sees(1)).await;
    let path = "/rooms/v/members/b";
    running.port.ask(Method::PATCH, path, br#"{"video":false,"audio":false}"#.to_vec()).await.expect("muted");
    // What was on its way is there after this long.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let muted = first.report();
    tokio::time::sleep(Duration::from_millis(700)).await;
    let later = first.report();
    assert_eq!(muted.slots["video-0"].packets, later.slots["video-0"].packets);
    assert_eq!(muted.slots["audio-0"].packets, later.slots["audio-0"].packets);
    running.port.ask(Method::PATCH, path, br#"{"video":true,"audio":true}"#.to_vec()).await.expect("unmuted");
    let frames = later.slots["video-0"].frames;
    let again =
        until(&first, "sees the other again", |report| report.slots["video-0"].frames > frames + 5).await;
    assert_eq!((again.slots["audio-0"].lost, again.slots["video-0"].lost), (0, 0), "a pause is no loss");
    running.relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn junk_at_the_ports_does_no_harm() {
    let running = relay(ROOMY).await;
    let first = join(&running.port, "v", "a").await;
    let second = join(&running.port, "v", "b").await;
    until(&first, "sees and hears the other", hears_and_sees(1)).await;
    let socket = std::net::UdpSocket::bind((LOOPBACK, 0)).expect("a socket");
    let mut number = 88_172_645_463_325_252u64;
    for round in 0..20_000u32 {
        let mut junk: Vec<u8> = (0..8 + round % 24)
            .flat_map(|_| {
                // Xorshift (Marsaglia 2003): the same junk every time.
                number ^= number << 13;
                number ^= number >> 7;
                number ^= number << 17;
                number.to_ne_bytes()
            })
            .collect();
        // A quarter each looks like STUN, DTLS, RTP, or nothing at all.
        match round % 4 {
            0 => junk[..8].copy_from_slice(&[0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42]),
            1 => junk[..3].copy_from_slice(&[22, 254, 253]),
            2 => junk[0] = 0x80 | junk[0] & 0x3f,
            _ => {}
        }
        for shard in running.relay.media() {
            // What the kernel has no room for is lost, as it may be.
            let _ = socket.send_to(&junk, shard);
        }
    }
    for body in ["", "{", r#"{"sdp":7}"#, r#"{"sdp":"v=0"}"#, r#"{"sdp":"v=0\r\nm=audio 9 x 1\r\n"}"#] {
        let refused = running.port.ask(Method::PUT, "/rooms/v/members/c", body.as_bytes().to_vec()).await;
        assert!(
            matches!(&refused, Err(CallError::Refused { code, .. }) if code == "bad-body" || code == "bad-sdp"),
            "{refused:?}"
        );
    }
    let stranger = ControlPort::new(&format!("http://{}", running.relay.control()), "0".repeat(64));
    let refused = Call::join(&stranger, "v", "c", CallOptions::default()).await;
    assert!(matches!(&refused, Err(CallError::Refused { code, .. }) if code == "no-key"));
    let before = [&first, &second].map(|call| call.report().slots["video-0"].frames);
    for (call, before) in [&first, &second].into_iter().zip(before) {
        let report = until(call, "goes on", |report| report.slots["video-0"].frames > before + 10).await;
        assert_eq!(report.slots["audio-0"].lost, 0);
    }
    running.relay.stop().await;
}
