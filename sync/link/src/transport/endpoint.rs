//! Where a hub or node is reached.

use std::{fmt, str::FromStr};

use http::Uri;
use rustls::pki_types::ServerName;
use serde::{Deserialize, Serialize};

use super::TransportError;

/// The port of an endpoint URL that names none.
const DEFAULT_PORT: u16 = 443;

/// One `https://host[:port]`. No path, no query, no user.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Endpoint {
    host: String,
    port: u16,
}

impl Endpoint {
    /// Parses an endpoint URL.
    ///
    /// # Errors
    /// [`TransportError::BadEndpoint`] for another scheme, a path, or a host that cannot be in a certificate.
    pub fn parse(url: &str) -> Result<Self, TransportError> {
        let bad = || TransportError::BadEndpoint { url: url.chars().take(200).collect() };
        let uri = Uri::from_str(url).map_err(|_| bad())?;
        let plain = uri.scheme_str() == Some("https") && uri.path() == "/" && uri.query().is_none();
        let authority = uri.authority().filter(|a| plain && !a.as_str().contains('@')).ok_or_else(bad)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = authority.port_u16().unwrap_or(DEFAULT_PORT);
        ServerName::try_from(host.as_str()).map_err(|_| bad())?;
        Ok(Self { host, port })
    }

    /// The host to dial: a DNS name or an IP address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `host:port`, with brackets around an IPv6 address.
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The name that the server's certificate must hold.
    pub(super) fn server_name(&self) -> Result<ServerName<'static>, TransportError> {
        ServerName::try_from(self.host.clone())
            .map_err(|_| TransportError::BadEndpoint { url: self.to_string() })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.authority())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

impl TryFrom<String> for Endpoint {
    type Error = TransportError;

    fn try_from(url: String) -> Result<Self, TransportError> {
        Self::parse(&url)
    }
}

impl From<Endpoint> for String {
    fn from(endpoint: Endpoint) -> Self {
        endpoint.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_parsed_or_refused() {
        for (url, shown) in [
            ("https://hub.example", Some("https://hub.example:443")),
            ("https://hub.example:8443/", Some("https://hub.example:8443")),
            ("https://127.0.0.1:1", Some("https://127.0.0.1:1")),
            ("https://[::1]:8443", Some("https://[::1]:8443")),
            ("http://hub.example", None),
            ("https://hub.example/sync", None),
            ("https://me@hub.example", None),
            ("https://hub example", None),
            ("hub.example:8443", None),
            ("", None),
        ] {
            assert_eq!(Endpoint::parse(url).ok().map(|e| e.to_string()).as_deref(), shown, "{url}");
        }
    }
}
