//! The honest state, once and as a stream.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use holdfast_api::link::{LinkError, LinkReport, LinkState, LinkStatus};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::common::{Server, start, start_with};

#[derive(Clone, Default)]
struct Link(Arc<Mutex<LinkStatus>>);

impl LinkReport for Link {
    fn report(&self) -> LinkStatus {
        self.0.lock().unwrap().clone()
    }
}

fn down() -> LinkStatus {
    LinkStatus {
        state: LinkState::Waiting,
        endpoint: Some("https://hub.example".into()),
        since_ms: Some(1_790_000_000_000),
        last_error: Some(LinkError { code: "unreachable".into(), message: "cannot reach the hub".into() }),
        next_try_ms: Some(1_790_000_030_000),
        waiting_scopes: 3,
        progress: None,
        clock_ahead_ms: Some(-7_200_000),
    }
}

#[tokio::test]
async fn the_report_says_what_waits_and_why() {
    let link = Link(Arc::new(Mutex::new(down())));
    let server = start_with(|mut parts| {
        parts.link = Arc::new(link);
        parts
    })
    .await;
    server.patient("p", "").await;
    server.patient("q", "").await;
    server.put("/fhir/AllergyIntolerance/a", ALLERGY).await.expect(201);
    let report = server.get("/api/continuity").await.expect(200).json();
    assert_eq!((&report["unsent"], &report["clinic"]), (&3.into(), &"north".into()));
    assert!(report["unsentSinceMs"].as_u64() <= report["nowMs"].as_u64());
    let lanes: Vec<_> =
        report["lanes"].as_array().unwrap().iter().map(|l| (&l["lane"], &l["unsent"])).collect();
    let expected =
        [("safety", 1), ("chart", 2), ("operations", 0), ("audit", 0)].map(|(l, n)| (json!(l), json!(n)));
    assert_eq!(lanes, expected.iter().map(|(l, n)| (l, n)).collect::<Vec<_>>());
    assert!(report["lanes"][2].get("unsentSinceMs").is_none());
    let link = json!({
        "state": "waiting", "endpoint": "https://hub.example", "sinceMs": 1_790_000_000_000u64,
        "lastError": { "code": "unreachable", "message": "cannot reach the hub" },
        "nextTryMs": 1_790_000_030_000u64, "waitingScopes": 3, "progress": null, "clockAheadMs": -7_200_000,
    });
    assert_eq!(report["link"], link);
    assert_eq!((&report["recordsHeld"], &report["conflictsOpen"]), (&3.into(), &0.into()));
}

const ALLERGY: &str = r#"{"resourceType":"AllergyIntolerance","id":"a","patient":{"reference":"Patient/p"},"code":{"text":"nuts"}}"#;

#[tokio::test]
async fn what_the_hub_acknowledged_is_said_by_endpoint() {
    let (node, hub) = (start().await, start().await);
    node.patient("p", "").await;
    crate::common::copy(&node, &hub).await;
    let records = node.writer.records().clone();
    let (own, upstream) = (records.actor(), hub.writer.records().actor());
    let lane = holdfast_core::id::Lane::CHART;
    records.acknowledge("https://hub.example", upstream, own, lane, 1).unwrap();
    let report = node.get("/api/continuity").await.expect(200).json();
    let chart = &report["lanes"][1];
    assert_eq!((&chart["unsent"], &chart["written"]), (&0.into(), &1.into()));
    let acknowledged = &chart["acknowledged"][0];
    assert_eq!(
        (&acknowledged["endpoint"], &acknowledged["through"]),
        (&"https://hub.example".into(), &1.into())
    );
    assert!(acknowledged["atMs"].as_u64().unwrap() > 1_600_000_000_000);
}

/// Reads events until one satisfies `wanted`.
async fn event(body: &mut hyper::body::Incoming, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut text = String::new();
    let reading = async {
        loop {
            let frame = body.frame().await.expect("the stream goes on").unwrap();
            text.push_str(&String::from_utf8_lossy(&frame.into_data().unwrap_or_default()));
            while let Some((one, rest)) = text.clone().split_once("\n\n") {
                text = rest.to_owned();
                let data = one.lines().find_map(|line| line.strip_prefix("data: "));
                let report = data.map(|data| serde_json::from_str::<Value>(data).unwrap());
                if let Some(report) = report.filter(&wanted) {
                    return report;
                }
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading).await.expect("an event within ten seconds")
}

async fn stream(server: &Server) -> hyper::body::Incoming {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request =
        server.request("GET", "/api/continuity/events").body(Full::<axum::body::Bytes>::default()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body()
}

#[tokio::test]
async fn the_stream_tells_of_saves_and_of_the_link_and_ends_at_shutdown() {
    let link = Link::default();
    let shared = link.clone();
    let server = start_with(|mut parts| {
        parts.link = Arc::new(shared);
        parts
    })
    .await;
    let mut body = stream(&server).await;
    event(&mut body, |report| report["unsent"] == 0 && report["link"]["state"] == "off").await;
    server.patient("p", "").await;
    event(&mut body, |report| report["unsent"] == 1).await;
    *link.0.lock().unwrap() = down();
    event(&mut body, |report| report["link"]["state"] == "waiting").await;
    server.state.close();
    let ended = tokio::time::timeout(Duration::from_secs(5), async { while body.frame().await.is_some() {} });
    ended.await.expect("the stream ends when the server closes");
    server.get("/readyz").await.refused(503, "closing");
    server.get("/api/continuity/events").await.refused(503, "closing");
}
