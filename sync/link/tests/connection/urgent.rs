//! An urgent request overtakes queued bulk on a thin link, and a wide link is filled.

use std::time::{Duration, Instant};

use crate::support::{Hub, forwarder::Forwarder};
use bytes::Bytes;
use holdfast_link::transport::Connection;

/// 256 kbit/s.
const THIN_BYTES_PER_S: u64 = 32_000;

async fn send_bulk(
    connection: &Connection,
    path: &'static str,
    bytes: usize,
) -> Vec<tokio::task::JoinHandle<()>> {
    let bulk = (0..4).map(|_| {
        let connection = connection.clone();
        tokio::spawn(async move {
            connection.request(path, Bytes::from(vec![7; bytes])).await.unwrap();
        })
    });
    let bulk = bulk.collect();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    bulk
}

async fn urgent_ms(connection: &Connection) -> u128 {
    let begun = Instant::now();
    let answer = connection.request("/echo", Bytes::from(vec![1; 300])).await.unwrap();
    assert_eq!(answer.len(), 300);
    begun.elapsed().as_millis()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn urgent_request_overtakes_bulk_uploads() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let link = Forwarder::start(&hub.endpoint, THIN_BYTES_PER_S).await;
    let connection = replica.connect(&link.endpoint).await;
    let bulk = send_bulk(&connection, "/sink", 60_000).await;
    let took = [urgent_ms(&connection).await, urgent_ms(&connection).await, urgent_ms(&connection).await];
    assert!(bulk.iter().all(|b| !b.is_finished()), "the bulk is under way still");
    println!("figure: link_urgent_beside_uploads_ms {} ms {took:?}", took.iter().max().unwrap());
    assert!(took.iter().all(|ms| *ms < 1000), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn urgent_request_overtakes_bulk_downloads() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let link = Forwarder::start(&hub.endpoint, THIN_BYTES_PER_S).await;
    let connection = replica.connect(&link.endpoint).await;
    let bulk = send_bulk(&connection, "/download", 0).await;
    let took = [urgent_ms(&connection).await, urgent_ms(&connection).await, urgent_ms(&connection).await];
    assert!(bulk.iter().all(|b| !b.is_finished()), "the bulk is under way still");
    println!("figure: link_urgent_beside_downloads_ms {} ms {took:?}", took.iter().max().unwrap());
    assert!(took.iter().all(|ms| *ms < 1000), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wide_link_is_filled() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let connection = replica.connect(&hub.endpoint).await;
    let begun = Instant::now();
    let parts = (0..4).map(|_| {
        let connection = connection.clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                connection.request("/sink", Bytes::from(vec![7; 1_000_000])).await.unwrap();
            }
        })
    });
    for part in parts.collect::<Vec<_>>() {
        part.await.unwrap();
    }
    let mb_per_s = 40.0 / begun.elapsed().as_secs_f64();
    println!("figure: link_loopback_upload_mb_per_s {mb_per_s:.0} MB/s");
    assert!(mb_per_s > 5.0, "{mb_per_s}");
}
