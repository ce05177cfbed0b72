//! Clients who want an allocation and have no right to one: forged, stale, foreign, replayed and damaged credentials.

use std::net::SocketAddr;

use anyhow::Result;
use holdfast_media::stun::{Integrity, Method};
use holdfast_media::turn::client::{Client, ask_for_udp};
use holdfast_media::turn::credentials::{Credentials, SharedKey};

use super::dice::Dice;
use super::wire::{Wire, receive};
use super::{Found, Options};
use crate::ours::{credentials, unix_s};
use crate::turn_server::KEY;

/// Tries after which a lawful client has to be let in.
const BETWEEN: u64 = 200;
/// Ways to forge.
const WAYS: usize = 16;

/// Tries so many forgeries at a server.
pub(crate) fn play(options: &Options, server: SocketAddr, count: u64, dice: &mut Dice) -> Result<Found> {
    let mut found = Found::default();
    for n in 0..count {
        let lawful = credentials("visit-2", "member-2")?;
        let from = dice.loopback();
        let mut wire = Wire::new(from, server, Client::new(lawful, dice.number()))?;
        if n.is_multiple_of(BETWEEN) {
            found.lawful_tried += 1;
            found.lawful_passed += u64::from(wire.allocate().is_ok());
            wire.insist(|client| client.refresh(0))?;
            continue;
        }
        let way = dice.below(WAYS);
        found.tried += 1;
        let granted = forge(&mut wire, way, server, dice)?;
        if granted && found.relayed < 5 && options.is_telling {
            eprintln!("hostile: forgery {way} was granted");
        }
        found.relayed += u64::from(granted);
        if granted {
            wire.insist(|client| client.refresh(0))?;
        }
    }
    Ok(found)
}

/// Plays one forgery; says whether it got an allocation.
fn forge(wire: &mut Wire, way: usize, server: SocketAddr, dice: &mut Dice) -> Result<bool> {
    let request = wire.client.allocate();
    wire.ask(&request)?;
    let request = match way {
        0..10 => {
            wire.client.credentials = forged(way, &wire.client.credentials, dice);
            wire.client.integrity = dice.pick(&[Integrity::Sha1, Integrity::Sha256]);
            wire.client.allocate()
        }
        10 => {
            // A nonce that was given to somebody else.
            let mut other = Wire::new(dice.loopback(), server, wire.client.clone())?;
            let request = other.client.allocate();
            other.ask(&request)?;
            wire.client.nonce.clone_from(&other.client.nonce);
            wire.client.allocate()
        }
        11 => {
            // A request that was granted to somebody else, as it was.
            let mut other = Wire::new(dice.loopback(), server, wire.client.clone())?;
            let request = other.client.allocate();
            other.ask(&request)?;
            let granted = other.client.allocate();
            other.ask(&granted)?;
            wire.client.transaction = other.client.transaction;
            other.insist(|client| client.refresh(0))?;
            granted
        }
        12 => {
            let at = dice.below(wire.client.nonce.len());
            wire.client.nonce[at] ^= 1 << dice.below(8);
            wire.client.allocate()
        }
        13 => {
            wire.client.realm = b"elsewhere.example".to_vec();
            wire.client.allocate()
        }
        14 => without_integrity(&mut wire.client),
        _ => damaged(&mut wire.client, dice),
    };
    wire.socket.send(&request)?;
    wire.socket.set_read_timeout(Some(std::time::Duration::from_millis(20)))?;
    let mut buffer = [0; 2048];
    let mut is_granted = false;
    // Whatever it says of itself: a success without a key of ours counts too.
    while let Some(length) = receive(&wire.socket, &mut buffer)? {
        is_granted |= length > 20 && buffer[..2] == [0x01, 0x03];
        if buffer[..2] != [0, 0] {
            break;
        }
    }
    wire.socket.set_read_timeout(Some(std::time::Duration::from_millis(500)))?;
    Ok(is_granted)
}

/// Credentials that nobody was given, or that are not in force.
fn forged(way: usize, lawful: &Credentials, dice: &mut Dice) -> Credentials {
    let Credentials { username, password } = lawful.clone();
    let text = |text: &str| text.to_owned();
    let of_key = |key: &[u8], expiry: u64| SharedKey::new(key).credentials(expiry, 0, "visit-2", "member-2");
    let now = unix_s();
    let rest = username.split_once(':').map_or("", |(_, rest)| rest);
    let forged = match way {
        0 => Some(Credentials { username: username.clone(), password: format!("{:x}", dice.number()) }),
        1 => of_key(KEY, now.saturating_sub(dice.below(1_000_000) as u64)),
        2 => of_key(KEY, now + 320 + dice.below(100_000_000) as u64),
        3 => of_key(&dice.number().to_be_bytes(), now + 200),
        4 => Some(Credentials { username: format!("{}:{rest}", now + 100), password: password.clone() }),
        5 => {
            Some(Credentials { username: username.replace("visit-2", "visit-3"), password: password.clone() })
        }
        6 => Some(Credentials {
            username: username.replace("member-2", "member-3"),
            password: password.clone(),
        }),
        7 => Some(Credentials { username: username.clone(), password: String::new() }),
        8 => Some(Credentials {
            username: text(dice.pick(&["", "root", "::", "a:b:c", "-1:v:m"])),
            password: text("x"),
        }),
        _ => Some(Credentials { password: username.clone(), username: username.clone() }),
    };
    forged.unwrap_or(Credentials { username: String::new(), password: String::new() })
}

/// All that a signed request has, but the signature.
fn without_integrity(client: &mut Client) -> Vec<u8> {
    let mut request = client.request(Method::ALLOCATE, ask_for_udp);
    request.truncate(request.len().saturating_sub(24));
    let length = (request.len() - 20) as u16;
    request[2..4].copy_from_slice(&length.to_be_bytes());
    request
}

/// A lawful request with some bytes changed on the way: never only its transaction, which the signature covers too.
fn damaged(client: &mut Client, dice: &mut Dice) -> Vec<u8> {
    let mut request = client.allocate();
    for _ in 0..=dice.below(4) {
        let at = dice.below(request.len());
        request[at] ^= 1 << dice.below(8);
    }
    let mut again = client.again(Method::ALLOCATE, ask_for_udp);
    if request == again {
        again[20] ^= 1;
        request = again;
    }
    request
}
