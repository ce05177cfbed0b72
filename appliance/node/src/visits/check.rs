//! A test call through the node's own relay, by a second and independent WebRTC stack (`holdfast-participant`): what patients are going
//! to need is tried before they do.

use std::net::IpAddr;
use std::time::Duration;

use holdfast_participant::{Call, CallOptions, Report, Turn};
use metrics::gauge;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::RelayClient;
use crate::failure::{EXIT_CHECK, Failure};

/// A page waits no longer than this for somebody's first picture before it says that something is wrong, in milliseconds.
const FIRST_FRAME_MS: u64 = 5_000;
/// Of what is sent on this machine nothing should be lost.
const LOSS: f64 = 0.01;
/// The test tone is far above this, of full scale 1.
const ENERGY: f64 = 0.000_1;
/// A port on this machine answers within milliseconds.
const PORT_WITHIN: Duration = Duration::from_secs(3);
/// How long a connection may take to come about.
const PATIENCE: Duration = Duration::from_secs(8);

/// A way to the relay.
struct Path {
    name: &'static str,
    turn: Option<Turn>,
}

/// Makes a call of two on each way to the relay, `seconds` long, and tells how each went.
///
/// # Errors
/// [`Failure`], with all that was found, if any way does not carry a call.
pub(crate) async fn check(
    relay: &RelayClient,
    from: IpAddr,
    seconds: u64,
    mut tell: impl FnMut(&str),
) -> Result<String, Failure> {
    let result = try_all(relay, from, seconds, &mut tell).await;
    gauge!("holdfast_visit_check_ok").set(if result.is_ok() { 1.0 } else { 0.0 });
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    gauge!("holdfast_visit_check_seconds").set(now.map_or(0.0, |now| now.as_secs_f64()));
    result
}

async fn try_all(
    relay: &RelayClient,
    from: IpAddr,
    seconds: u64,
    tell: &mut impl FnMut(&str),
) -> Result<String, Failure> {
    let failed = |text: String| Failure::with_exit("check-failed", EXIT_CHECK, text);
    let status = relay.status().await.map_err(|error| {
        let why = error.without_url();
        failed(format!("visits cannot be held: the media relay does not answer ({why}); see whether its process runs and whether relay.control names its port"))
    })?;
    if !status.takes_visits {
        return Err(failed(format!(
            "no new visit can be held: the relay carries {} of {} visits and is full; wait until one ends, or size it larger (relay.visits)",
            status.visits, status.visits_max
        )));
    }
    let (mut lines, mut is_bad) = (Vec::new(), false);
    let calls = paths(relay, &status.turn).into_iter().map(Way::Call);
    let ports = status.turn.iter().filter(|url| !url.ends_with("transport=udp")).map(|url| Way::Port(url));
    for way in calls.chain(ports) {
        let line = match way {
            Way::Call(path) => match call(relay, from, seconds, &path).await {
                Ok(reports) => judged(&path, &reports),
                Err(why) => Err(format!("{}: no call came about: {why}", path.name)),
            },
            Way::Port(url) => port(url).await,
        };
        is_bad |= line.is_err();
        let text = match line {
            Ok(text) => format!("ok    {text}"),
            Err(text) => format!("FAIL  {text}"),
        };
        tell(&text);
        lines.push(text);
    }
    let whole = lines.join("\n");
    if is_bad {
        return Err(failed(format!(
            "visits cannot be held as they should:\n{whole}\nsee docs/runbooks/visits.md for each way that failed"
        )));
    }
    Ok(format!("{whole}\nvisits can be held"))
}

/// What is tried.
enum Way<'u> {
    /// A call.
    Call(Path),
    /// Whether a port of TURN answers: the participant speaks TURN over UDP alone.
    Port(&'u str),
}

/// Connects to a TURN port for streams, and asks it who is there (RFC 8489 §2): an answer is an answer, whatever it says.
async fn port(url: &str) -> Result<String, String> {
    let name = if url.starts_with("turns:") { "TURN over TLS" } else { "TURN over TCP" };
    let address = url.split_once(':').map_or(url, |(_, rest)| rest).split('?').next().unwrap_or_default();
    let failed = |why: &str| format!("{name}: its port {address} {why}");
    let connect = tokio::time::timeout(PORT_WITHIN, TcpStream::connect(address)).await;
    let Ok(Ok(mut stream)) = connect else { return Err(failed("takes no connection")) };
    if url.starts_with("turns:") {
        return Ok(format!("{name}: its port takes connections; its certificate is for browsers to judge"));
    }
    let mut request = [0; 20];
    request[1] = 1;
    request[4..8].copy_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
    let mut answer = [0; 20];
    let asked = async {
        stream.write_all(&request).await?;
        stream.read_exact(&mut answer).await
    };
    match tokio::time::timeout(PORT_WITHIN, asked).await {
        Ok(Ok(_)) if answer[4..8] == request[4..8] => Ok(format!("{name}: its port answers")),
        _ => Err(failed("does not answer as TURN does")),
    }
}

