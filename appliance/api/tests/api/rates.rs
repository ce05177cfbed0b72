//! How many requests a user and a device may make.

use std::num::NonZeroU32;

use holdfast_api::access::rate::{Rate, Rates};

use crate::common::{DESK, OTHER, Server, TOKEN, start_with};

async fn start(rates: Rates) -> Server {
    start_with(|mut parts| {
        parts.rates = rates;
        parts
    })
    .await
}

fn rate(burst: u32) -> Option<Rate> {
    // One more in about seventeen minutes: no test is that slow.
    NonZeroU32::new(burst).map(|burst| Rate { per_second: NonZeroU32::MIN, burst })
}

#[tokio::test]
async fn a_user_past_the_bound_is_told_when_to_come_back_and_others_are_served() {
    let server = start(Rates { user: rate(3), ..Rates::default() }).await;
    for _ in 0..3 {
        server.get_as(TOKEN, "/fhir/Patient").await.expect(200);
    }
    let refused = server.get_as(TOKEN, "/fhir/Patient").await.refused(429, "too-many-requests");
    assert_eq!(refused.json()["resourceType"], "OperationOutcome");
    assert_eq!(refused.json()["issue"][0]["code"], "throttled");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);
    assert!(refused.text().contains("wait"), "{}", refused.text());
    server.get_as(TOKEN, "/api/conflicts").await.refused(429, "too-many-requests");
    for token in [OTHER, DESK] {
        server.get_as(token, "/fhir/Patient").await.expect(200);
    }
    server.get_as(TOKEN, "/fhir/metadata").await.expect(200);
}

#[tokio::test]
async fn a_device_past_the_bound_is_refused_whoever_signs_in_there_and_probes_are_not() {
    let server = start(Rates { device: rate(3), ..Rates::default() }).await;
    for token in [TOKEN, OTHER, "guess"] {
        server.get_as(token, "/fhir/Patient").await;
    }
    for token in [TOKEN, DESK, "guess"] {
        server.get_as(token, "/fhir/Patient").await.refused(429, "too-many-requests");
    }
    server.get_as(TOKEN, "/readyz").await.expect(200);
    server.get_as(TOKEN, "/livez").await.expect(200);
}

#[tokio::test]
async fn what_is_no_route_is_counted_too() {
    let server = start(Rates { device: rate(3), ..Rates::default() }).await;
    server.get("/nothing").await.refused(404, "no-such-address");
    server.delete("/fhir/metadata").await.refused(405, "method-not-allowed");
    server.get("/fhir/Nothing/x/y/z").await.expect(404);
    server.get("/nothing").await.refused(429, "too-many-requests");
    server.get("/livez").await.expect(200);
    server.delete("/livez").await.refused(405, "method-not-allowed");
}

#[tokio::test]
async fn devices_behind_a_trusted_proxy_are_told_apart() {
    for (proxies, expected) in [("127.0.0.0/8", 200), ("10.0.0.0/8", 429)] {
        let proxies = proxies.parse().into_iter().collect();
        let server = start(Rates { device: rate(2), user: None, proxies }).await;
        let from = async |client: &str| {
            server.with("GET", "/fhir/metadata", &[("x-forwarded-for", client)], String::new()).await
        };
        for _ in 0..2 {
            from("203.0.113.1").await.expect(200);
        }
        from("203.0.113.2").await.expect(expected);
        from("203.0.113.9, 203.0.113.1").await.refused(429, "too-many-requests");
    }
}
