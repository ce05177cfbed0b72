//! Starting the real binary and asking it over plain HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use holdfast_link::enrol::EnrolToken;
use holdfast_link::transport::Endpoint;

/// A body that is longer is announced alone.
const LONG_BODY: usize = 500_000;

/// A running hub with a folder of its own. Dropping it kills it.
pub(crate) struct Hub {
    child: Child,
    api: String,
    pub(crate) endpoint: Endpoint,
    data: PathBuf,
    envs: Vec<(String, String)>,
    _home: tempfile::TempDir,
}

fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast-hub"));
    command.stdin(Stdio::null());
    command
}

impl Hub {
    pub(crate) fn start() -> Self {
        Self::start_with(&["--dev"])
    }

    /// As it runs in earnest: nobody may use the API until somebody is given a token.
    pub(crate) fn start_without_dev() -> Self {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(flags: &[&str]) -> Self {
        Self::start_in(flags, &[])
    }

    /// The same with variables in its environment, and in that of its commands; `HOME` in a value is its folder.
    pub(crate) fn start_in(flags: &[&str], envs: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("hub");
        let log = std::fs::File::create(home.path().join("log")).unwrap();
        let value = |text: &str| text.replace("HOME", &home.path().display().to_string());
        let envs: Vec<(String, String)> =
            envs.iter().map(|(name, text)| ((*name).to_owned(), value(text))).collect();
        let mut command = binary();
        command.arg("serve").args(flags).args(["--listen", "127.0.0.1:0", "--sync-listen", "127.0.0.1:0"]);
        command.envs(envs.clone());
        let mut child =
            command.arg("--data-dir").arg(&data).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut value = |name: &str| lines.next().unwrap().strip_prefix(name).unwrap().to_owned();
        let (sync, api) = (value("sync "), value("ready http://"));
        Self { child, api, endpoint: Endpoint::parse(&sync).unwrap(), data, envs, _home: home }
    }

    /// Runs a command of the binary beside the running hub; its answer.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let mut command = binary();
        command.args(args).envs(self.envs.clone()).arg("--data-dir").arg(&self.data);
        let done = command.output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }

    /// Runs a command that must fail; what it says.
    pub(crate) fn fails(&self, args: &[&str]) -> String {
        let mut command = binary();
        command.args(args).envs(self.envs.clone()).arg("--data-dir").arg(&self.data);
        let done = command.output().unwrap();
        assert!(!done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stdout));
        String::from_utf8(done.stderr).unwrap()
    }

    /// Runs `serve` on the side, with a folder of its own, which must fail; what it says.
    pub(crate) fn fails_to_serve(flags: &[&str]) -> String {
        let home = tempfile::tempdir().unwrap();
        let mut command = binary();
        command.arg("serve").args(flags).args(["--listen", "127.0.0.1:0", "--sync-listen", "127.0.0.1:0"]);
        command.arg("--data-dir").arg(home.path().join("hub")).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(60);
        while child.try_wait().unwrap().is_none() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ended_already = child.kill();
        let done = child.wait_with_output().unwrap();
        assert!(done.status.code().is_some_and(|code| code != 0), "{flags:?}: it serves");
        String::from_utf8(done.stderr).unwrap()
    }

    pub(crate) fn data(&self) -> &std::path::Path {
        &self.data
    }

    /// Asks without signing in; the status and the answer's text.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.api).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            self.api,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // Whoever refuses a body by its length alone does not read it.
        if body.len() <= LONG_BODY {
            stream.write_all(body.as_bytes()).unwrap();
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// The status of a GET with this token.
    pub(crate) fn status(&self, path: &str, token: &str) -> u16 {
        let mut stream = TcpStream::connect(&self.api).unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n",
            self.api
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(crate) fn token(&self, clinic: &str, replica: &str) -> EnrolToken {
        let text = self.run(&["enrol-token", "--clinic", clinic, "--replica", replica]);
        EnrolToken::parse(text.trim()).unwrap()
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.data.parent().unwrap().join("log")).unwrap()
    }

    pub(crate) fn metrics(&self) -> String {
        let mut stream = TcpStream::connect(&self.api).unwrap();
        write!(stream, "GET /metrics HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.api).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// What was refused with this code stands in the log and is counted.
    pub(crate) fn has_told(&self, code: &str) {
        let line = format!("sync_refused_total{{code=\"{code}\"}}");
        eventually(&line, || self.metrics().contains(&line));
        assert!(self.log().contains(&format!("\"{code}\"")), "{code} is not in the log:\n{}", self.log());
    }

    /// A line of the metrics, once it is there.
    pub(crate) fn shows(&self, line: &str) {
        eventually(line, || self.metrics().lines().any(|found| found == line));
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Waits until something holds.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < until, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
