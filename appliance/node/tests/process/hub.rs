//! A real hub over real TLS, on threads of this process, that can be stopped and started again.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use holdfast_clinical::FhirRules;
use holdfast_hub::config::{Config, load};
use holdfast_hub::storage::{SCHEMA, open_database};
use holdfast_link::ca::{Authority, SigningRequest};
use holdfast_link::enrol::CERT_FILE;
use holdfast_link::enrolment::{DatabaseTokens, Enrolment, IssuedLog};
use holdfast_link::identity::{PeerIdentity, PeerKind};
use holdfast_link::keys::{KEY_FILE, PrivateKey};
use holdfast_link::server::ServeOptions;
use holdfast_store::quarantine::{self, Held, Review};
use holdfast_store::{Place, Surroundings, fleet};
use tokio::sync::watch;

use crate::support::{Answer, Node, eventually, read, run, send_to, stderr};

const DAY_MS: u64 = 86_400_000;

pub(crate) struct Hub {
    config: Config,
    running: Option<(watch::Sender<bool>, JoinHandle<()>)>,
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

impl Hub {
    /// Starts a hub with a folder of its own.
    pub(crate) fn start(data: PathBuf) -> Self {
        Self::start_with(data, &[])
    }

    /// One that looks every second at what of the clinics' time comes back.
    pub(crate) fn start_booking(data: PathBuf) -> Self {
        Self::start_with(data, &[("booking", "check_every_s", "1".to_owned())])
    }

    fn start_with(data: PathBuf, more: &[(&'static str, &'static str, String)]) -> Self {
        let mut flags = vec![
            ("hub", "data_dir", data.display().to_string()),
            ("hub", "listen", free_address()),
            ("hub", "sync_listen", free_address()),
        ];
        flags.extend_from_slice(more);
        let mut hub = Self { config: load(None, Vec::new(), &flags).unwrap(), running: None };
        hub.go_on();
        hub
    }

    /// Starts it again where it was.
    pub(crate) fn go_on(&mut self) {
        // A second provider is refused, and the first one is this.
        let _is_set = rustls::crypto::ring::default_provider().install_default();
        let (stop, stopped) = watch::channel(false);
        let config = self.config.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(holdfast_hub::serve::serve(config, true, stopped)).unwrap();
        });
        self.running = Some((stop, thread));
        // Its ports are bound before the token of this start is written, and served after that.
        eventually("the hub serves", || {
            TcpStream::connect(self.config.hub.sync_listen).is_ok()
                && TcpStream::connect(self.config.hub.listen).is_ok()
                && send_to(&self.config.hub.listen.to_string(), "", "GET", "/readyz", "").status == 200
        });
    }

    /// Stops it: the link of every node goes down.
    pub(crate) fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            stop.send_replace(true);
            thread.join().unwrap();
        }
    }

    /// Enrols a data folder as a replica of the clinic "north".
    pub(crate) fn enrol(&self, data: &Path, replica: &str) {
        let clock = ServeOptions::default().clock;
        let ca = Authority::load_or_create(&self.config.hub.data_dir.join("ca"), clock()).unwrap();
        let tokens = Arc::new(DatabaseTokens(open_database(&self.config).unwrap()));
        let (issued, now) = (tokens.clone(), clock());
        let enrolment = Enrolment { ca: ca.into(), tokens, issued, endpoints: Vec::new(), clock };
        let identity = PeerIdentity::new("north", PeerKind::Node, replica).unwrap();
        let token = enrolment.mint_token(&identity, now).unwrap().to_text();
        let hub = format!("https://{}", self.config.hub.sync_listen);
        let done = run(&["enrol", "--hub", &hub, "--token", &token, "--data-dir", data.to_str().unwrap()]);
        assert!(done.status.success(), "{}", stderr(&done));
    }

    /// Puts a certificate that ended ten days ago in the place of the one in a data folder, for the same key; `on_record`
    /// says whether the hub has noted that it gave it out.
    pub(crate) fn let_expire(&self, data: &Path, replica: &str, on_record: bool) {
        let folder = data.join("enrolment");
        let key = PrivateKey::load(&folder, KEY_FILE).unwrap();
        let csr = SigningRequest::parse_pem(&key.csr_pem().unwrap()).unwrap();
        let clock = ServeOptions::default().clock;
        let ca = Authority::load_or_create(&self.config.hub.data_dir.join("ca"), clock()).unwrap();
        let identity = PeerIdentity::new("north", PeerKind::Node, replica).unwrap();
        let issued = ca.issue_client(&csr, &identity, clock() - 100 * DAY_MS, 90).unwrap();
        if on_record {
            DatabaseTokens(open_database(&self.config).unwrap()).record(&issued, None).unwrap();
        }
        std::fs::write(folder.join(CERT_FILE), issued.cert_pem).unwrap();
    }

    /// Asks the hub's own API.
    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let token = read(&self.config.hub.data_dir.join("dev-token"));
        send_to(&self.config.hub.listen.to_string(), &token, method, path, body)
    }

    pub(crate) fn put(&self, kind: &str, id: &str, rest: &str) {
        let body = format!("{{\"resourceType\":\"{kind}\",\"id\":\"{id}\"{rest}}}");
        let answer = self.send("PUT", &format!("/fhir/{kind}/{id}"), &body);
        assert!(answer.status < 300, "{answer:?}");
    }

    /// Lets a clinic hold a patient, as the command line does.
    pub(crate) fn share(&self, patient: &str, clinic: &str) {
        let db = open_database(&self.config).unwrap();
        holdfast_store::upstream::share(&*db, &holdfast_core::id::Scope::patient(patient), clinic).unwrap();
    }

    /// Revokes a replica of the clinic "north", as the command line does.
    pub(crate) fn revoke(&self, replica: &str) {
        let db = open_database(&self.config).unwrap();
        fleet::revoke(&*db, "north", replica, (ServeOptions::default().clock)(), "stolen").unwrap();
    }

    fn quarantine(&self) -> Vec<Held> {
        let mut out = Vec::new();
        let db = open_database(&self.config).unwrap();
        quarantine::each(&*db, &mut |held| {
            out.push(held);
            Ok(())
        })
        .unwrap();
        out
    }

    /// How many saves wait for a person's decision.
    pub(crate) fn held_for_review(&self) -> usize {
        let saves = |op: &&holdfast_core::op::Op| op.entity.kind != "HoldfastAudit";
        self.quarantine().iter().map(|held| held.ops.iter().filter(saves).count()).sum()
    }

    /// Accepts them, oldest first.
    pub(crate) fn accept_all(&self) {
        for held in self.quarantine() {
            let db = open_database(&self.config).unwrap();
            let place = Place { clinic: String::new(), schema: SCHEMA };
            Review::of(db, Arc::new(FhirRules), place, Surroundings::default()).accept(held.no).unwrap();
        }
    }

    pub(crate) fn holds(&self, path: &str) -> bool {
        self.send("GET", path, "").status == 200
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            stop.send_replace(true);
            let _ended = thread.join();
        }
    }
}

impl Node {
    pub(crate) fn continuity(&self) -> serde_json::Value {
        serde_json::from_str(&self.get("/api/continuity").body).unwrap_or_default()
    }

    /// Waits until everything written here is at the hub and the link stands.
    pub(crate) fn settles(&self) {
        eventually("everything is at the hub", || {
            let state = self.continuity();
            let link = &state["link"];
            state["unsent"] == 0 && link["state"] == "connected" && link["waitingScopes"] == 0
        });
    }

    pub(crate) fn link_goes_down(&self) {
        eventually("the link is down", || self.continuity()["link"]["state"] != "connected");
    }
}
