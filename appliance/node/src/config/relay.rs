//! `[visits]` and `[relay]`: links of visits, and what carries their sound and pictures.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use holdfast_api::config::Reader;

/// Links of visits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitsConfig {
    /// Origins where pages reach the node, then regions; empty: as whoever makes a link has reached it.
    pub endpoints: Vec<String>,
    /// When the check before clinic hours is made each day, `HH:MM` by the clinic's clock; `None`: by hand alone.
    pub check_at: Option<String>,
}

/// The relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayConfig {
    /// Its control port; port 0 picks one, if it runs in the clinic role's process.
    pub control: SocketAddr,
    /// The key that both roles have; `None`: in the data folder.
    pub key_file: Option<PathBuf>,
    /// Where media is taken in; `None`: on the address of node.listen.
    pub listen: Option<IpAddr>,
    /// The first shard's port; 0 picks them.
    pub port: u16,
    /// How many shards.
    pub shards: usize,
    /// This machine's addresses that pages may send to.
    pub addresses: Vec<IpAddr>,
    /// Addresses that a router forwards here.
    pub public: Vec<IpAddr>,
    /// TURN's port for UDP and TCP; 0 picks them.
    pub turn_port: u16,
    /// TURN over TLS.
    pub turns: Option<TurnsConfig>,
    /// By what name clients reach TURN.
    pub turn_name: Option<String>,
    /// Visits that it is sized for.
    pub visits: usize,
    /// People in them.
    pub members: usize,
}

/// TURN over TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnsConfig {
    /// Its port; 0 picks one.
    pub port: u16,
    /// PEM, the chain with the server's own first.
    pub certificate: PathBuf,
    /// PEM.
    pub key: PathBuf,
}

pub(super) fn visits(reader: &mut Reader) -> Option<VisitsConfig> {
    let origin = "an origin, for example \"https://visit.clinic.example\"";
    let endpoints = reader.list("visits", "endpoints", origin, super::public_url)?;
    if endpoints.len() > 8 {
        reader.reject_key("visits", "endpoints", "it names more than a link holds", "name 8 at most");
        return None;
    }
    let check_at =
        reader.text("visits", "check_at", "a time of day, for example \"06:30\", or empty", |text| {
            super::optional(text, |text| crate::visits::is_time(text).then(|| text.to_owned()))
        })?;
    Some(VisitsConfig { endpoints, check_at })
}

pub(super) fn relay(reader: &mut Reader) -> Option<RelayConfig> {
    let address = "an address and a port, for example \"127.0.0.1:8091\"";
    let control: Option<SocketAddr> = reader.text("relay", "control", address, |text| text.parse().ok());
    let mut path = |key, what| {
        reader.text("relay", key, what, |text| super::optional(text, |text| Some(PathBuf::from(text))))
    };
    let key_file = path("key_file", "the path of a file, or empty");
    let certificate = path("turns_certificate", "the path of a file, or empty");
    let turns_key = path("turns_key", "the path of a file, or empty");
    let ip = "an address, for example \"192.0.2.7\"";
    let listen = reader.text("relay", "listen", "an address, or empty", |text| {
        super::optional(text, |text| text.parse().ok())
    });
    let addresses = reader.list("relay", "addresses", ip, |text| text.parse().ok());
    let public = reader.list("relay", "public", ip, |text| text.parse().ok());
    let name = "a host name or an address, or empty";
    let turn_name = reader.text("relay", "turn_name", name, |text| {
        let is_host = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
        super::optional(text, |text| text.bytes().all(is_host).then(|| text.to_owned()))
    });
    let mut port = |key| reader.number("relay", key, 0..=65_000).and_then(|port| u16::try_from(port).ok());
    let (media, turn_port, turns_port) = (port("port"), port("turn_port"), port("turns_port"));
    let mut count =
        |key, most| reader.number("relay", key, 1..=most).and_then(|count| usize::try_from(count).ok());
    let (shards, visits, members) = (count("shards", 64), count("visits", 1_000), count("members", 6_000));
    let turns = match (certificate?, turns_key?) {
        (Some(certificate), Some(key)) => Some(TurnsConfig { port: turns_port?, certificate, key }),
        (None, None) => None,
        _ => {
            let why = "one of turns_certificate and turns_key is empty";
            reader.reject_key("relay", "turns_certificate", why, "name both files, or none");
            return None;
        }
    };
    Some(RelayConfig {
        control: control?,
        key_file: key_file?,
        listen: listen?,
        port: media?,
        shards: shards?,
        addresses: addresses?,
        public: public?,
        turn_port: turn_port?,
        turns,
        turn_name: turn_name?,
        visits: visits?,
        members: members?,
    })
}
