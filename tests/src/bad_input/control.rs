//! The control: a server that takes everything must be found wanting by the same check.

use super::node::Node;
use super::tally::say;
use super::{Options, cases, dispute, hand, trial};
use anyhow::{Result, ensure};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

/// Cases of every kind that the control is asked.
const EVERY: usize = 5;
const READ_WITHIN: Duration = Duration::from_millis(200);
const YES: &str = "HTTP/1.1 201 Created\r\ncontent-type: application/fhir+json\r\ncontent-length: 29\r\nconnection: close\r\n\r\n{\"resourceType\":\"Parameters\"}";

/// Every refusal that is missing must be reported, and every lawful request must not.
///
/// # Errors
/// The check passed a server that refuses nothing.
pub(super) fn must_fail() -> Result<()> {
    let node = yes_sayer()?;
    let all = cases::quick(&cases::Place::nowhere());
    let asked: Vec<_> = all.into_iter().step_by(EVERY).collect();
    let must_be_refused = asked.iter().filter(|case| case.is_refusal()).count() as u64;
    let tally = hand::check_answers(&node, &asked, &Options::default())?;
    ensure!(
        must_be_refused > 0 && tally.faults >= must_be_refused,
        "the control failed: of {must_be_refused} requests that a server should refuse and took, {} were reported",
        tally.faults
    );
    say(&format!(
        "control: a server that takes everything was reported {} times, as it must be",
        tally.faults
    ));
    Ok(())
}

/// The judges find much that it takes, and none of that may be explained away.
///
/// # Errors
/// The check passed a server that refuses nothing, or a judge does not work.
pub(super) fn must_fail_before_judges(folder: &Path) -> Result<()> {
    let options = Options { sample: true, ..Options::default() };
    let disputes = dispute::disputes(&trial::hold(&yes_sayer()?, folder, &options)?);
    ensure!(
        disputes.accepted_unexplained * 2 > disputes.mutated,
        "the control failed: a server that takes everything was found wrong in {} of {} mutations alone",
        disputes.accepted_unexplained,
        disputes.mutated
    );
    say(&format!(
        "control: it took {} mutated resources that a judge refuses, and none is explained",
        disputes.accepted_unexplained
    ));
    Ok(())
}

/// Answers 201 to everything until the process ends.
fn yes_sayer() -> Result<Node> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let node = Node::pretended(&listener.local_addr()?.to_string());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || say_yes(stream));
        }
    });
    Ok(node)
}

fn say_yes(mut stream: TcpStream) {
    let _ = stream.set_read_timeout(Some(READ_WITHIN));
    let mut piece = vec![0; 64 << 10];
    let _ = stream.read(&mut piece);
    let _ = stream.write_all(YES.as_bytes());
}
