//! Starting the real binary, talking to it in plain HTTP/1.1, and a node for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use holdfast_node::config::Config;
use holdfast_node::control::{Order, ask};
use holdfast_node::data_dir::DataDir;

const READY: Duration = Duration::from_secs(60);

pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast-desktop-headless"));
    command.stdin(Stdio::null());
    command
}

/// A real node on threads of this process, for as long as that runs.
pub(crate) struct Node {
    dir: DataDir,
    api: String,
    token: String,
}

impl Node {
    pub(crate) fn start(home: &Path) -> Self {
        let data = home.join("node");
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let api = free();
        let flags = [
            ("node", "data_dir", data.display().to_string()),
            ("node", "listen", api.clone()),
            ("desktops", "listen", free()),
        ];
        let config = Config::parse(None, Vec::new(), &flags).unwrap();
        std::thread::spawn(move || {
            let _is_set = rustls::crypto::ring::default_provider().install_default();
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(holdfast_node::serve::serve(config, true)).unwrap();
        });
        let dir = DataDir::new(&data);
        eventually("the node serves", || TcpStream::connect(&api).is_ok() && dir.control_socket().exists());
        let token = std::fs::read_to_string(data.join("dev-token")).unwrap();
        Self { dir, api, token }
    }

    /// Address and token for a new desktop.
    pub(crate) fn admit(&self, name: &str) -> (String, String) {
        let order = Order::EnrolDesktop { name: name.to_owned() };
        let text = ask(&self.dir, &order, &mut |_| {}).unwrap().unwrap();
        let after = |label: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_default();
            line.trim().to_owned()
        };
        (after("node"), after("token"))
    }

    pub(crate) fn put(&self, kind: &str, id: &str, rest: &str) {
        let body = format!("{{\"resourceType\":\"{kind}\",\"id\":\"{id}\"{rest}}}");
        let bearer = format!("authorization: Bearer {}", self.token);
        let answer = send(&self.api, &[&bearer], "PUT", &format!("/fhir/{kind}/{id}"), &body);
        assert_eq!(answer.status, 201, "{answer:?}");
    }
}

/// A running desktop. Dropping it kills it.
pub(crate) struct Desktop {
    child: Child,
    pub(crate) data: PathBuf,
    pub(crate) authority: String,
    pub(crate) secret: String,
}

impl Desktop {
    pub(crate) fn start(data: &Path, flags: &[&str]) -> Self {
        let mut command = binary();
        command.args(["--headless", "--data-dir"]).arg(data).args(flags);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("ready http://").unwrap_or_else(|| panic!("{line:?}"));
        let (authority, secret) = address.split_once("/launch/").unwrap();
        Self { authority: authority.to_owned(), secret: secret.to_owned(), child, data: data.to_owned() }
    }

    /// As the window asks: with the cookie of the launch; as an administrator where there is a token for trials.
    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let cookie = format!("cookie: other=1; holdfast_launch={}", self.secret);
        let token = std::fs::read_to_string(self.data.join("dev-token")).unwrap_or_default();
        let bearer = format!("authorization: Bearer {token}");
        let headers: &[&str] = if token.is_empty() { &[&cookie] } else { &[&cookie, &bearer] };
        send(&self.authority, headers, method, path, body)
    }

    pub(crate) fn enrol(&self, node: &Node, name: &str) {
        let (url, token) = node.admit(name);
        let body = format!("{{\"node\":\"{url}\",\"token\":\"{token}\"}}");
        let answer = self.send("POST", "/api/desktop/enrol", &body);
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; whether it ended well.
    pub(crate) fn stop(&mut self) -> bool {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap().success()
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// One request on a connection of its own.
pub(crate) fn send(authority: &str, headers: &[&str], method: &str, path: &str, body: &str) -> Answer {
    send_to_host(authority, authority, headers, method, path, body)
}

/// The same, naming another host.
pub(crate) fn send_to_host(
    authority: &str,
    host: &str,
    headers: &[&str],
    method: &str,
    path: &str,
    body: &str,
) -> Answer {
    let mut stream = TcpStream::connect(authority).unwrap();
    stream.set_read_timeout(Some(READY)).unwrap();
    let more: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let length = body.len();
    let text = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\n{more}connection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_lowercase(), body: body.to_owned() }
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Waits until something holds.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < until, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
