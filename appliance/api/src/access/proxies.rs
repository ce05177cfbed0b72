//! Proxies in front of the API: behind one everybody has its address, and it says whose request it carries.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies that are trusted; by default none, so that nobody chooses the address that is counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Proxies(Arc<[IpNet]>);

impl FromIterator<IpNet> for Proxies {
    fn from_iter<I: IntoIterator<Item = IpNet>>(nets: I) -> Self {
        Self(nets.into_iter().collect())
    }
}

/// Reads an address, or a network such as `10.0.0.0/8`.
pub(crate) fn read(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

impl Proxies {
    /// Where a request comes from: its peer, or what stands behind the trusted ones. Each proxy adds whom it speaks for at
    /// the right, so whatever is left of the first that is not trusted is that one's own word.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let said = headers.get_all(FORWARDED_FOR).into_iter().filter_map(|value| value.to_str().ok());
        let said: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
        for one in said.into_iter().rev() {
            if !self.0.iter().any(|net| net.contains(&client)) {
                break;
            }
            let Some(address) = address(one) else { break };
            client = address.to_canonical();
        }
        client
    }
}

/// Some proxies add the port.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.trim_matches(['[', ']']).parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_the_rightmost_address_that_is_no_trusted_proxy() {
        let proxies: Proxies = ["10.0.0.0/8", "2001:db8::1"].into_iter().filter_map(read).collect();
        for (peer, said, expected) in [
            ("192.168.1.7", &["1.2.3.4"][..], "192.168.1.7"),
            ("10.1.1.1", &[], "10.1.1.1"),
            ("10.1.1.1", &["1.2.3.4"], "1.2.3.4"),
            ("::ffff:10.1.1.1", &["1.2.3.4:5678"], "1.2.3.4"),
            ("10.1.1.1", &["9.9.9.9, 1.2.3.4"], "1.2.3.4"),
            ("10.1.1.1", &["9.9.9.9", "1.2.3.4, 10.2.2.2"], "1.2.3.4"),
            ("2001:db8::1", &["[2001:db8:5::7]:443"], "2001:db8:5::7"),
            ("10.1.1.1", &["unknown"], "10.1.1.1"),
            ("10.1.1.1", &["10.3.3.3"], "10.3.3.3"),
        ] {
            let mut headers = HeaderMap::new();
            said.iter().for_each(|one| {
                headers.append(FORWARDED_FOR, one.parse().unwrap());
            });
            let client = proxies.client(peer.parse().unwrap(), &headers);
            assert_eq!(client.to_string(), expected, "{peer} {said:?}");
        }
    }

    #[test]
    fn nobody_is_trusted_by_default() {
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, "1.2.3.4".parse().unwrap());
        let peer: IpAddr = "127.0.0.1".parse().unwrap();
        assert_eq!(Proxies::default().client(peer, &headers), peer);
        assert_eq!((read("10.0.0.0/40"), read("proxy.example")), (None, None));
    }
}
