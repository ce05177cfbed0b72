//! HTTP/1.1 as bad clients speak it: every byte as the case says, one connection a request, reading while writing.

use anyhow::{Context, Result};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// The largest answer that is read: a page of 500 resources is far below.
const MAX_ANSWER_BYTES: usize = 64 << 20;

/// One thing that a client does.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes so many times, as long as the other side takes them.
    Repeat(Vec<u8>, u64),
    /// Sends nothing for a while.
    Pause(Duration),
    /// Says that no more will come, and goes on reading.
    EndOfSending,
    /// Goes away without reading.
    Leave,
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// A whole answer.
    Answered(Answer),
    /// The connection ended without one.
    Closed,
    /// Neither, within the limit.
    StillOpen,
}

/// One answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Does all steps on a new connection and waits for an answer, at most `limit` in all.
///
/// # Errors
/// Nobody listens there.
pub(super) fn exchange(authority: &str, steps: &[Step], limit: Duration) -> Result<Outcome> {
    let stream = TcpStream::connect(authority).with_context(|| format!("cannot connect to {authority}"))?;
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(limit))?;
    let reader = stream.try_clone()?;
    let until = Instant::now() + limit;
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || read(reader, until));
        send(&stream, steps, until);
        let outcome = reading.join().unwrap_or(Ok(Outcome::Closed));
        let _ = stream.shutdown(Shutdown::Both);
        outcome
    })
}

/// A server may refuse a body before all of it was sent: a broken pipe is no error here.
fn send(mut stream: &TcpStream, steps: &[Step], until: Instant) {
    for step in steps {
        let is_sent = match step {
            Step::Send(bytes) => stream.write_all(bytes).is_ok(),
            Step::Repeat(bytes, times) => (0..*times).all(|_| stream.write_all(bytes).is_ok()),
            Step::Pause(time) => {
                std::thread::sleep((*time).min(until.saturating_duration_since(Instant::now())));
                true
            }
            Step::EndOfSending => stream.shutdown(Shutdown::Write).is_ok(),
            Step::Leave => stream.shutdown(Shutdown::Both).is_ok(),
        };
        if !is_sent || Instant::now() >= until {
            return;
        }
    }
}

fn read(mut stream: TcpStream, until: Instant) -> Result<Outcome> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        if let Some(answer) = parse(&bytes, false) {
            return Ok(Outcome::Answered(answer));
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Outcome::StillOpen);
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) if bytes.len() + count > MAX_ANSWER_BYTES => break,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(Outcome::StillOpen),
            Err(_) => break,
        }
    }
    Ok(parse(&bytes, true).map_or(Outcome::Closed, Outcome::Answered))
}

/// The answer, if these bytes hold all of it.
fn parse(bytes: &[u8], is_end: bool) -> Option<Answer> {
    let head_end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..head_end]);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let body = &bytes[head_end + 4..];
    let mut answer = Answer { status, headers, body: Vec::new() };
    let length: Option<usize> = answer.header("content-length").and_then(|length| length.parse().ok());
    let is_whole = match length {
        _ if matches!(status, 204 | 304) => true,
        Some(length) => body.len() >= length,
        None => is_end,
    };
    body.clone_into(&mut answer.body);
    is_whole.then_some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_length_says_so() {
        let whole = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nX-A: b\r\n\r\n{}";
        let answer = parse(whole, false).unwrap();
        assert_eq!((answer.status, answer.text().as_str(), answer.header("x-a")), (400, "{}", Some("b")));
        assert!(parse(&whole[..whole.len() - 1], false).is_none());
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\nab", false).is_none());
        assert_eq!(parse(b"HTTP/1.1 200 OK\r\n\r\nab", true).unwrap().text(), "ab");
        assert!(parse(b"HTTP/1.1 204 No Content\r\n\r\n", false).is_some());
    }
}
