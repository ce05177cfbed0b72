//! A server on a real socket over a store in a temporary file, and a plain HTTP client.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

pub mod authenticator;
pub mod files;
pub mod people;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use holdfast_api::access::policy::{Principal, Role};
use holdfast_api::access::token::OneToken;
use holdfast_api::{ApiParts, ApiState, router};
use holdfast_clinical::FhirRules;
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::writer::Writer;
use holdfast_store::{Place, Records, Surroundings};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

/// A clinician's token.
pub const TOKEN: &str = "clinician-token-4711";
/// Another clinician's.
pub const OTHER: &str = "other-clinician-token";
/// The front desk's.
pub const DESK: &str = "front-desk-token";
/// An administrator's, who sees no charts.
pub const ADMIN: &str = "administrator-token";

pub struct Server {
    pub address: SocketAddr,
    pub state: ApiState,
    pub writer: Writer,
    pub db: Arc<Sqlite>,
    _folder: TempDir,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    /// The body as it came.
    pub bytes: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|v| v.to_str().unwrap()).unwrap_or_default()
    }

    /// The stable code of an error, in either form.
    pub fn code(&self) -> String {
        let json = self.json();
        let coding = &json["issue"][0]["details"]["coding"][0]["code"];
        coding.as_str().or(json["code"].as_str()).unwrap_or_default().to_owned()
    }

    pub fn text(&self) -> String {
        let json = self.json();
        json["issue"][0]["details"]["text"]
            .as_str()
            .or(json["detail"].as_str())
            .unwrap_or_default()
            .to_owned()
    }

    /// The version in the ETag.
    pub fn version(&self) -> String {
        self.header("etag").trim_start_matches("W/").trim_matches('"').to_owned()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// An error with this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}", self.body);
        self
    }
}

fn writer(folder: &TempDir) -> (Arc<Sqlite>, Writer) {
    let db = Arc::new(Sqlite::open(&folder.path().join("store.db"), SqliteOptions::default()).unwrap());
    let identity = Identity::beside(Arc::new(MemorySidecar::default()));
    let place = Place { clinic: "north".into(), schema: 1 };
    let records =
        Records::open(db.clone(), Arc::new(FhirRules), identity, place, Surroundings::default()).unwrap();
    (db, Writer::start(Arc::new(records)).unwrap())
}

pub async fn start() -> Server {
    start_with(|parts| parts).await
}

pub async fn start_with(change: impl FnOnce(ApiParts) -> ApiParts) -> Server {
    let folder = TempDir::new().unwrap();
    let (db, writer) = writer(&folder);
    let tokens = vec![
        OneToken::new(TOKEN, Principal::new("Practitioner/nurse", [Role::Clinician])),
        OneToken::new(OTHER, Principal::new("Practitioner/doctor", [Role::Clinician])),
        OneToken::new(DESK, Principal::new("Practitioner/desk", [Role::FrontDesk])),
        OneToken::new(ADMIN, Principal::new("Practitioner/admin", [Role::Admin])),
    ];
    let state = ApiState::new(change(ApiParts::new(writer.clone(), Arc::new(tokens))));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Server { address, state, writer, db, _folder: folder }
}

impl Server {
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body, bytes }
    }

    pub fn request(&self, method: &str, path: &str) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.address.to_string())
            .header("authorization", format!("Bearer {TOKEN}"))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Full::default()).unwrap()).await
    }

    pub async fn get_as(&self, token: &str, path: &str) -> Answer {
        let request = Request::builder().uri(path).header("host", self.address.to_string());
        self.send(request.header("authorization", format!("Bearer {token}")).body(Full::default()).unwrap())
            .await
    }

    pub async fn post_as(&self, token: &str, path: &str, body: &str) -> Answer {
        let request = Request::builder().method("POST").uri(path).header("host", self.address.to_string());
        let request = request.header("content-type", "application/fhir+json");
        let request = request.header("authorization", format!("Bearer {token}"));
        self.send(request.body(Full::from(body.to_owned())).unwrap()).await
    }

    pub async fn with_body(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = self.request(method, path).header("content-type", "application/fhir+json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::from(body.to_owned())).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &str) -> Answer {
        self.with_body("POST", path, &[], body).await
    }

    pub async fn put(&self, path: &str, body: &str) -> Answer {
        self.with_body("PUT", path, &[], body).await
    }

    /// A request with these headers and no others but the sign-in.
    pub async fn with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = self.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::new(body.into())).unwrap()).await
    }

    /// The same as somebody else.
    pub async fn as_with(
        &self,
        token: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header("host", self.address.to_string());
        request = request.header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::new(body.into())).unwrap()).await
    }

    /// A JSON Patch.
    pub async fn patch(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = [&[("content-type", "application/json-patch+json")], headers].concat();
        self.with("PATCH", path, &headers, body.to_owned()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request("DELETE", path).body(Full::default()).unwrap()).await
    }

    /// Stores a patient under a client's id; the version.
    pub async fn patient(&self, id: &str, rest: &str) -> String {
        let answer = self.put(&format!("/fhir/Patient/{id}"), &patient(id, rest)).await;
        assert!(matches!(answer.status, 200 | 201), "{}", answer.body);
        answer.version()
    }

    /// How many resources are stored at all.
    pub async fn held(&self) -> u64 {
        self.writer.read(|view| view.counts()).await.unwrap().0
    }
}

/// A patient's JSON.
pub fn patient(id: &str, rest: &str) -> String {
    format!(
        "{{\"resourceType\":\"Patient\",\"id\":\"{id}\"{}{rest}}}",
        if rest.is_empty() { "" } else { "," }
    )
}

/// Takes over what `from` has written itself, as a session would.
pub async fn copy(from: &Server, to: &Server) {
    copy_as("node", from, to).await;
}

/// The same, of a replica of another kind.
pub async fn copy_as(kind: &str, from: &Server, to: &Server) {
    use holdfast_core::id::Lane;
    use holdfast_core::message::{Request, Response};
    use holdfast_store::upstream::Peer;
    let peer = Peer { replica: from.address.to_string(), clinic: "north".into(), kind: kind.into() };
    let (from, to) = (from.writer.records().clone(), to.writer.records().clone());
    let work = move || {
        to.register_replica(&peer).unwrap();
        let Response::Welcome { known, .. } = to.respond(&peer, &from.hello().unwrap()) else {
            panic!("no welcome")
        };
        for lane in Lane::ALL {
            let reached =
                known.iter().filter(|r| r.lane == lane && r.actor == from.actor()).map(|r| r.seq).max();
            for out in from.outgoing(lane, reached.unwrap_or(0), 100).unwrap() {
                let answer = to.respond(&peer, &Request::Push { segment: out.bytes });
                assert!(matches!(answer, Response::Ack { .. }), "{answer:?}");
            }
        }
    };
    tokio::task::spawn_blocking(work).await.unwrap();
}