/// Directly, and by TURN over UDP.
fn paths(relay: &RelayClient, urls: &[String]) -> Vec<Path> {
    let mut out = vec![Path { name: "directly", turn: None }];
    let url = urls.iter().find(|url| url.starts_with("turn:") && url.ends_with("transport=udp"));
    if let (Some(url), Some((username, password))) = (url, relay.credentials("check", "check")) {
        let turn = Some(Turn { url: url.clone(), username, password });
        out.push(Path { name: "through TURN over UDP", turn });
    }
    out
}

/// What both have received.
async fn call(
    relay: &RelayClient,
    from: IpAddr,
    seconds: u64,
    path: &Path,
) -> Result<[Report; 2], holdfast_participant::CallError> {
    let port = relay.control_port();
    let visit = format!("check-{}", std::process::id());
    let options = CallOptions { from, turn: path.turn.clone(), slots: 1, patience: PATIENCE, listens: false };
    let first = Call::join(&port, &visit, "check-1", options.clone()).await?;
    let second = match Call::join(&port, &visit, "check-2", options).await {
        Ok(second) => second,
        Err(error) => {
            first.leave().await;
            return Err(error);
        }
    };
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let reports = [first.report(), second.report()];
    first.leave().await;
    second.leave().await;
    Ok(reports)
}

/// In words; an error if it is not as it should be.
fn judged(path: &Path, reports: &[Report; 2]) -> Result<String, String> {
    let joined_ms = reports.iter().map(|report| report.joined_ms).max().unwrap_or_default();
    // From the connection on: what the other stack takes to look for its own addresses is not the relay's.
    let since = |report: &Report| report.first_frame_ms.map(|ms| ms.saturating_sub(report.joined_ms));
    let first_ms = reports.iter().map(since).max().flatten();
    let has_seen = reports.iter().all(|report| report.first_frame_ms.is_some());
    let loss =
        reports.iter().map(|report| report.loss("audio").max(report.loss("video"))).fold(0.0, f64::max);
    let energy = reports.iter().map(energy).fold(f64::INFINITY, f64::min);
    let shown = |ms: Option<u64>| ms.map_or_else(|| "none".to_owned(), |ms| format!("{ms} ms"));
    let text = format!(
        "{}: joined after {joined_ms} ms, first picture {} later, {:.2} % lost, sound at {}",
        path.name,
        shown(first_ms),
        loss * 100.0,
        if energy > ENERGY { format!("{:.0} dB", 10.0 * energy.log10()) } else { "silence".to_owned() },
    );
    let is_good =
        has_seen && first_ms.is_some_and(|ms| ms <= FIRST_FRAME_MS) && loss <= LOSS && energy > ENERGY;
    if is_good { Ok(text) } else { Err(text) }
}

/// Of the loudest slot.
fn energy(report: &Report) -> f64 {
    let slots = report.slots.iter().filter(|(name, _)| name.starts_with("audio"));
    slots.filter_map(|(_, slot)| slot.energy).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_participant::SlotReport;

    fn report(first: Option<u64>, lost: u64, energy: Option<f64>) -> Report {
        let slot = SlotReport { packets: 100, lost, frames: 9, first_ms: first, energy };
        let slots = [("audio-0".to_owned(), slot.clone()), ("video-0".to_owned(), slot)];
        Report { joined_ms: 80, first_frame_ms: first, slots: slots.into_iter().collect() }
    }

    #[test]
    fn a_call_is_good_if_both_see_and_hear() {
        let path = Path { name: "directly", turn: None };
        let good = report(Some(300), 0, Some(0.05));
        assert_eq!(
            judged(&path, &[good.clone(), good.clone()]).unwrap(),
            "directly: joined after 80 ms, first picture 220 ms later, 0.00 % lost, sound at -13 dB"
        );
        for bad in [
            report(None, 0, Some(0.05)),
            report(Some(6_000), 0, Some(0.05)),
            report(Some(300), 9, Some(0.05)),
            report(Some(300), 0, None),
        ] {
            assert!(judged(&path, &[good.clone(), bad]).is_err());
        }
    }
}
