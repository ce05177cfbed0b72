//! Zones by the names that Windows and Outlook write into their calendars.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::scheduling::zone::Zone;

/// Unicode CLDR's `windowsZones` (Unicode-3.0), a line each: the name, and the tz database's zone of its own territory.
static NAMES: LazyLock<BTreeMap<&str, &str>> =
    LazyLock::new(|| include_str!("windows.tsv").lines().filter_map(|line| line.split_once('\t')).collect());

/// The zone of a TZID: a name of the tz database, alone or behind the path of whoever made the calendar
/// (`/mozilla.org/20070129_1/Europe/Berlin`), or one of Windows.
pub(super) fn zone_of(name: &str) -> Option<Zone> {
    let mut rest = Some(name.trim_start_matches('/'));
    while let Some(name) = rest {
        if let Ok(zone) = Zone::named(NAMES.get(name).copied().unwrap_or(name)) {
            return Some(zone);
        }
        rest = name.split_once('/').map(|(_, rest)| rest);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_of_a_zone_that_there_is() {
        assert_eq!(NAMES.len(), 133);
        for (name, zone) in NAMES.iter() {
            assert!(Zone::named(zone).is_ok(), "{name}: {zone}");
        }
        for (name, zone) in [
            ("Europe/Berlin", Some("Europe/Berlin")),
            ("/freeassociation.sourceforge.net/America/New_York", Some("America/New_York")),
            ("W. Europe Standard Time", Some("Europe/Berlin")),
            ("Customized Time Zone", None),
            ("", None),
            ("////", None),
        ] {
            assert_eq!(zone_of(name).as_ref().map(Zone::name), zone, "{name}");
        }
    }
}
