//! The port of the window's address. It stays the same where it can: what the window keeps (its language, the names on the
//! sign-in) belongs to an address, and is gone under another.

use std::io;
use std::net::SocketAddr;

use holdfast_link::keys::{read_private, write_private};
use tokio::net::TcpListener;

use crate::data_dir::{DataDir, PORT_FILE};

/// Listens where it is told; of port 0, on the port of the last time if that is free.
///
/// # Errors
/// No port is free, or the one that was named is not.
pub(crate) async fn bind(dir: &DataDir, listen: SocketAddr) -> io::Result<TcpListener> {
    if listen.port() != 0 {
        return TcpListener::bind(listen).await;
    }
    if let Some(port) = last(dir)
        && let Ok(listener) = TcpListener::bind(SocketAddr::new(listen.ip(), port)).await
    {
        return Ok(listener);
    }
    let listener = TcpListener::bind(listen).await?;
    let port = listener.local_addr()?.port();
    if let Err(error) = write_private(dir.path(), PORT_FILE, port.to_string().as_bytes()) {
        tracing::warn!(error = %error, "the window's port is another one the next time");
    }
    Ok(listener)
}

fn last(dir: &DataDir) -> Option<u16> {
    let text = String::from_utf8(read_private(&dir.port()).ok()?).ok()?;
    text.trim().parse().ok().filter(|port| *port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn port_stays_the_same_unless_somebody_else_has_it() {
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::new(home.path().join("data"));
        holdfast_link::keys::ensure_private_dir(dir.path()).unwrap();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let port_of = |listener: &TcpListener| listener.local_addr().unwrap().port();
        let first = bind(&dir, any).await.unwrap();
        let port = port_of(&first);
        let beside = bind(&dir, any).await.unwrap();
        assert_ne!(port_of(&beside), port);
        let port = port_of(&beside);
        drop((first, beside));
        assert_eq!(port_of(&bind(&dir, any).await.unwrap()), port);
    }
}
