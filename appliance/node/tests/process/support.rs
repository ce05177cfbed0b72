//! Starting the real binary, and talking to it in plain HTTP/1.1.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// A start on a busy machine, in a debug build.
const READY: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(30);

/// The binary.
pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast-node"));
    command.stdin(Stdio::null());
    command
}

/// Runs a command of the binary to its end.
pub(crate) fn run(args: &[&str]) -> Output {
    binary().args(args).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running node. Dropping it kills it.
pub(crate) struct Node {
    child: Child,
    pub url: String,
    pub data: PathBuf,
    pub log: PathBuf,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub body: String,
}

impl Node {
    /// Starts `serve --dev` on a folder, on a free port.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &["--dev"])
    }

    pub(crate) fn start_with(data: &Path, flags: &[&str]) -> Self {
        let log = data.with_extension("log");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut command = binary();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data).args(flags);
        let mut child = command.stdout(Stdio::piped()).stderr(file).spawn().unwrap();
        let mut line = String::new();
        let started = Instant::now();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert!(started.elapsed() < READY, "not ready in time");
        let url = line.trim().strip_prefix("ready ").unwrap_or_else(|| panic!("{line:?}: {}", read(&log)));
        Self { url: url.to_owned(), child, data: data.to_owned(), log }
    }

    pub(crate) fn token(&self) -> String {
        read(&self.data.join("dev-token"))
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send_as(&self.token(), method, path, body)
    }

    pub(crate) fn send_as(&self, token: &str, method: &str, path: &str, body: &str) -> Answer {
        send_to(self.url.strip_prefix("http://").unwrap(), token, method, path, body)
    }

    pub(crate) fn put(&self, kind: &str, id: &str, rest: &str) -> Answer {
        let body = format!("{{\"resourceType\":\"{kind}\",\"id\":\"{id}\"{rest}}}");
        self.send("PUT", &format!("/fhir/{kind}/{id}"), &body)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "")
    }

    /// SIGKILL, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    /// SIGTERM, and its exit.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.signal(rustix::process::Signal::TERM);
        self.wait()
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + STOP;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it does not end: {}", read(&self.log));
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// One request on a connection of its own.
pub(crate) fn send_to(authority: &str, token: &str, method: &str, path: &str, body: &str) -> Answer {
    send_with(authority, token, &[], method, path, body)
}

/// The same, of the staff's own routes, which take plain JSON.
pub(crate) fn send_json(authority: &str, token: &str, method: &str, path: &str, body: &str) -> Answer {
    send_typed(authority, token, "application/json", &[], method, path, body)
}

/// The same, with more headers.
pub(crate) fn send_with(
    authority: &str,
    token: &str,
    headers: &[&str],
    method: &str,
    path: &str,
    body: &str,
) -> Answer {
    send_typed(authority, token, "application/fhir+json", headers, method, path, body)
}

/// The same, by somebody who has no token: `headers` say who it is.
pub(crate) fn send_plain(authority: &str, headers: &[&str], method: &str, path: &str, body: &str) -> Answer {
    send_typed(authority, "", "application/json", headers, method, path, body)
}

/// The cookie that a request is answered with.
pub(crate) fn cookie_of(stream: &mut TcpStream, authority: &str, path: &str, body: &str) -> String {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\nx-holdfast: 1\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let lines = answer.lines().map(str::to_owned);
    let mut cookie =
        lines.filter_map(|line| Some(line.strip_prefix("set-cookie: ")?.split(';').next()?.to_owned()));
    cookie.next().unwrap_or_else(|| panic!("no cookie: {answer}"))
}

fn send_typed(
    authority: &str,
    token: &str,
    media: &str,
    headers: &[&str],
    method: &str,
    path: &str,
    body: &str,
) -> Answer {
    let more: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let mut stream = TcpStream::connect(authority).unwrap();
    stream.set_read_timeout(Some(READY)).unwrap();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {authority}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
         content-type: {media}\r\n{more}content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, body: body.to_owned() }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Waits until something holds.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < until, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
