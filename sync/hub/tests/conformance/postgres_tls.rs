//! TLS to PostgreSQL: encrypted where it is asked for, believed only with the right certificate.

use holdfast_hub::postgres::{Postgres, PostgresOptions, TlsMode};
use holdfast_link::ca::{Authority, ServerName};
use holdfast_tests::postgres::Cluster;
use rcgen::KeyPair;

use crate::backend::read;

const NOW_MS: fn() -> u64 = || (holdfast_store::Surroundings::default().now_ms)();

fn open(cluster: &Cluster, tls: TlsMode, ca: Option<&Authority>) -> Result<Postgres, String> {
    let ca_pem = ca.map(|ca| ca.cert_pem().to_owned());
    let options = PostgresOptions { tls, ca_pem, ..PostgresOptions::default() };
    Postgres::open(&cluster.url(), options).map_err(|error| error.to_string())
}

fn is_encrypted(db: &Postgres) -> String {
    let text = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    read(db, |sql| sql.query(text, &[])).unwrap()[0].text(0).unwrap().to_owned()
}

#[test]
fn connection_is_encrypted_and_the_server_must_prove_its_name() {
    let home = tempfile::tempdir().unwrap();
    let ca = |name: &str| Authority::load_or_create(&home.path().join(name), NOW_MS()).unwrap();
    let (ca, other) = (ca("ca"), ca("other"));
    let mut cluster = Cluster::start().unwrap();
    let refused = open(&cluster, TlsMode::Require, None).unwrap_err();
    assert!(refused.contains("TLS"), "a server without TLS is not spoken to: {refused}");

    let (key, named) = (KeyPair::generate().unwrap(), [ServerName::parse("127.0.0.1")]);
    cluster.offer_tls(&ca.issue_server(&key, &named, NOW_MS(), 1).unwrap(), &key.serialize_pem()).unwrap();
    for (mode, ca, encrypted) in [
        (TlsMode::Unset, None, "false"),
        (TlsMode::Unset, Some(&ca), "true"),
        (TlsMode::Require, None, "true"),
        (TlsMode::VerifyFull, Some(&ca), "true"),
    ] {
        assert_eq!(is_encrypted(&open(&cluster, mode, ca).unwrap()), encrypted, "{mode:?}");
    }
    let refused = open(&cluster, TlsMode::VerifyFull, Some(&other)).unwrap_err();
    assert!(refused.contains("certificate"), "{refused}");

    let elsewhere = [ServerName::parse("db.example")];
    cluster
        .offer_tls(&ca.issue_server(&key, &elsewhere, NOW_MS(), 1).unwrap(), &key.serialize_pem())
        .unwrap();
    let refused = open(&cluster, TlsMode::VerifyFull, Some(&ca)).unwrap_err();
    assert!(refused.contains("certificate"), "a certificate for another name: {refused}");
}
