//! In which time zone the clinic of `make run` is.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use jiff::civil::date;

use crate::clinic::Now;

/// Where machines say which zone they are in.
const LOCAL: &str = "/etc/localtime";

/// The zone of that name; without one, the machine's own, or UTC if it does not say.
///
/// # Errors
/// No zone has that name.
pub(super) fn named(name: Option<&str>) -> Result<Zone> {
    match name {
        Some(name) => Zone::named(name).with_context(|| format!("cannot use the time zone {name}")),
        None => Ok(machine().and_then(|name| Zone::named(&name).ok()).unwrap_or_else(Zone::utc)),
    }
}

fn machine() -> Option<String> {
    let said = std::env::var("TZ").ok().filter(|name| !name.is_empty());
    said.or_else(|| linked(&std::fs::read_link(LOCAL).ok()?))
}

fn linked(to: &Path) -> Option<String> {
    Some(to.to_str()?.split_once("zoneinfo/")?.1.to_owned())
}

/// Date and time there.
pub(super) fn now(zone: &Zone) -> Result<Now> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    let minute = minute_of_ms(u64::try_from(since.as_millis())?);
    let local = zone.local(minute);
    let day = i64::from((local.date() - date(1970, 1, 1)).get_days());
    let of_day = i64::from(local.hour()) * 60 + i64::from(local.minute());
    Ok(Now { day, minute: of_day, offset_minutes: zone.offset_min(minute) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_says_its_zone_by_a_link() {
        assert_eq!(linked(Path::new("/usr/share/zoneinfo/Europe/Berlin")).as_deref(), Some("Europe/Berlin"));
        assert_eq!(linked(Path::new("/etc/other")), None);
        assert_eq!(named(Some("Europe/Berlin")).unwrap().name(), "Europe/Berlin");
        assert!(named(Some("Mars/Olympus")).is_err());
    }

    #[test]
    fn now_is_by_the_wall_clock_of_the_zone() {
        let (utc, tokyo) = (now(&Zone::utc()).unwrap(), now(&Zone::named("Asia/Tokyo").unwrap()).unwrap());
        let all = |now: Now| now.day * 1440 + now.minute;
        assert_eq!((utc.offset_minutes, tokyo.offset_minutes), (0, 540));
        assert!((539..=541).contains(&(all(tokyo) - all(utc))));
    }
}
