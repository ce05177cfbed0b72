//! The clinic's desktops at this node: who may enrol, who has, who may no longer.

use holdfast_link::ca::Authority;
use holdfast_link::enrolment::{DatabaseTokens, Enrolment, EnrolmentError};
use holdfast_link::identity::{PeerIdentity, PeerKind};
use holdfast_link::server::ServeOptions;
use holdfast_link::transport::Endpoint;
use holdfast_store::upstream::Peer;
use holdfast_store::{fleet, token};

use crate::config::DesktopsConfig;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::store::Opened;

const DESKTOP: &str = "desktop";
const MS_A_MINUTE: u64 = 60_000;

impl From<EnrolmentError> for Failure {
    fn from(error: EnrolmentError) -> Self {
        Self::other(error.code(), error.to_string())
    }
}

/// Where desktops reach the node: what the configuration says, else its first address, else its first name.
///
/// # Errors
/// [`Failure::Other`] if no desktop can reach it: the port is off, or not known yet.
pub fn endpoints(config: &DesktopsConfig, port: Option<u16>) -> Result<Vec<Endpoint>, Failure> {
    let Some(listen) = config.listen else { return Err(off()) };
    if !config.endpoints.is_empty() {
        return Ok(config.endpoints.clone());
    }
    let port = port.unwrap_or(listen.port());
    if port == 0 {
        let text = "cannot enrol a desktop: the port for desktops is chosen when the node starts; start it, then repeat";
        return Err(Failure::other("desktops-port", text));
    }
    let is_address = |name: &&String| name.parse::<std::net::IpAddr>().is_ok();
    let reached = config.names.iter().find(is_address).or(config.names.first());
    let host = reached.map_or("localhost", String::as_str);
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let parsed = Endpoint::parse(&format!("https://{host}:{port}"));
    Ok(vec![parsed.map_err(|error| Failure::other("endpoint-bad", error.to_string()))?])
}

/// This node serves no desktops.
pub fn off() -> Failure {
    let text = "cannot enrol a desktop: this node serves none; set desktops.listen, for example to \"0.0.0.0:8444\", and \
                start the node again";
    Failure::with_exit("desktops-off", 10, text)
}

/// The CA that certifies the clinic's desktops.
///
/// # Errors
/// [`Failure::Ca`].
pub fn authority(dir: &DataDir, now_ms: u64) -> Result<Authority, Failure> {
    Ok(Authority::load_or_create(&dir.desktops().join("ca"), now_ms)?)
}

/// Makes a one-time token for a desktop of this name; what to type there. Blocks.
///
/// # Errors
/// [`Failure`]: the name cannot be used or is revoked, or the token not be kept.
pub fn enrol(
    opened: &Opened,
    dir: &DataDir,
    endpoints: Vec<Endpoint>,
    name: &str,
) -> Result<String, Failure> {
    let identity = identity(opened, name)?;
    if is_revoked(opened, name)? {
        let text = format!(
            "cannot enrol a desktop as \"{name}\": the desktop of this name is revoked; choose another name"
        );
        return Err(Failure::other("desktop-revoked", text));
    }
    let clock = ServeOptions::default().clock;
    let now_ms = clock();
    let ca = authority(dir, now_ms)?.into();
    let tokens = std::sync::Arc::new(DatabaseTokens(opened.db.clone()));
    let url = endpoints.first().map(ToString::to_string).unwrap_or_default();
    let enrolment = Enrolment { ca, tokens: tokens.clone(), issued: tokens, endpoints, clock };
    let token = enrolment.mint_token(&identity, now_ms)?.to_text();
    Ok(format!(
        "node   {url}\ntoken  {token}\nStart the desktop and type both there, or run on it:\n  \
         holdfast-desktop enrol --node {url} --token {token}\nThe token is good once and for 15 minutes; it is shown \
         nowhere again."
    ))
}

/// Every desktop that was ever enrolled, one a line. Blocks.
///
/// # Errors
/// [`Failure::Store`].
pub fn list(opened: &Opened) -> Result<String, Failure> {
    let now_ms = opened.records.now_ms();
    let mut known = fleet::replicas(&*opened.db)?;
    known.retain(|replica| replica.kind == DESKTOP);
    let mut lines: Vec<String> = known.iter().map(|replica| line(replica, now_ms)).collect();
    for name in enrolled(opened)? {
        if !known.iter().any(|replica| replica.name == name) {
            lines.push(format!("{name}  enrolled, has not connected yet"));
        }
    }
    if lines.is_empty() {
        return Ok("no desktop is enrolled; `holdfast-node enrol-desktop --name NAME` begins".to_owned());
    }
    Ok(lines.join("\n"))
}

fn line(replica: &fleet::ReplicaState, now_ms: u64) -> String {
    let name = &replica.name;
    if replica.revoked {
        return format!("{name}  revoked; what it still sends is kept for review");
    }
    let minutes = now_ms.saturating_sub(replica.seen_ms) / MS_A_MINUTE;
    let seen = match minutes {
        0 => "just now".to_owned(),
        1..120 => format!("{minutes} min ago"),
        _ => format!("{} h ago", minutes / 60),
    };
    format!("{name}  last here {seen}, {} scopes wait for it", replica.waiting)
}

/// Revokes a desktop: from the next second on it is given nothing, and what it still sends is kept for review. Blocks.
///
/// # Errors
/// [`Failure::Other`] if no desktop has this name, [`Failure::Store`].
pub fn revoke(opened: &Opened, name: &str, reason: &str) -> Result<String, Failure> {
    let clinic = opened.records.clinic();
    if !enrolled(opened)?.iter().any(|known| known == name) {
        let text = format!(
            "cannot revoke \"{name}\": no desktop of this name is enrolled; `holdfast-node desktops` lists them"
        );
        return Err(Failure::other("desktop-unknown", text));
    }
    let peer = Peer { replica: name.to_owned(), clinic: clinic.to_owned(), kind: DESKTOP.to_owned() };
    // One that never connected is not known to the store yet.
    opened.records.register_replica(&peer)?;
    fleet::revoke(&*opened.db, clinic, name, opened.records.now_ms(), reason)?;
    Ok(format!("{name} is revoked; what it still sends is kept for review"))
}

fn identity(opened: &Opened, name: &str) -> Result<PeerIdentity, Failure> {
    PeerIdentity::new(opened.records.clinic(), PeerKind::Desktop, name).map_err(|_| {
        let text = format!(
            "cannot name a desktop \"{name}\": use lower-case letters, digits and hyphens, at most 64, for example \
             \"front-desk\""
        );
        Failure::with_exit("desktop-name", 2, text)
    })
}

fn is_revoked(opened: &Opened, name: &str) -> Result<bool, Failure> {
    let key = (opened.records.clinic().to_owned(), name.to_owned());
    Ok(fleet::revoked(&*opened.db)?.contains(&key))
}

/// The names of all desktops that were given a certificate, sorted.
fn enrolled(opened: &Opened) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for known in token::certificates(&*opened.db)? {
        if let Ok(identity) = PeerIdentity::parse_uri(&known.identity)
            && identity.kind() == PeerKind::Desktop
        {
            names.push(identity.replica().to_owned());
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}
