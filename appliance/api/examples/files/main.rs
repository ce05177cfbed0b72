//! What a file costs: memory while it goes through, bytes that a replica keeps for each of its bytes, and time. Run it with
//! `cargo run --release -p holdfast-api --example files [MIB]`.
//!
//! The file does not pack, as a scan does not. It is brought in, finished and read again, then pushed to a second replica as a
//! session would. It fails if memory grows by more than [`MOST_GROWTH`], however large the file is.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement fails by it, and prints what it finds"
)]

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use holdfast_api::access::policy::{Principal, Role};
use holdfast_api::access::token::OneToken;
use holdfast_api::{ApiParts, ApiState, router};
use holdfast_clinical::FhirRules;
use holdfast_core::id::{Entity, Lane};
use holdfast_core::message::{Request as Asked, Response};
use holdfast_store::author::Base;
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sql::Database;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::upstream::Peer;
use holdfast_store::writer::Writer;
use holdfast_store::{Place, Records, Surroundings};
use http::Request;
use http_body_util::BodyExt;
use tempfile::TempDir;
use tower::ServiceExt;

const TOKEN: &str = "measuring";
const MIB: usize = 1 << 20;
/// The most bytes by which the process may grow while a file goes through, whatever its size: the caches of two databases and of
/// their readers, and some chunks.
const MOST_GROWTH: usize = 224 * MIB;

struct Replica {
    db: Arc<Sqlite>,
    records: Arc<Records>,
    _folder: TempDir,
}

#[tokio::main]
async fn main() {
    let mib: usize = std::env::args().nth(1).map_or(100, |text| text.parse().unwrap());
    let (near, far) = (Replica::open(), Replica::open());
    let writer = Writer::start(near.records.clone()).unwrap();
    let patient = Entity::new("Patient", "p");
    let put = move |tx: &mut holdfast_store::Tx<'_>| {
        tx.put(&patient, r#"{"resourceType":"Patient","id":"p"}"#, &Base::Absent, "x")
    };
    writer.write(put).await.unwrap();
    let token = OneToken::new(TOKEN, Principal::new("Practitioner/x", [Role::Clinician]));
    let mut parts = ApiParts::new(writer, Arc::new(token));
    parts.max_file_bytes = (mib * MIB) as u64;
    let app = router(ApiState::new(parts));
    let before = memory("VmRSS:");

    let file = bring(&app, mib).await;
    print("files_read_mib_per_s", mib as f64 / read(&app, &file, mib).await, "MiB/s");
    let growth = memory("VmHWM:").saturating_sub(before);
    print("files_memory_growth_mib", growth as f64 / MIB as f64, "MiB");
    near.sizes("near", mib);

    tokio::task::spawn_blocking(move || {
        let began = Instant::now();
        push(&near, &far);
        print("files_push_mib_per_s", mib as f64 / began.elapsed().as_secs_f64(), "MiB/s");
        far.sizes("far", mib);
        let growth = memory("VmHWM:").saturating_sub(before);
        print("files_memory_growth_with_push_mib", growth as f64 / MIB as f64, "MiB");
        assert!(growth < MOST_GROWTH, "memory grew by {growth} bytes");
    })
    .await
    .unwrap();
}

impl Replica {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Arc::new(Sqlite::open(&folder.path().join("store.db"), SqliteOptions::default()).unwrap());
        let identity = Identity::beside(Arc::new(MemorySidecar::default()));
        let place = Place { clinic: "north".into(), schema: 1 };
        let records =
            Records::open(db.clone(), Arc::new(FhirRules), identity, place, Surroundings::default());
        Self { db, records: Arc::new(records.unwrap()), _folder: folder }
    }

    /// Bytes that are kept for each byte of the file, by table.
    fn sizes(&self, name: &str, mib: usize) {
        for (what, text) in [
            ("resource", "SELECT SUM(OCTET_LENGTH(json) + OCTET_LENGTH(state)) FROM resource"),
            ("log", "SELECT SUM(OCTET_LENGTH(bytes)) FROM segment"),
            ("feed", "SELECT COALESCE(SUM(OCTET_LENGTH(op)), 0) FROM feed"),
        ] {
            let mut bytes = 0;
            let read = self.db.read(&mut |sql| {
                bytes = sql.query(text, &[])?[0].int(0)?;
                Ok(())
            });
            read.unwrap();
            print(&format!("files_{name}_{what}_bytes_per_byte"), bytes as f64 / (mib * MIB) as f64, "bytes");
        }
    }
}

