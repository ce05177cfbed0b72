//! How often codes are asked for and tried: by address, so that one machine does not ask for many, and by contact, so that nobody's
//! telephone is flooded, from wherever it is asked.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::ConnectInfo;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use http::request::Parts;

use super::error::BookError;
use crate::access::rate::device_of;
use crate::state::ApiState;

/// A household, a company and a whole mobile network come by one address each.
const ADDRESS_BURST: u32 = 30;
const ADDRESS_EVERY: Duration = Duration::from_secs(20);
const CONTACT_BURST: u32 = 5;
const CONTACT_EVERY: Duration = Duration::from_secs(300);

/// How much is asked for before somebody has to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// From one address, after a rest.
    pub address_burst: u32,
    /// From one address, for long.
    pub address_every: Duration,
    /// To one contact, after a rest.
    pub contact_burst: u32,
    /// To one contact, for long.
    pub contact_every: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address_burst: ADDRESS_BURST,
            address_every: ADDRESS_EVERY,
            contact_burst: CONTACT_BURST,
            contact_every: CONTACT_EVERY,
        }
    }
}

type Limiter = Option<DefaultKeyedRateLimiter<String>>;

/// What is counted. In this process alone: a restart forgets it, but not how often a code was wrong.
#[derive(Default)]
pub(super) struct Limiters {
    address: Limiter,
    contact: Limiter,
}

impl Limiters {
    pub(super) fn new(limits: Option<Limits>) -> Self {
        let Some(limits) = limits else { return Self::default() };
        let limiter = |burst: u32, every: Duration| {
            let quota = Quota::with_period(every)?.allow_burst(NonZeroU32::new(burst)?);
            Some(DefaultKeyedRateLimiter::keyed(quota))
        };
        Self {
            address: limiter(limits.address_burst, limits.address_every),
            contact: limiter(limits.contact_burst, limits.contact_every),
        }
    }

    /// Counts a request by where it comes from.
    ///
    /// # Errors
    /// [`BookError::TooMany`].
    pub(super) fn by_address(&self, state: &ApiState, parts: &Parts) -> Result<(), BookError> {
        let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else {
            return count(&self.address, String::new());
        };
        let client = state.parts().rates.proxies.client(peer.ip(), &parts.headers);
        count(&self.address, device_of(client).to_string())
    }

    /// Counts a code by whom it goes to.
    ///
    /// # Errors
    /// [`BookError::TooMany`].
    pub(super) fn by_contact(&self, contact: String) -> Result<(), BookError> {
        count(&self.contact, contact)
    }

    /// Forgets those who have not been here for long.
    pub(super) fn forget(&self) {
        for limiter in [&self.address, &self.contact].into_iter().flatten() {
            limiter.retain_recent();
        }
    }
}

fn count(limiter: &Limiter, key: String) -> Result<(), BookError> {
    let Some(limiter) = limiter else { return Ok(()) };
    limiter.check_key(&key).map_err(|not_until| {
        let wait = not_until.wait_time_from(DefaultClock::default().now());
        let after_s = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        BookError::TooMany { after_s }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_contact_waits_and_another_does_not() {
        let limits = Limiters::new(Some(Limits::default()));
        let ask = |who: &str| limits.by_contact(who.to_owned());
        for _ in 0..CONTACT_BURST {
            assert_eq!(ask("a"), Ok(()));
        }
        let Err(BookError::TooMany { after_s }) = ask("a") else { panic!("nobody waits") };
        assert!((1..=301).contains(&after_s), "{after_s}");
        assert_eq!(ask("b"), Ok(()));
        assert_eq!(Limiters::new(None).by_contact("a".into()), Ok(()));
    }
}
