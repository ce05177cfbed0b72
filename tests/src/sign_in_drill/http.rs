//! Plain HTTP/1.1, one connection a request.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result};

const LIMIT: Duration = Duration::from_secs(30);
/// Streams of events never end: what has come of one by then is its answer.
const OF_A_STREAM: Duration = Duration::from_millis(500);

/// By what somebody is known.
#[derive(Clone, Debug)]
pub(super) enum Sign {
    /// By nothing.
    Nobody,
    /// `holdfast_session=…`.
    Cookie(String),
    /// A program's token.
    Token(String),
}

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) body: Option<String>,
    /// `If-None-Match: *`.
    pub(super) is_new: bool,
}

impl Ask {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), body: None, is_new: false }
    }

    pub(super) fn send(method: &'static str, path: impl Into<String>, body: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: Some(body.into()), is_new: false }
    }
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) cookie: Option<String>,
    pub(super) body: String,
}

/// Asks, and waits for the whole answer.
///
/// # Errors
/// Nobody answers in time.
pub(super) fn ask(authority: &str, sign: &Sign, ask: &Ask) -> Result<Answer> {
    ask_with(authority, sign, ask, "")
}

/// The same, with header lines of its own, each with its end.
///
/// # Errors
/// As [`ask`].
pub(super) fn ask_with(authority: &str, sign: &Sign, ask: &Ask, more: &str) -> Result<Answer> {
    let mut stream =
        TcpStream::connect(authority).with_context(|| format!("cannot connect to {authority}"))?;
    let is_stream = ask.path.ends_with("/events");
    stream.set_read_timeout(Some(if is_stream { OF_A_STREAM } else { LIMIT }))?;
    let who = match sign {
        Sign::Nobody => String::new(),
        Sign::Cookie(cookie) => format!("cookie: {cookie}\r\nx-holdfast: 1\r\n"),
        Sign::Token(token) => format!("authorization: Bearer {token}\r\n"),
    };
    let media = if ask.method == "PATCH" { "application/json-patch+json" } else { "application/json" };
    let new = if ask.is_new { "if-none-match: *\r\n" } else { "" };
    let body = ask.body.as_deref().unwrap_or_default();
    let head = format!(
        "{} {} HTTP/1.1\r\nhost: {authority}\r\n{who}{new}{more}connection: close\r\ncontent-type: {media}\r\ncontent-length: {}\r\n\r\n",
        ask.method,
        ask.path,
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Err(error) if !is_stream => {
            return Err(error).with_context(|| format!("no answer to {} {}", ask.method, ask.path));
        }
        _ => {}
    }
    read(&bytes).with_context(|| format!("no answer to {} {}", ask.method, ask.path))
}

fn read(bytes: &[u8]) -> Option<Answer> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let cookie = lines.find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("set-cookie")
            .then(|| value.split(';').next().unwrap_or_default().to_owned())
    });
    Some(Answer { status, cookie, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_its_cookie() {
        let answer = read(b"HTTP/1.1 201 Created\r\nSet-Cookie: a=b; Path=/\r\n\r\n{}").unwrap();
        assert_eq!((answer.status, answer.cookie.as_deref(), answer.body.as_str()), (201, Some("a=b"), "{}"));
        assert!(read(b"HTTP/1.1 201").is_none());
    }
}
