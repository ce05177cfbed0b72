//! A server that fails: its document promises 200, and it answers 500.

use anyhow::Result;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

const DOCUMENT: &str = r#"{"openapi":"3.1.0","info":{"title":"Control","version":"1"},
"paths":{"/fails":{"get":{"responses":{"200":{"description":"OK"}}}}}}"#;

/// Starts it on a free port of loopback; it serves until this process ends.
///
/// # Errors
/// No port is free.
pub(super) fn failing_server() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that went away is no concern of the control.
            let _ = answer(&stream);
        }
    });
    Ok(url)
}

fn answer(mut stream: &TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let (status, body) = if first.contains("/api/openapi.json") {
        ("200 OK", DOCUMENT)
    } else {
        ("500 Internal Server Error", "{}")
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
