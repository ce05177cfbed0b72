//! The check before clinic hours: each day at one time, by the clinic's clock. What it finds is in the log and in `/metrics`.

use std::time::Duration;

use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use tokio::sync::watch;

use super::check::check;
use crate::serve::{Running, shutdown};

/// How long each call of it is: with two ways to the relay, five minutes.
const CALL_S: u64 = 150;
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// Makes it each day at `at` (`HH:MM`) until the node stops.
pub(crate) async fn daily(running: Running, at: String, zone: Zone, mut stop: watch::Receiver<bool>) {
    let mut done_on = String::new();
    while shutdown::sleep(&mut stop, LOOK_EVERY).await {
        let now = zone.local(minute_of_ms(running.writer.records().now_ms())).to_string();
        let (Some(date), Some(time)) = (now.get(..10), now.get(11..16)) else { continue };
        if time != at || date == done_on {
            continue;
        }
        done_on = date.to_owned();
        match check(&running.relay, running.media_from, CALL_S, |_| {}).await {
            Ok(_) => tracing::info!("the check before clinic hours: visits can be held"),
            Err(error) => {
                tracing::error!(error.code = error.code(), error = %error.full_text(), "the check before clinic hours failed")
            }
        }
    }
}

/// Whether a text is a time of day.
pub(crate) fn is_time(text: &str) -> bool {
    let Some((hours, minutes)) = text.split_once(':') else { return false };
    let is_plain = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |text: &str, most: u32| is_plain(text) && text.parse::<u32>().is_ok_and(|n| n < most);
    number(hours, 24) && number(minutes, 60)
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_of_day_are_told_apart_from_others() {
        for (text, expected) in [
            ("06:30", true),
            ("23:59", true),
            ("24:00", false),
            ("6:30", false),
            ("", false),
            ("+6:30", false),
        ] {
            assert_eq!(super::is_time(text), expected, "{text}");
        }
    }
}
