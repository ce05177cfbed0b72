//! How the node looks after what it holds: damage, and patients let go.

use std::time::Duration;

use holdfast_api::config::Reader;

/// How damage is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScrubConfig {
    /// From the start of the node to the first look.
    pub first: Duration,
    /// From one look to the next; `None`: only by hand.
    pub every: Option<Duration>,
}

/// Which patients are let go. A rule that is `None` lets nobody go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvictionConfig {
    /// Whoever was not visited for so long.
    pub unvisited: Option<Duration>,
    /// Whoever is beyond so many, the longest unvisited first.
    pub max_patients: Option<u64>,
    /// While the disk has less room than this, in bytes, the longest unvisited first.
    pub min_free_bytes: Option<u64>,
    /// How often it is looked.
    pub check_every: Duration,
}

impl EvictionConfig {
    /// Whether any rule may let somebody go.
    pub fn is_on(&self) -> bool {
        self.unvisited.is_some() || self.max_patients.is_some() || self.min_free_bytes.is_some()
    }
}

pub(super) fn scrub(reader: &mut Reader) -> Option<ScrubConfig> {
    let first_s = reader.number("scrub", "first_s", 1..=86_400);
    let every_h = reader.number("scrub", "every_h", 0..=8_760);
    let every = above_zero(every_h?).map(|hours| Duration::from_secs(hours * 3600));
    Some(ScrubConfig { first: Duration::from_secs(first_s?), every })
}

pub(super) fn eviction(reader: &mut Reader) -> Option<EvictionConfig> {
    let days = reader.number("eviction", "unvisited_days", 0..=36_500);
    let max_patients = reader.number("eviction", "max_patients", 0..=100_000_000);
    let min_free_mib = reader.number("eviction", "min_free_mib", 0..=100_000_000);
    let check_every_s = reader.number("eviction", "check_every_s", 1..=86_400);
    Some(EvictionConfig {
        unvisited: above_zero(days?).map(|days| Duration::from_secs(days * 86_400)),
        max_patients: above_zero(max_patients?),
        min_free_bytes: above_zero(min_free_mib?).map(|mib| mib * 1024 * 1024),
        check_every: Duration::from_secs(check_every_s?),
    })
}

/// Zero is "never" or "no bound".
fn above_zero(number: u64) -> Option<u64> {
    (number > 0).then_some(number)
}
