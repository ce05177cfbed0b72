//! A desktop without its window, on threads of this process, that can be stopped and started again.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use holdfast_desktop_host::data_dir::DataDir;
use holdfast_desktop_host::settings::Settings;
use holdfast_desktop_host::{Options, serve};
use tokio::sync::watch;

use crate::support::{Answer, Node, eventually, read, run, send_with, stderr, stdout};

pub(crate) struct Desktop {
    data: PathBuf,
    authority: String,
    secret: String,
    running: Option<(watch::Sender<bool>, JoinHandle<()>)>,
}

/// What the node says of a new desktop: where it is reached, and the token.
pub(crate) fn admit(node: &Node, name: &str) -> (String, String) {
    let done = run(&["enrol-desktop", "--name", name, "--data-dir", node.data.to_str().unwrap()]);
    assert!(done.status.success(), "{}", stderr(&done));
    let text = stdout(&done);
    let after = |label: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_default();
        line.trim().to_owned()
    };
    (after("node"), after("token"))
}

impl Desktop {
    /// Starts one for trials on a folder of its own, not enrolled.
    pub(crate) fn start(data: PathBuf) -> Self {
        let (authority, secret) = (String::new(), String::new());
        let mut desktop = Self { data, authority, secret, running: None };
        desktop.go_on();
        desktop
    }

    /// Starts one and enrols it at a node.
    pub(crate) fn enrolled(data: PathBuf, node: &Node, name: &str) -> Self {
        let desktop = Self::start(data);
        let (url, token) = admit(node, name);
        let body = format!("{{\"node\":\"{url}\",\"token\":\"{token}\"}}");
        let answer = desktop.send("POST", "/api/desktop/enrol", &body);
        assert_eq!(answer.status, 201, "{answer:?}");
        desktop
    }

    /// Starts it again where it was.
    pub(crate) fn go_on(&mut self) {
        let (stop, stopped) = watch::channel(false);
        let listen = "127.0.0.1:0".parse().unwrap();
        let options =
            Options { dir: DataDir::new(&self.data), listen, dev: true, keyring: None, restart: None };
        let (told, address) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let settings = Settings::parse(None, Vec::new()).unwrap();
                let served = serve(&options, settings, stopped).await.unwrap();
                told.send(served.first_address.clone()).unwrap();
                served.ended().await;
            });
        });
        let address = address.recv().unwrap();
        let (authority, secret) = address.strip_prefix("http://").unwrap().split_once("/launch/").unwrap();
        (self.authority, self.secret) = (authority.to_owned(), secret.to_owned());
        self.running = Some((stop, thread));
    }

    /// Ends it cleanly.
    pub(crate) fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            stop.send_replace(true);
            thread.join().unwrap();
        }
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let token = if Path::new(&self.data).join("dev-token").exists() {
            read(&self.data.join("dev-token"))
        } else {
            String::new()
        };
        let launch = format!("x-holdfast-launch: {}", self.secret);
        send_with(&self.authority, &token, &[&launch], method, path, body)
    }

    pub(crate) fn put(&self, kind: &str, id: &str, rest: &str) -> Answer {
        let body = format!("{{\"resourceType\":\"{kind}\",\"id\":\"{id}\"{rest}}}");
        self.send("PUT", &format!("/fhir/{kind}/{id}"), &body)
    }

    pub(crate) fn holds(&self, path: &str, part: &str) -> bool {
        let answer = self.send("GET", path, "");
        answer.status == 200 && answer.body.contains(part)
    }

    /// Waits until everything written here is at the node.
    pub(crate) fn settles(&self) {
        eventually("everything is at the node", || {
            let body = self.send("GET", "/api/continuity", "").body;
            let state: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
            state["unsent"] == 0 && state["link"]["state"] == "connected"
        });
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            stop.send_replace(true);
            let _ended = thread.join();
        }
    }
}
