//! A replica that says what a test wants it to say.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use holdfast_clinical::FhirRules;
use holdfast_core::id::{ActorId, Entity, Lane};
use holdfast_core::message::{Request, Response};
use holdfast_link::enrol::{Enrolled, enrol};
use holdfast_link::keys::PrivateKey;
use holdfast_link::serve::PATH;
use holdfast_link::tls::client_config;
use holdfast_link::transport::{Connection, TransportError};
use holdfast_store::author::Base;
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::Sqlite;
use holdfast_store::{Place, Records, Surroundings};

use crate::support::Hub;

pub(crate) struct Replica {
    pub(crate) records: Records,
    db: Arc<Sqlite>,
    sidecar: Arc<MemorySidecar>,
    pub(crate) enrolled: Enrolled,
    pub(crate) key: PrivateKey,
    pub(crate) connection: Connection,
    ahead_ms: Arc<AtomicU64>,
}

pub(crate) fn now_ms() -> u64 {
    (Surroundings::default().now_ms)()
}

fn open(db: Arc<Sqlite>, sidecar: Arc<MemorySidecar>, ahead_ms: Arc<AtomicU64>) -> Records {
    let place = Place { clinic: "north".into(), schema: 1 };
    let surroundings = Surroundings {
        now_ms: Box::new(move || now_ms() + ahead_ms.load(Relaxed)),
        ..Surroundings::default()
    };
    Records::open(db, Arc::new(FhirRules), Identity::beside(sidecar), place, surroundings).unwrap()
}

impl Replica {
    /// Enrolled and connected; it has not said hello.
    pub(crate) async fn of(hub: &Hub, clinic: &str, name: &str) -> Self {
        let _is_set = rustls::crypto::ring::default_provider().install_default();
        let key = PrivateKey::generate().unwrap();
        let enrolled = enrol(&hub.endpoint, &hub.token(clinic, name), &key, now_ms()).await.unwrap();
        let tls = client_config(&enrolled.ca_pem, &enrolled.cert_pem, &key).unwrap();
        let connection = Connection::open(&hub.endpoint, tls).await.unwrap();
        let (db, sidecar, ahead_ms) =
            (Arc::new(Sqlite::in_memory().unwrap()), Arc::default(), Arc::<AtomicU64>::default());
        let records = open(db.clone(), Arc::clone(&sidecar), ahead_ms.clone());
        Self { records, db, sidecar, enrolled, key, connection, ahead_ms }
    }

    /// A second opening of a copy of this replica's disk, as it stands.
    pub(crate) fn copied(&self) -> Records {
        let db = Arc::new(self.db.duplicate_in_memory().unwrap());
        open(db, Arc::new(self.sidecar.duplicate()), self.ahead_ms.clone())
    }

    pub(crate) fn clock_is_ahead(&self, ms: u64) {
        self.ahead_ms.store(ms, Relaxed);
    }

    pub(crate) fn actor(&self) -> ActorId {
        self.records.actor()
    }

    pub(crate) async fn greet(&self) -> Response {
        self.ask(self.records.hello().unwrap()).await
    }

    pub(crate) async fn ask(&self, request: Request) -> Response {
        self.try_ask(request).await.unwrap()
    }

    pub(crate) async fn try_ask(&self, request: Request) -> Result<Response, TransportError> {
        let bytes = self.connection.request(PATH, request.encode().unwrap().into()).await?;
        Ok(Response::decode(&bytes).unwrap())
    }

    pub(crate) async fn push(&self, segment: Vec<u8>) -> Response {
        self.ask(Request::Push { segment }).await
    }

    /// Saves a patient and seals it into a segment of its own; all segments so far.
    pub(crate) fn save(&self, id: &str) -> Vec<Vec<u8>> {
        save(&self.records, id);
        self.segments()
    }

    pub(crate) fn segments(&self) -> Vec<Vec<u8>> {
        sealed(&self.records)
    }
}

/// Saves a patient without sealing it.
pub(crate) fn save(records: &Records, id: &str) {
    let json = format!("{{\"resourceType\":\"Patient\",\"id\":\"{id}\",\"gender\":\"female\"}}");
    records.write(|tx| tx.put(&Entity::new("Patient", id), &json, &Base::Blind, "nurse")).unwrap();
}

pub(crate) fn sealed(records: &Records) -> Vec<Vec<u8>> {
    let out = records.outgoing(Lane::CHART, 0, 99).unwrap();
    out.into_iter().map(|segment| segment.bytes).collect()
}

/// The code of a refusal, which must say in words why.
pub(crate) fn code(response: &Response) -> &str {
    match response {
        Response::Refused { code, message, .. } if !message.is_empty() => code,
        other => panic!("not refused: {other:?}"),
    }
}
