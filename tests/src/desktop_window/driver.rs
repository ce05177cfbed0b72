//! A small client of WebKit's driver (W3C WebDriver): one session, which is one running window.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::display::Display;
use super::session::Session;
use crate::process::{Process, Spec, children_of};

/// A start of the window on a busy machine.
const ANSWER_WITHIN: Duration = Duration::from_secs(90);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// What marks an element in an answer (<https://www.w3.org/TR/webdriver2/#elements>).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A driver with its window.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Process,
    port: u16,
    session: Option<String>,
    /// Last: it ends after all who use it.
    pub(super) bus: Session,
}

impl Driver {
    /// Starts the driver, under a message bus of its own, so that nobody's desktop session is met. `home` is the window's.
    pub(crate) fn start(work: &Path, home: &Path, display: &Display) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let session = Session::start(work)?;
        let spec = Spec::program("webdriver", Path::new("/usr/bin/WebKitWebDriver"), work)
            .arg("--host=127.0.0.1")
            .arg(format!("--port={port}"))
            .env("DISPLAY", display.number())
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env("GDK_BACKEND", "x11")
            // Without a graphics card the page is drawn by the processor.
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true");
        let process = Process::spawn(&session.with(spec))
            .context("cannot start WebKit's driver; run .ci/setup desktop")?;
        let driver = Self { process, port, session: None, bus: session };
        let until = Instant::now() + ANSWER_WITHIN;
        while driver.ask("GET", "/status", None).is_err() {
            ensure!(Instant::now() < until, "WebKit's driver does not answer: {}", driver.process.log_tail());
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(driver)
    }

    /// Opens the window and waits until its page is there.
    pub(crate) fn open(&mut self, program: &Path) -> Result<()> {
        self.begin(program)?;
        let until = Instant::now() + ANSWER_WITHIN;
        loop {
            let state = self.script("return document.readyState + ' ' + location.pathname");
            match state {
                Ok(Value::String(state)) if state == "complete /" => return Ok(()),
                other if Instant::now() > until => bail!("the window's page is not there: {other:?}"),
                _ => std::thread::sleep(LOOK_AGAIN),
            }
        }
    }

    fn begin(&mut self, program: &Path) -> Result<()> {
        let options = json!({ "binary": program, "args": [] });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let answer = self.ask("POST", "/session", Some(&wanted))?;
        let session = answer["sessionId"].as_str().context("the driver names no session")?;
        self.session = Some(session.to_owned());
        Ok(())
    }

    /// Closes the window, as a person does.
    pub(super) fn close(&mut self) -> Result<()> {
        match self.session.take() {
            Some(session) => self.ask("DELETE", &format!("/session/{session}"), None).map(drop),
            None => Ok(()),
        }
    }

    /// SIGKILL for the window's program, as a power cut would; the session is gone with it.
    pub(super) fn kill_window(&mut self) -> Result<()> {
        let program = self.window_process().context("the window's program is not found")?;
        let pid = rustix::process::Pid::from_raw(i32::try_from(program)?).context("it has no number")?;
        rustix::process::kill_process(pid, rustix::process::Signal::KILL)?;
        let until = Instant::now() + ANSWER_WITHIN;
        while self.window_process().is_some() {
            ensure!(Instant::now() < until, "the window's program does not end");
            std::thread::sleep(LOOK_AGAIN);
        }
        // The driver may have noticed already.
        let _gone = self.close();
        Ok(())
    }

    /// A descendant of the driver that this one has started, by its name.
    fn window_process(&self) -> Option<u32> {
        let mut waiting = vec![self.process.pid()];
        while let Some(pid) = waiting.pop() {
            let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            // A name of 15 letters is all that the kernel keeps; one that has ended may wait to be reaped.
            if name.trim() == "holdfast-deskto" && !state.contains(") Z ") {
                return Some(pid);
            }
            waiting.extend(children_of(pid));
        }
        None
    }

    /// Runs a script in the page and returns what it returns; a promise is waited for.
    pub(crate) fn script(&self, text: &str) -> Result<Value> {
        let wrapped = format!(
            "const done = arguments[arguments.length - 1];\
             (async () => {{ {text} }})().then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));"
        );
        let body = json!({ "script": wrapped, "args": [] });
        let answer = self.ask("POST", &self.at("/execute/async")?, Some(&body))?;
        if let Some(error) = answer["error"].as_str() {
            bail!("the page says {error}");
        }
        Ok(answer["value"].clone())
    }

    /// Clicks an element that a script has returned.
    pub(super) fn click(&self, element: &Value) -> Result<()> {
        self.ask("POST", &self.of(element, "click")?, Some(&json!({}))).map(drop)
    }

    /// Types keys into a field.
    pub(super) fn type_into(&self, element: &Value, text: &str) -> Result<()> {
        self.ask("POST", &self.of(element, "value")?, Some(&json!({ "text": text }))).map(drop)
    }

    /// Presses keys together, and lets go of them in the other direction: `["\u{E009}", "k"]` is Ctrl+K
    /// (<https://www.w3.org/TR/webdriver2/#keyboard-actions>).
    pub(crate) fn keys(&self, together: &[&str]) -> Result<()> {
        let down = together.iter().map(|key| json!({ "type": "keyDown", "value": key }));
        let up = together.iter().rev().map(|key| json!({ "type": "keyUp", "value": key }));
        let actions: Vec<Value> = down.chain(up).collect();
        let body = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] });
        self.ask("POST", &self.at("/actions")?, Some(&body)).map(drop)
    }

    /// The address that the window shows.
    pub(super) fn address(&self) -> Result<String> {
        Ok(self.ask("GET", &self.at("/url")?, None)?.as_str().unwrap_or_default().to_owned())
    }

    fn of(&self, element: &Value, command: &str) -> Result<String> {
        let id = element[ELEMENT].as_str().with_context(|| format!("{element} is no element"))?;
        self.at(&format!("/element/{id}/{command}"))
    }

    fn at(&self, path: &str) -> Result<String> {
        let session = self.session.as_deref().context("no window is open")?;
        Ok(format!("/session/{session}{path}"))
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        let body = body.map(Value::to_string).unwrap_or_default();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}",
            self.port
        )?;
        let answer = read_answer(&mut stream)?;
        let value =
            serde_json::from_str::<Value>(&answer).context("the driver gave no JSON")?["value"].take();
        if let Some(error) = value["error"].as_str() {
            bail!("{method} {path}: {error}: {}", value["message"].as_str().unwrap_or_default());
        }
        Ok(value)
    }
}

/// The body of an answer; the driver keeps the connection open, whatever it is asked for.
fn read_answer(stream: &mut TcpStream) -> Result<String> {
    let (mut bytes, mut part) = (Vec::new(), [0; 8192]);
    loop {
        let count = stream.read(&mut part)?;
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_ascii_lowercase();
            let length =
                length.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if length.is_some_and(|length: usize| body.len() >= length) || count == 0 {
                return Ok(body.to_owned());
            }
        }
        ensure!(count > 0, "the driver ended its answer early");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A window that is gone already is closed.
        let _gone = self.close();
    }
}
