//! What the staff API's views over patients cost: a keystroke in the search box among 100,000 patients, likely duplicates, a
//! chart of twenty years, a registration. Run it with `cargo run --release -p holdfast-api --example patients [PATIENTS]`.
//!
//! It prints one line a figure: the median and the 95th centile in milliseconds, at the server and without the network.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement fails by it, and prints what it finds"
)]

mod people;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use holdfast_api::access::policy::{Principal, Role};
use holdfast_api::access::token::OneToken;
use holdfast_api::{ApiParts, ApiState, router};
use holdfast_clinical::FhirRules;
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::writer::Writer;
use holdfast_store::{Place, Records, Surroundings};
use http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

const TOKEN: &str = "measuring";
/// Resources of one transaction while the store is filled.
const AT_ONCE: usize = 2_000;

#[tokio::main]
async fn main() {
    let patients: usize = std::env::args().nth(1).map_or(100_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let db = Arc::new(Sqlite::open(&folder.path().join("store.db"), SqliteOptions::default()).unwrap());
    let identity = Identity::beside(Arc::new(MemorySidecar::default()));
    let place = Place { clinic: "north".into(), schema: 1 };
    let records =
        Arc::new(Records::open(db, Arc::new(FhirRules), identity, place, Surroundings::default()).unwrap());
    fill(&records, patients);
    let writer = Writer::start(records).unwrap();
    let token = OneToken::new(TOKEN, Principal::new("Practitioner/x", [Role::Clinician]));
    let app = router(ApiState::new(ApiParts::new(writer, Arc::new(token))));
    searches(&app).await;
    likely(&app).await;
    charts(&app).await;
    registrations(&app).await;
}

fn fill(records: &Records, patients: usize) {
    let began = Instant::now();
    let all = (0..patients).map(people::patient).chain(people::long_record());
    let mut some = Vec::with_capacity(AT_ONCE);
    let mut all = all.peekable();
    while all.peek().is_some() {
        some.clear();
        some.extend(all.by_ref().take(AT_ONCE));
        records
            .write(|tx| {
                for (kind, id, json) in &some {
                    tx.put(&Entity::new(*kind, id.as_str()), json, &Base::Absent, "import")?;
                }
                Ok(())
            })
            .unwrap();
    }
    while records.index_step().unwrap().is_some() {}
    println!(
        "filled with {patients} patients and a record of 20 years in {:.0} s",
        began.elapsed().as_secs_f64()
    );
}

async fn ask(app: &axum::Router, method: &str, path: &str, body: String) -> (Duration, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap();
    let began = Instant::now();
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let took = began.elapsed();
    assert!(status.is_success(), "{path}: {}", String::from_utf8_lossy(&bytes));
    (took, String::from_utf8_lossy(&bytes).into_owned())
}

fn print(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!("figure: {name}_p50_ms {:.2} ms", at(0.5));
    println!("figure: {name}_p95_ms {:.2} ms", at(0.95));
    println!("figure: {name}_max_ms {:.2} ms", at(1.0));
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Every keystroke of people being typed, and then each way of typing by itself.
async fn searches(app: &axum::Router) {
    let mut all = Vec::new();
    for (name, typed) in people::typed() {
        let mut times = Vec::new();
        for whole in &typed {
            let ends: Vec<usize> = whole.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
            for end in ends {
                let path = format!("/api/patients?q={}", encode(&whole[..end]));
                let (took, answer) = ask(app, "GET", &path, String::new()).await;
                assert!(answer.contains("\"patients\""));
                times.push(took);
                if took > Duration::from_millis(20) {
                    println!("slow: {:?} took {:.1} ms", &whole[..end], took.as_secs_f64() * 1000.0);
                }
            }
        }
        all.extend(times.clone());
        print(&format!("patients_keystroke_{name}"), times);
    }
    print("patients_keystroke", all);
}

async fn likely(app: &axum::Router) {
    let mut times = Vec::new();
    for n in 0..100 {
        let asked = people::registration(n * 631 + 7);
        let (took, answer) = ask(app, "POST", "/api/patients/likely", asked).await;
        assert!(answer.contains("\"because\""), "{answer}");
        times.push(took);
    }
    print("patients_likely", times);
}

async fn charts(app: &axum::Router) {
    for (name, id) in [("long", people::LONG), ("short", "p7")] {
        let (mut times, mut bytes) = (Vec::new(), 0);
        for _ in 0..50 {
            let (took, answer) = ask(app, "GET", &format!("/api/patients/{id}/chart"), String::new()).await;
            bytes = answer.len();
            times.push(took);
        }
        print(&format!("chart_{name}"), times);
        println!("figure: chart_{name}_bytes {bytes} bytes");
    }
    let path = format!("/api/patients/{}/observations?code=http://loinc.org%7C29463-7", people::LONG);
    let mut times = Vec::new();
    for _ in 0..50 {
        times.push(ask(app, "GET", &path, String::new()).await.0);
    }
    print("chart_course", times);
}

async fn registrations(app: &axum::Router) {
    let mut times = Vec::new();
    for n in 0..100 {
        let (_, _, json) = people::patient(10_000_000 + n);
        times.push(ask(app, "POST", "/api/patients", json).await.0);
    }
    print("patients_register", times);
}
