//! A lost answer does not burn the token, for the key that asked.

use holdfast_link::enrol::enrol;
use holdfast_link::keys::PrivateKey;

use crate::replica::now_ms;
use crate::support::Hub;

#[tokio::test(flavor = "multi_thread")]
async fn same_key_gets_the_same_answer_and_another_is_refused() {
    let _is_set = rustls::crypto::ring::default_provider().install_default();
    let hub = Hub::start();
    let (token, key) = (hub.token("north", "n1"), PrivateKey::generate().unwrap());
    let first = enrol(&hub.endpoint, &token, &key, now_ms()).await.unwrap();
    let again = enrol(&hub.endpoint, &token, &key, now_ms()).await.unwrap();
    assert_eq!(first, again, "the very same certificate");
    assert_eq!(hub.run(&["certificates"]).lines().count(), 1, "nothing more was issued");
    let thief = PrivateKey::generate().unwrap();
    let refused = enrol(&hub.endpoint, &token, &thief, now_ms()).await.unwrap_err();
    assert_eq!((refused.code(), refused.is_retryable()), ("enrol-token-used", false));
    assert!(hub.log().contains("enrol-token-used"));
}