fn print(name: &str, value: f64, unit: &str) {
    println!("figure: {name} {value:.2} {unit}");
}

fn memory(line: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find_map(|one| one.strip_prefix(line)).unwrap();
    found.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

/// The chunk at a place.
fn chunk(n: usize) -> Vec<u8> {
    let mut bytes = vec![0; MIB];
    blake3::Hasher::new().update(&n.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

async fn bring(app: &axum::Router, mib: usize) -> String {
    let body = format!("{{\"size\":{},\"contentType\":\"application/pdf\"}}", mib * MIB);
    let begun = ask(app, "POST", "/api/patients/p/files", body.into()).await;
    let begun: serde_json::Value = serde_json::from_slice(&begun).unwrap();
    let file = format!("/api/files/{}", begun["id"].as_str().unwrap());
    let began = Instant::now();
    let mut times = Vec::new();
    for n in 0..mib {
        let one = Instant::now();
        ask(app, "PUT", &format!("{file}/chunks/{n}"), chunk(n).into()).await;
        times.push(one.elapsed());
    }
    print("files_bring_mib_per_s", mib as f64 / began.elapsed().as_secs_f64(), "MiB/s");
    times.sort();
    print("files_chunk_p95_ms", times[times.len() * 95 / 100].as_secs_f64() * 1000.0, "ms");
    let began = Instant::now();
    ask(app, "POST", &format!("{file}/complete"), Body::empty()).await;
    print("files_complete_s", began.elapsed().as_secs_f64(), "s");
    file
}

async fn ask(app: &axum::Router, method: &str, path: &str, body: Body) -> axum::body::Bytes {
    let response = app.clone().oneshot(request(method, path, body)).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    assert!(status.is_success(), "{path}: {}", String::from_utf8_lossy(&bytes));
    bytes
}

fn request(method: &str, path: &str, body: Body) -> Request<Body> {
    let request =
        Request::builder().method(method).uri(path).header("authorization", format!("Bearer {TOKEN}"));
    request.header("content-type", "application/json").body(body).unwrap()
}

/// Reads the file as a slow client would, frame by frame; how long it took.
async fn read(app: &axum::Router, file: &str, mib: usize) -> f64 {
    let began = Instant::now();
    let asked = request("GET", &format!("{file}/content"), Body::empty());
    let mut body = app.clone().oneshot(asked).await.unwrap().into_body();
    let (mut hash, mut expected) = (blake3::Hasher::new(), blake3::Hasher::new());
    while let Some(frame) = body.frame().await {
        hash.update(frame.unwrap().data_ref().unwrap());
    }
    let took = began.elapsed().as_secs_f64();
    for n in 0..mib {
        expected.update(&chunk(n));
    }
    assert_eq!(hash.finalize(), expected.finalize(), "what came back is what went in");
    took
}

fn push(near: &Replica, far: &Replica) {
    let peer = Peer { replica: "near".into(), clinic: "north".into(), kind: "node".into() };
    far.records.register_replica(&peer).unwrap();
    let answer = far.records.respond(&peer, &near.records.hello().unwrap());
    assert!(matches!(answer, Response::Welcome { .. }), "{answer:?}");
    for lane in Lane::ALL {
        let mut reached = 0;
        loop {
            let some = near.records.outgoing(lane, reached, 4).unwrap();
            let Some(last) = some.last() else { break };
            reached = last.last;
            for out in some {
                let answer = far.records.respond(&peer, &Asked::Push { segment: out.bytes });
                assert!(matches!(answer, Response::Ack { .. }), "{answer:?}");
            }
        }
    }
}
