//! Who a peer is. The answer comes from the peer's certificate and from nothing else: no header, path or body
//! can claim another clinic (traps.md, "a valid certificate of another clinic reads records").
//!
//! The client certificate carries one SAN of type URI: `holdfast://CLINIC/KIND/REPLICA`.

mod certificate;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use certificate::{CertificateSerial, PeerCertificate};

/// The URI scheme of the identity SAN.
pub const IDENTITY_SCHEME: &str = "holdfast";

/// Longest clinic or replica name, in characters: the limit of a DNS label plus one, short enough for a log field.
pub const MAX_NAME_CHARS: usize = 64;

/// What kind of process a peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PeerKind {
    /// A clinic's appliance.
    Node,
    /// A staff desktop with its own replica.
    Desktop,
    /// A central hub, when it connects to another region's hub.
    Hub,
}

impl PeerKind {
    /// The kind as it stands in the certificate: `node`, `desktop` or `hub`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Desktop => "desktop",
            Self::Hub => "hub",
        }
    }
}

impl fmt::Display for PeerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PeerKind {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, IdentityError> {
        match text {
            "node" => Ok(Self::Node),
            "desktop" => Ok(Self::Desktop),
            "hub" => Ok(Self::Hub),
            _ => Err(IdentityError::Kind),
        }
    }
}

/// One replica of one clinic, as the hub's CA has certified it.
///
/// `clinic` and `replica` match `[a-z0-9-]{1,64}`; the constructor checks it, so a held value is always valid.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct PeerIdentity {
    clinic: String,
    kind: PeerKind,
    replica: String,
}

/// The JSON shape of an identity, before its names are checked.
#[derive(Serialize, Deserialize)]
struct Unchecked {
    clinic: String,
    kind: PeerKind,
    replica: String,
}

impl PeerIdentity {
    /// Builds an identity from its parts.
    ///
    /// # Errors
    /// [`IdentityError::Name`] when a name is empty, longer than [`MAX_NAME_CHARS`], or holds anything but
    /// lower-case letters, digits and hyphens.
    pub fn new(clinic: &str, kind: PeerKind, replica: &str) -> Result<Self, IdentityError> {
        check_name("clinic", clinic)?;
        check_name("replica", replica)?;
        Ok(Self { clinic: clinic.to_owned(), kind, replica: replica.to_owned() })
    }

    /// The clinic's name.
    pub fn clinic(&self) -> &str {
        &self.clinic
    }

    /// Node, desktop or hub.
    pub fn kind(&self) -> PeerKind {
        self.kind
    }

    /// The replica's name, unique within the clinic.
    pub fn replica(&self) -> &str {
        &self.replica
    }

    /// The SAN URI: `holdfast://CLINIC/KIND/REPLICA`.
    pub fn to_uri(&self) -> String {
        format!("{IDENTITY_SCHEME}://{}/{}/{}", self.clinic, self.kind, self.replica)
    }

    /// Parses a SAN URI.
    ///
    /// # Errors
    /// [`IdentityError::Uri`] for any other shape, else as [`PeerIdentity::new`].
    pub fn parse_uri(uri: &str) -> Result<Self, IdentityError> {
        let rest = uri.strip_prefix("holdfast://").ok_or(IdentityError::Uri)?;
        let mut parts = rest.split('/');
        let (Some(clinic), Some(kind), Some(replica), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(IdentityError::Uri);
        };
        Self::new(clinic, kind.parse()?, replica)
    }
}

fn check_name(what: &'static str, name: &str) -> Result<(), IdentityError> {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if name.is_empty() || name.len() > MAX_NAME_CHARS || !name.bytes().all(legal) {
        return Err(IdentityError::Name { what });
    }
    Ok(())
}

impl TryFrom<Unchecked> for PeerIdentity {
    type Error = IdentityError;

    fn try_from(raw: Unchecked) -> Result<Self, IdentityError> {
        Self::new(&raw.clinic, raw.kind, &raw.replica)
    }
}

impl From<PeerIdentity> for Unchecked {
    fn from(id: PeerIdentity) -> Self {
        Self { clinic: id.clinic, kind: id.kind, replica: id.replica }
    }
}

impl fmt::Display for PeerIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.clinic, self.kind, self.replica)
    }
}

impl fmt::Debug for PeerIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerIdentity({self})")
    }
}

/// Why an identity was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// A name is outside `[a-z0-9-]{1,64}`.
    #[error(
        "the {what} name is not usable: it must be 1 to 64 lower-case letters, digits or hyphens; choose such a name"
    )]
    Name {
        /// `clinic` or `replica`.
        what: &'static str,
    },
    /// The kind is not `node`, `desktop` or `hub`.
    #[error("the peer kind is not usable: it must be node, desktop or hub; choose one of these")]
    Kind,
    /// The URI does not read `holdfast://CLINIC/KIND/REPLICA`.
    #[error(
        "the identity cannot be read: its URI is not holdfast://CLINIC/KIND/REPLICA; enrol this replica again"
    )]
    Uri,
    /// The certificate is not X.509, or has bytes after its end.
    #[error("the certificate cannot be read: it is not one DER X.509 certificate; enrol this replica again")]
    Certificate,
    /// The certificate holds no identity URI, or more than one.
    #[error(
        "the certificate names no single replica: it must hold exactly one holdfast:// URI; enrol this replica again"
    )]
    NotOneUri,
}

impl IdentityError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name { .. } => "identity-name",
            Self::Kind => "identity-kind",
            Self::Uri => "identity-uri",
            Self::Certificate => "identity-certificate",
            Self::NotOneUri => "identity-not-one-uri",
        }
    }

    /// Never: the same bytes give the same answer.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uri_round_trips() {
        for kind in [PeerKind::Node, PeerKind::Desktop, PeerKind::Hub] {
            let id = PeerIdentity::new("north-clinic", kind, "node-1").unwrap();
            assert_eq!(PeerIdentity::parse_uri(&id.to_uri()), Ok(id));
        }
    }

    #[test]
    fn odd_uris_are_refused() {
        let long = format!("holdfast://{}/node/a", "x".repeat(65));
        for (uri, code) in [
            ("https://a/node/b", "identity-uri"),
            ("holdfast://a/node", "identity-uri"),
            ("holdfast://a/node/b/c", "identity-uri"),
            ("holdfast://a/relay/b", "identity-kind"),
            ("holdfast:///node/b", "identity-name"),
            ("holdfast://A/node/b", "identity-name"),
            ("holdfast://a/node/b?x", "identity-name"),
            ("holdfast://a/node/ b", "identity-name"),
            (&long, "identity-name"),
        ] {
            assert_eq!(PeerIdentity::parse_uri(uri).unwrap_err().code(), code, "{uri}");
        }
    }

    #[test]
    fn json_with_an_illegal_name_is_refused() {
        let bad = r#"{"clinic":"../x","kind":"node","replica":"a"}"#;
        assert!(serde_json::from_str::<PeerIdentity>(bad).is_err());
    }
}
