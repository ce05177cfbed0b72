//! Starting the real binary, talking to it in plain HTTP/1.1, and a node for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use holdfast_node::config::Config;
use holdfast_node::control::{Order, ask};
use holdfast_node::data_dir::DataDir;
use serde_json::Value;

use crate::cable::Cable;

const READY: Duration = Duration::from_secs(60);

pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast-desktop-headless"));
    command.stdin(Stdio::null());
    command
}

/// A real node on threads of this process, for as long as that runs. Desktops reach it by a cable.
pub(crate) struct Node {
    dir: DataDir,
    api: String,
    token: String,
    pub(crate) cable: Cable,
}

impl Node {
    pub(crate) fn start(home: &Path) -> Self {
        let data = home.join("node");
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let (api, desktops) = (free(), free());
        let cable = Cable::to(&desktops);
        let flags = [
            ("node", "data_dir", data.display().to_string()),
            ("node", "listen", api.clone()),
            ("desktops", "listen", desktops),
        ];
        let endpoints = format!("https://{}", cable.address);
        let environment = [("HOLDFAST_DESKTOPS__ENDPOINTS".to_owned(), endpoints)];
        let config = Config::parse(None, environment, &flags).unwrap();
        std::thread::spawn(move || {
            let _is_set = rustls::crypto::ring::default_provider().install_default();
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(holdfast_node::serve::serve(config, true, Default::default())).unwrap();
        });
        let dir = DataDir::new(&data);
        eventually("the node serves", || TcpStream::connect(&api).is_ok() && dir.control_socket().exists());
        let token = std::fs::read_to_string(data.join("dev-token")).unwrap();
        Self { dir, api, token, cable }
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

    pub(crate) fn revoke(&self, name: &str) {
        let order = Order::RevokeDesktop { name: name.to_owned(), reason: "stolen".to_owned() };
        ask(&self.dir, &order, &mut |_| {}).unwrap().unwrap();
    }

    /// Somebody who writes under `Practitioner/LOGIN`.
    pub(crate) fn add_person(&self, login: &str, pin: &str, role: &str) {
        let body = format!(
            "{{\"login\":\"{login}\",\"name\":\"{login}\",\"pin\":\"{pin}\",\"roles\":[\"{role}\"],\
             \"practitioner\":\"Practitioner/{login}\"}}"
        );
        let answer = self.ask("POST", "/api/people", &body);
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    pub(crate) fn deactivate(&self, login: &str) {
        let people: Value = serde_json::from_str(&self.get("/api/people")).unwrap();
        let all = people["people"].as_array().unwrap();
        let person = all.iter().find(|person| person["login"] == login).unwrap();
        let path = format!("/api/people/{}", person["id"].as_str().unwrap());
        let answer = self.ask("PUT", &path, "{\"active\":false}");
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    pub(crate) fn put(&self, kind: &str, id: &str, rest: &str) {
        let body = format!("{{\"resourceType\":\"{kind}\",\"id\":\"{id}\"{rest}}}");
        let answer = self.ask("PUT", &format!("/fhir/{kind}/{id}"), &body);
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.ask("GET", path, "").body
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let bearer = format!("authorization: Bearer {}", self.token);
        send(&self.api, &[&bearer], method, path, body)
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
        let cookie = self.launch();
        let token = std::fs::read_to_string(self.data.join("dev-token")).unwrap_or_default();
        let bearer = format!("authorization: Bearer {token}");
        let headers: &[&str] = if token.is_empty() { &[&cookie] } else { &[&cookie, &bearer] };
        send(&self.authority, headers, method, path, body)
    }

    /// Signs somebody in, as the window does.
    pub(crate) fn sign_in(&self, (login, pin): (&str, &str)) -> Answer {
        self.send("POST", "/api/session", &credentials(login, pin))
    }

    /// Asks for a sign-in and waits for no answer.
    pub(crate) fn begin_sign_in(&self, (login, pin): (&str, &str)) {
        let (authority, cookie) = (self.authority.clone(), self.launch());
        let body = credentials(login, pin);
        std::thread::spawn(move || {
            try_send(&authority, &authority, &[&cookie], "POST", "/api/session", &body)
        });
    }

    /// As the window of somebody whose sign-in was answered so.
    pub(crate) fn send_as(&self, signed: &Answer, method: &str, path: &str, body: &str) -> Answer {
        let session = signed.head_as_sent.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        let session = session.unwrap_or_else(|| panic!("{signed:?}")).split(';').next().unwrap();
        let cookie = format!("{}; {session}", self.launch());
        send(&self.authority, &[&cookie, "x-holdfast: 1"], method, path, body)
    }

    fn launch(&self) -> String {
        format!("cookie: other=1; holdfast_launch={}", self.secret)
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
    /// In lower case.
    pub(crate) head: String,
    head_as_sent: String,
    pub(crate) body: String,
}

fn credentials(login: &str, pin: &str) -> String {
    format!("{{\"login\":\"{login}\",\"pin\":\"{pin}\"}}")
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
    let answer = try_send(authority, host, headers, method, path, body);
    answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
}

fn try_send(
    authority: &str,
    host: &str,
    headers: &[&str],
    method: &str,
    path: &str,
    body: &str,
) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(READY))?;
    let more: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let length = body.len();
    let text = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\n{more}connection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let cut_short = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(cut_short)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(cut_short)?;
    Ok(Answer { status, head: head.to_lowercase(), head_as_sent: head.to_owned(), body: body.to_owned() })
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
