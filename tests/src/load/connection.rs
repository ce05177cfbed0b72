//! One HTTP/1.1 connection, kept alive, with one request under way at a time.

use anyhow::{Context, Result, bail, ensure};
use std::ops::Range;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A transaction of thousands of entries on a busy machine.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// The largest answer taken; a page of a search is far below.
const BODY_BYTES_MAX: usize = 256 << 20;
/// Room for an answer of usual size, so that it comes in one read.
const BUFFER_BYTES: usize = 64 << 10;

/// An answer that was kept.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(authority: &str) -> Result<Self> {
        let stream = TcpStream::connect(authority).await;
        let stream = stream.with_context(|| format!("cannot connect to {authority}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(BUFFER_BYTES) })
    }

    /// Sends a request and keeps its answer.
    ///
    /// # Errors
    /// As [`Connection::exchange`], or the body is no text.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        let (status, body) = self.exchange(request).await?;
        let body = std::str::from_utf8(body).context("the answer is no text")?.to_owned();
        Ok(Answer { status, body })
    }

    /// Sends a request; status and body of its answer.
    ///
    /// # Errors
    /// The connection breaks, no answer comes in two minutes, or it comes in pieces of unknown number.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<(u16, &[u8])> {
        self.stream.write_all(request).await?;
        let answered = tokio::time::timeout(ANSWER_WITHIN, self.answer()).await;
        let (status, body) = answered.context("no answer within two minutes")??;
        Ok((status, &self.buffer[body]))
    }

    async fn answer(&mut self) -> Result<(u16, Range<usize>)> {
        self.buffer.clear();
        let (mut head, mut searched) = (None, 0);
        while head.is_none() {
            self.read().await?;
            head = end_of_head(&self.buffer, searched);
            searched = self.buffer.len().saturating_sub(3);
        }
        let begin = head.unwrap_or_default();
        let (status, length) = read_head(&self.buffer[..begin])?;
        ensure!(length <= BODY_BYTES_MAX, "the answer has {length} bytes");
        let end = begin + length;
        self.buffer.reserve(end.saturating_sub(self.buffer.len()));
        while self.buffer.len() < end {
            self.read().await?;
        }
        ensure!(self.buffer.len() == end, "more was answered than was asked");
        Ok((status, begin..end))
    }

    async fn read(&mut self) -> Result<()> {
        ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server closed the connection");
        Ok(())
    }
}

fn end_of_head(bytes: &[u8], from: usize) -> Option<usize> {
    bytes[from..].windows(4).position(|four| four == b"\r\n\r\n").map(|at| from + at + 4)
}

/// Status and length of the body.
fn read_head(head: &[u8]) -> Result<(u16, usize)> {
    let head = std::str::from_utf8(head).context("the answer's head is no text")?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.get(9..12)).and_then(|code| code.parse().ok());
    let status = status.context("the answer has no status line")?;
    let mut length = None;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.trim().parse()?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            bail!("the answer comes in pieces, which this client does not read");
        }
    }
    Ok((status, length.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_whatever_the_case_of_its_names() {
        let head = b"HTTP/1.1 404 Not Found\r\nETag: x\r\nContent-LENGTH: 12\r\n\r\n";
        assert_eq!(end_of_head(head, 0), Some(head.len()));
        assert_eq!(end_of_head(&head[..head.len() - 1], 0), None);
        assert_eq!(read_head(head).unwrap(), (404, 12));
        assert!(read_head(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(read_head(b"nonsense").is_err());
    }
}
