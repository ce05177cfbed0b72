//! `[booking]`: what of the clinic's time head office may sell.

use std::time::Duration;

use holdfast_api::config::Reader;

/// How the clinic's time is shared with head office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingConfig {
    /// So many days ahead time is granted; 0: none is.
    pub web_days: u32,
    /// From one look at what is to be granted and what comes back to the next.
    pub check_every: Duration,
}

pub(super) fn booking(reader: &mut Reader) -> Option<BookingConfig> {
    let web_days = reader.number("booking", "web_days", 0..=180);
    let check_every_s = reader.number("booking", "check_every_s", 1..=3_600);
    Some(BookingConfig {
        web_days: u32::try_from(web_days?).ok()?,
        check_every: Duration::from_secs(check_every_s?),
    })
}
