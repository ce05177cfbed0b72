//! One client of ours on a socket of its own.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use holdfast_media::turn::client::{Answer, Client, channel_data};

/// How long an answer is waited for before it is asked again.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often it is asked.
const TRIES: usize = 6;

/// A client and its socket.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) socket: UdpSocket,
    pub(crate) client: Client,
}

impl Wire {
    pub(crate) fn new(from: IpAddr, server: SocketAddr, client: Client) -> Result<Self> {
        let socket = UdpSocket::bind((from, 0)).with_context(|| format!("no port on {from}"))?;
        socket.connect(server)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { socket, client })
    }

    /// The answer to a request, which is sent again while there is none.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        let mut buffer = [0; 2048];
        for _ in 0..TRIES {
            self.socket.send(request)?;
            while let Some(length) = receive(&self.socket, &mut buffer)? {
                match self.client.hear(&buffer[..length]) {
                    // An answer to an earlier request that came twice, or data.
                    Answer::Strange => {}
                    answer => return Ok(answer),
                }
            }
        }
        bail!("no answer from the server")
    }

    /// The answer to a request that is made anew when the server has challenged it.
    pub(crate) fn insist(&mut self, mut make: impl FnMut(&mut Client) -> Vec<u8>) -> Result<Answer> {
        for _ in 0..2 {
            let request = make(&mut self.client);
            match self.ask(&request)? {
                Answer::Refused(401 | 438) => {}
                answer => return Ok(answer),
            }
        }
        let request = make(&mut self.client);
        self.ask(&request)
    }

    pub(crate) fn allocate(&mut self) -> Result<SocketAddr> {
        match self.insist(Client::allocate)? {
            Answer::Done { relayed: Some(relayed), .. } => Ok(relayed),
            other => bail!("a lawful client was answered {other:?}"),
        }
    }

    pub(crate) fn bind(&mut self, number: u16, peer: SocketAddr) -> Result<()> {
        match self.insist(|client| client.channel_bind(number, peer))? {
            Answer::Done { .. } => Ok(()),
            other => bail!("a lawful peer was answered {other:?}"),
        }
    }

    /// Sends through a channel to an echo; says whether it came back.
    pub(crate) fn echoes(&mut self, number: u16, payload: &[u8]) -> Result<bool> {
        let (sent, mut buffer) = (channel_data(number, payload), [0; 2048]);
        for _ in 0..TRIES {
            self.socket.send(&sent)?;
            while let Some(length) = receive(&self.socket, &mut buffer)? {
                if buffer[..length] == sent {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// The next datagram, or that none came in time.
pub(crate) fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> Result<Option<usize>> {
    match socket.recv(buffer) {
        Ok(length) => Ok(Some(length)),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(None),
        // What an earlier datagram met.
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(None),
        Err(error) => Err(error.into()),
    }
}
