//! A small HTTP/1.1 client for loopback: one connection, kept alive, that reads and writes.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A write that waits behind a large merge on a busy machine.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// The history of one patient is far below.
const MAX_BODY: usize = 64 << 20;

/// An answer.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The ETag as sent, `W/"version"`; empty if there is none.
    pub(super) etag: String,
    pub(super) body: String,
}

/// One connection; signed in, unless the token is empty.
#[derive(Debug)]
pub(super) struct Client {
    authority: String,
    token: String,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    /// `url` is `http://host:port`.
    pub(super) fn new(url: &str, token: &str) -> Result<Self> {
        let authority = url.strip_prefix("http://").with_context(|| format!("{url} is not plain HTTP"))?;
        let authority = authority.trim_end_matches('/').to_owned();
        Ok(Self { authority, token: token.trim().to_owned(), connection: None })
    }

    /// Reads; once more if a kept connection turns out to be closed.
    pub(super) fn get(&mut self, path: &str) -> Result<Answer> {
        let was_kept = self.connection.is_some();
        match self.send("GET", path, None, "") {
            Err(_) if was_kept => self.send("GET", path, None, ""),
            answered => answered,
        }
    }

    /// Sends once. An error says nothing of whether it was done.
    pub(super) fn send(
        &mut self,
        method: &str,
        path: &str,
        if_match: Option<&str>,
        body: &str,
    ) -> Result<Answer> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let condition = if_match.map(|tag| format!("if-match: {tag}\r\n")).unwrap_or_default();
        let (host, length) = (&self.authority, body.len());
        let bearer = match self.token.as_str() {
            "" => String::new(),
            token => format!("authorization: Bearer {token}\r\n"),
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\n{bearer}{condition}\
             content-type: application/fhir+json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        connection.get_mut().write_all(request.as_bytes())?;
        let (mut answer, length) = read_head(&mut connection)?;
        let mut body = vec![0; length];
        connection.read_exact(&mut body)?;
        answer.body = String::from_utf8(body)?;
        self.connection = Some(connection);
        Ok(answer)
    }

    fn connect(&self) -> Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect(&self.authority)
            .with_context(|| format!("cannot connect to {}", self.authority))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        Ok(BufReader::new(stream))
    }
}

/// Status and ETag, and the length of the body.
fn read_head(connection: &mut impl BufRead) -> Result<(Answer, usize)> {
    let mut line = String::new();
    connection.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).context("no status line")?;
    let (mut answer, mut length) = (Answer { status, ..Answer::default() }, 0);
    loop {
        line.clear();
        connection.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse()?,
            "etag" => value.trim().clone_into(&mut answer.etag),
            "transfer-encoding" => bail!("the answer comes in pieces, which this client does not read"),
            _ => {}
        }
    }
    if length > MAX_BODY {
        bail!("the answer has {length} bytes");
    }
    Ok((answer, length))
}
