//! How many requests a user and a device may make: so many a second for long, and a burst on top. Whoever goes past that is
//! told when to come back; everybody else is served as always.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::IntoResponse;
use governor::middleware::NoOpMiddleware;
use http::Request;
use tokio::sync::watch;
use tower_governor::governor::{GovernorConfig, GovernorConfigBuilder};
use tower_governor::key_extractor::KeyExtractor;
use tower_governor::{GovernorError, GovernorLayer};

use super::policy::Principal;
use super::proxies::Proxies;
use crate::error::{ApiError, RequestError};
use crate::state::ApiState;

/// How often those who have not been here for long are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// A rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// Requests a second, for long.
    pub per_second: NonZeroU32,
    /// Requests at once, after a rest.
    pub burst: NonZeroU32,
}

/// Rates of the API; none: no bound.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rates {
    /// Of one sign-in.
    pub user: Option<Rate>,
    /// Of one address (of an IPv6 address, its /64): all sign-ins there together, and those who have none.
    pub device: Option<Rate>,
    /// Proxies in front of the API, whose word is taken for whom they speak for.
    pub proxies: Proxies,
}

type Kept<K> = Arc<GovernorConfig<K, NoOpMiddleware<governor::clock::QuantaInstant>>>;
pub(super) type Layer<K> = GovernorLayer<K, NoOpMiddleware<governor::clock::QuantaInstant>, Body>;

/// What is counted of whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    user: Option<Kept<User>>,
    device: Option<Kept<Device>>,
}

/// Counts by who has signed in; stands behind the guard.
#[derive(Clone, Copy, Debug)]
pub(super) struct User;

/// Counts by where a request comes from.
#[derive(Clone, Debug)]
pub(super) struct Device {
    proxies: Proxies,
}

impl KeyExtractor for User {
    type Key = String;

    fn extract<T>(&self, request: &Request<T>) -> Result<String, GovernorError> {
        Ok(request.extensions().get::<Arc<Principal>>().map(|who| who.id.clone()).unwrap_or_default())
    }
}

impl KeyExtractor for Device {
    type Key = Option<IpAddr>;

    fn extract<T>(&self, request: &Request<T>) -> Result<Option<IpAddr>, GovernorError> {
        let peer = request.extensions().get::<ConnectInfo<std::net::SocketAddr>>();
        let client = |ConnectInfo(peer): &ConnectInfo<std::net::SocketAddr>| {
            self.proxies.client(peer.ip(), request.headers())
        };
        Ok(peer.map(client).map(device_of))
    }
}

/// One household has a /64 of IPv6 addresses, and a machine may use a new one for each request.
pub(crate) fn device_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        v4 => v4,
    }
}

impl Counted {
    /// Nobody counted yet.
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            user: rates.user.and_then(|rate| kept(User, rate)),
            device: rates.device.and_then(|rate| kept(Device { proxies: rates.proxies }, rate)),
        }
    }

    pub(super) fn by_user(&self) -> Option<Layer<User>> {
        self.user.clone().map(layer)
    }

    pub(super) fn by_device(&self) -> Option<Layer<Device>> {
        self.device.clone().map(layer)
    }

    fn forget(&self) {
        if let Some(kept) = &self.user {
            kept.limiter().retain_recent();
        }
        if let Some(kept) = &self.device {
            kept.limiter().retain_recent();
        }
    }
}

fn kept<K: KeyExtractor>(key: K, rate: Rate) -> Option<Kept<K>> {
    let mut builder = GovernorConfigBuilder::default().key_extractor(key);
    let between = Duration::from_secs(1) / rate.per_second.get();
    builder.period(between).burst_size(rate.burst.get()).finish().map(Arc::new)
}

fn layer<K: KeyExtractor>(kept: Kept<K>) -> Layer<K> {
    GovernorLayer::new(kept).error_handler(|error| {
        let after_s = match error {
            GovernorError::TooManyRequests { wait_time, .. } => wait_time,
            _ => 0,
        };
        ApiError::from(RequestError::TooMany { after_s: u32::try_from(after_s).unwrap_or(u32::MAX).max(1) })
            .into_response()
    })
}

/// Forgets, until `stop` says so, who has not been here for long: what is counted takes no more memory than those who are.
pub async fn run(state: ApiState, mut stop: watch::Receiver<bool>) {
    let told = async move {
        // A sender that is gone means that the program ends.
        let _gone = stop.wait_for(|stop| *stop).await.is_ok();
    };
    let forgetting = async {
        loop {
            tokio::time::sleep(FORGET_EVERY).await;
            state.counted().forget();
        }
    };
    tokio::select! {
        () = told => {}
        () = forgetting => {}
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[test]
    fn a_device_is_an_address_or_a_network_of_them() {
        let of = |text: &str| {
            device_of(Proxies::default().client(text.parse().unwrap(), &HeaderMap::new())).to_string()
        };
        assert_eq!(of("192.168.1.7"), "192.168.1.7");
        assert_eq!(of("::ffff:192.168.1.7"), "192.168.1.7", "one device, however it is written");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
