//! A real upstream on a real socket, and replicas enrolled at it.

pub(crate) mod forwarder;

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{body::Bytes, routing::post};
use holdfast_link::{
    ca::{Authority, ServerCertificate, ServerName, SigningRequest},
    enrol::{EnrolToken, Enrolled, enrol},
    enrolment::{Enrolment, IssuedLog, MemoryTokens, routes},
    identity::{CertificateSerial, PeerIdentity, PeerKind},
    keys::PrivateKey,
    server::{Limits, Peer, ServeOptions, SyncPolicy, SyncRoutes, serve},
    tls::{ClientAuth, client_config, server_config},
    transport::{Connection, Endpoint, Timeouts},
};
use rustls::ClientConfig;
use tokio::{net::TcpListener, sync::oneshot};

pub(crate) const DAY_MS: u64 = 24 * 60 * 60 * 1000;

pub(crate) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// A hub that serves `/enrol`, `/renew`, `/echo`, `/whoami`, `/sink` and `/slow`.
pub(crate) struct Hub {
    pub(crate) ca: Arc<Authority>,
    pub(crate) tokens: Arc<MemoryTokens>,
    pub(crate) enrolment: Enrolment,
    pub(crate) endpoint: Endpoint,
    pub(crate) revoked: Arc<Mutex<BTreeSet<CertificateSerial>>>,
    /// Added to the clock by which certificates expire.
    pub(crate) clock_ahead_ms: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    _home: tempfile::TempDir,
}

impl Hub {
    pub(crate) async fn start() -> Self {
        Self::start_with(Limits::default()).await
    }

    pub(crate) async fn start_with(limits: Limits) -> Self {
        Self::serve(limits, sync_routes()).await
    }

    /// A hub that serves these routes and enrolment.
    pub(crate) async fn serve(limits: Limits, served: SyncRoutes) -> Self {
        let home = tempfile::tempdir().unwrap();
        let ca = Arc::new(Authority::load_or_create(&home.path().join("ca"), now_ms()).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Endpoint::parse(&format!("https://{}", listener.local_addr().unwrap())).unwrap();
        let tokens = Arc::new(MemoryTokens::default());
        let enrolment = Enrolment {
            ca: ca.clone(),
            tokens: tokens.clone(),
            issued: tokens.clone(),
            endpoints: vec![endpoint.clone()],
            clock: Arc::new(now_ms),
        };
        let names = [ServerName::parse("127.0.0.1"), ServerName::parse("localhost")];
        let cert = ServerCertificate::load_or_issue(&home.path().join("tls"), &ca, &names, now_ms()).unwrap();
        let tls = server_config(cert.to_shared().unwrap(), ca.cert_pem(), ClientAuth::Optional).unwrap();
        let revoked = Arc::new(Mutex::new(BTreeSet::new()));
        let clock_ahead_ms = Arc::new(AtomicU64::new(0));
        let (check, ahead) = (revoked.clone(), clock_ahead_ms.clone());
        let options = ServeOptions {
            revoked: Arc::new(move |_, serial| check.lock().unwrap().contains(serial)),
            limits,
            clock: Arc::new(move || now_ms() + ahead.load(Relaxed)),
        };
        let (stop, stopped) = oneshot::channel();
        let routes = routes(enrolment.clone()).merge(served);
        tokio::spawn(serve(listener, tls, routes, options, async { drop(stopped.await) }));
        Self { ca, tokens, enrolment, endpoint, revoked, clock_ahead_ms, stop: Some(stop), _home: home }
    }

    pub(crate) fn token(&self, clinic: &str, replica: &str) -> EnrolToken {
        let identity = PeerIdentity::new(clinic, PeerKind::Node, replica).unwrap();
        self.enrolment.mint_token(&identity, now_ms()).unwrap()
    }

    pub(crate) async fn enrol(&self, clinic: &str, replica: &str) -> Replica {
        let key = PrivateKey::generate().unwrap();
        let token = self.token(clinic, replica);
        let enrolled = enrol(&self.endpoint, &token, &key, now_ms()).await.unwrap();
        Replica { key, enrolled }
    }

    /// A replica whose certificate ended `days_ago`, as the hub has it on record.
    pub(crate) fn expired(&self, clinic: &str, replica: &str, days_ago: u64) -> Replica {
        let key = PrivateKey::generate().unwrap();
        let csr = SigningRequest::parse_pem(&key.csr_pem().unwrap()).unwrap();
        let identity = PeerIdentity::new(clinic, PeerKind::Node, replica).unwrap();
        let issued = self.ca.issue_client(&csr, &identity, now_ms() - (days_ago + 1) * DAY_MS, 1).unwrap();
        self.tokens.record(&issued, None).unwrap();
        let enrolled = Enrolled {
            identity,
            cert_pem: issued.cert_pem,
            ca_pem: self.ca.cert_pem().to_owned(),
            endpoints: vec![self.endpoint.clone()],
            not_after_ms: issued.not_after_ms,
        };
        Replica { key, enrolled }
    }

    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }
}

fn sync_routes() -> SyncRoutes {
    let replica = SyncPolicy::Replica;
    SyncRoutes::new()
        .route("/echo", replica, post(async |_: Peer, body: Bytes| body))
        .route("/whoami", replica, post(async |Peer(peer): Peer| peer.identity.to_uri()))
        .route("/unasking", replica, post(async || "reached"))
        .route("/sink", replica, post(async |_: Peer, body: Bytes| body.len().to_string()))
        .route("/download", replica, post(async |_: Peer| vec![7_u8; 60_000]))
        .route("/slow", replica, post(async |_: Peer| tokio::time::sleep(Duration::from_secs(3600)).await))
}

/// An enrolled replica.
pub(crate) struct Replica {
    pub(crate) key: PrivateKey,
    pub(crate) enrolled: Enrolled,
}

impl Replica {
    pub(crate) fn tls(&self) -> Arc<ClientConfig> {
        client_config(&self.enrolled.ca_pem, &self.enrolled.cert_pem, &self.key).unwrap()
    }

    pub(crate) async fn connect(&self, endpoint: &Endpoint) -> Connection {
        Connection::open(endpoint, self.tls()).await.unwrap()
    }
}

/// Time-outs short enough for a test.
pub(crate) fn impatient() -> Timeouts {
    Timeouts {
        connect: Duration::from_millis(500),
        answer: Duration::from_millis(500),
        body_idle: Duration::from_millis(500),
        keep_alive_interval: Duration::from_millis(200),
        keep_alive_timeout: Duration::from_millis(200),
    }
}
