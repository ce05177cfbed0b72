//! A small HTTP/1.1 client for loopback: one connection, kept alive, nothing clever.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A read of one large resource on a busy machine.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// A bundle of 30 MiB is the largest answer there can be.
const MAX_BODY: u64 = 64 << 20;

/// One connection to the node, signed in.
pub(super) struct Client {
    authority: String,
    token: String,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    /// `url` is `http://host:port`.
    pub(super) fn new(url: &str, token: &str) -> Result<Self> {
        let authority = url.strip_prefix("http://").with_context(|| format!("{url} is not plain HTTP"))?;
        Ok(Self {
            authority: authority.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
            connection: None,
        })
    }

    /// Status and body.
    pub(super) fn get(&mut self, path: &str) -> Result<(u16, String)> {
        // A kept connection may just have been closed by the other side.
        let kept = self.connection.is_some();
        match self.once(path) {
            Err(_) if kept => self.once(path),
            answered => answered,
        }
    }

    fn once(&mut self, path: &str) -> Result<(u16, String)> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let stream = TcpStream::connect(&self.authority)
                    .with_context(|| format!("cannot connect to {}", self.authority))?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(ANSWER_WITHIN))?;
                BufReader::new(stream)
            }
        };
        let (host, token) = (&self.authority, &self.token);
        let head = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n");
        connection.get_mut().write_all(head.as_bytes())?;
        let (status, length) = read_head(&mut connection)?;
        let mut body = vec![0; usize::try_from(length)?];
        connection.read_exact(&mut body)?;
        self.connection = Some(connection);
        Ok((status, String::from_utf8(body)?))
    }
}

fn read_head(connection: &mut impl BufRead) -> Result<(u16, u64)> {
    let mut line = String::new();
    connection.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).context("no status line")?;
    let mut length = 0;
    loop {
        line.clear();
        connection.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse()?;
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            bail!("the answer comes in pieces, which this client does not read");
        }
    }
    if length > MAX_BODY {
        bail!("the answer has {length} bytes");
    }
    Ok((status, length))
}
