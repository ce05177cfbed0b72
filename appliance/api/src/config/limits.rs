//! The keys of the section `[limits]` that every binary with an API has.

use std::num::NonZeroU32;
use std::time::Duration;

use super::Reader;
use crate::access::proxies;
use crate::access::rate::{Rate, Rates};
use crate::listen::Connections;

/// Reads `max_connections` and `shutdown_s`.
pub fn connections(reader: &mut Reader) -> Option<Connections> {
    let most = reader.number("limits", "max_connections", 8..=65_536);
    let seconds = reader.number("limits", "shutdown_s", 1..=300);
    Some(Connections {
        most: usize::try_from(most?).unwrap_or(usize::MAX),
        finish_within: Duration::from_secs(seconds?),
    })
}

/// Reads `user_per_second`, `user_burst`, `device_per_second`, `device_burst` (0 a second is no bound) and
/// `trusted_proxies`.
pub fn rates(reader: &mut Reader) -> Option<Rates> {
    let mut rate = |per_second, burst| {
        let per_second = reader.number("limits", per_second, 0..=1_000_000);
        let burst = reader.number("limits", burst, 1..=1_000_000);
        let number = |n: u64| u32::try_from(n).ok().and_then(NonZeroU32::new);
        let (per_second, burst) = (number(per_second?), number(burst?)?);
        Some(per_second.map(|per_second| Rate { per_second, burst }))
    };
    let (user, device) = (rate("user_per_second", "user_burst"), rate("device_per_second", "device_burst"));
    let network = "an address or a network, for example \"10.0.0.7\" or \"10.0.0.0/8\"";
    let proxies = reader.list("limits", "trusted_proxies", network, proxies::read);
    Some(Rates { user: user?, device: device?, proxies: proxies?.into_iter().collect() })
}

/// Reads `max_file_mib`.
pub fn file_bytes(reader: &mut Reader) -> Option<u64> {
    reader.number("limits", "max_file_mib", 1..=1024).map(|mib| mib << 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Layers;

    #[test]
    fn nothing_a_second_is_no_bound() {
        let read = |user: u32| {
            let text = format!(
                "[limits]\nuser_per_second = {user}\nuser_burst = 20\ndevice_per_second = 30\ndevice_burst = 40\n\
                 trusted_proxies = [\"10.0.0.7\"]\n"
            );
            rates(&mut Reader::new(Layers::over(Box::leak(text.into_boxed_str())))).unwrap()
        };
        let rate = |per_second, burst| {
            Some(Rate { per_second: NonZeroU32::new(per_second)?, burst: NonZeroU32::new(burst)? })
        };
        assert_eq!(
            read(10),
            Rates {
                user: rate(10, 20),
                device: rate(30, 40),
                proxies: proxies::read("10.0.0.7").into_iter().collect()
            }
        );
        assert_eq!(read(0).user, None);
    }
}
