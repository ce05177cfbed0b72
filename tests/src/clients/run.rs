//! Every client in turn, then the controls, then schemathesis.

use super::install::Installed;
use super::node::Node;
use super::openapi::{self, ENDLESS};
use super::peers::{COUNTING, PEERS, PUBLIC, Peer};
use super::round::{Outcome, Table, play};
use super::traffic::Traffic;
use super::{Options, control};
use crate::figure;
use anyhow::Result;
use std::collections::BTreeSet;
use std::path::Path;

/// The control makes up no more than this: one answer is enough.
const CONTROL: Options = Options { examples: 1, phases: "fuzzing" };

/// Runs everything; whether nothing failed and every control did.
///
/// # Errors
/// The clients cannot be installed, or the node or schemathesis does not come to its end.
pub fn run(options: &Options) -> Result<bool> {
    figure::machine();
    let work = tempfile::tempdir()?;
    let installed = Installed::get(work.path())?;
    let mut node = Node::start(work.path())?;
    let failed = clients(&installed, &node, work.path())?;
    let missed = client_controls(&installed, &node, work.path())?;
    let is_conformant = document(options, &installed, &node, work.path())?;
    let is_running = node.is_running();
    if !is_running {
        figure::say("the node has ended");
    }
    Ok(failed == 0 && missed == 0 && is_conformant && is_running)
}

/// How many clients failed.
fn clients(installed: &Installed, node: &Node, work: &Path) -> Result<usize> {
    let table = Table { url: &node.url, token: &node.token, expect_more: 0 };
    let (mut failed, mut steps) = (0, 0);
    for peer in &PEERS {
        let outcome = play(peer, installed, table, work)?;
        for (step, why) in &outcome.0 {
            match why {
                None => figure::say(&format!("{:<16} {step:<20} ok", peer.name)),
                Some(why) => figure::say(&format!("{:<16} {step:<20} failed: {why}", peer.name)),
            }
        }
        steps += outcome.0.len();
        failed += usize::from(outcome.failed().next().is_some());
    }
    figure::print("clients_failed", failed, "clients");
    figure::print("clients_steps", steps, "steps");
    Ok(failed)
}

/// How many controls did not fail as they must.
fn client_controls(installed: &Installed, node: &Node, work: &Path) -> Result<usize> {
    let mut missed = 0;
    for peer in &PEERS {
        let counting = Table { url: &node.url, token: &node.token, expect_more: 1 };
        let unknown = Table { url: &node.url, token: "not-a-token", expect_more: 0 };
        let all_but_public: BTreeSet<&str> = peer.steps().filter(|step| *step != PUBLIC).collect();
        for (what, table, must_fail) in [
            ("expects one resource more", counting, BTreeSet::from(COUNTING)),
            ("has a wrong token", unknown, all_but_public),
        ] {
            let outcome = play(peer, installed, table, work)?;
            missed += usize::from(!fails_as_it_must(peer, what, &outcome, &must_fail));
        }
    }
    figure::print("clients_controls_missed", missed, "controls");
    Ok(missed)
}

fn fails_as_it_must(peer: &Peer, what: &str, outcome: &Outcome, must_fail: &BTreeSet<&str>) -> bool {
    let failed: BTreeSet<&str> = outcome.failed().map(|(step, _)| step).collect();
    let is_right = failed == *must_fail;
    let verdict = if is_right { "fails, as it must" } else { "does not fail as it must" };
    figure::say(&format!(
        "control: {} that {what} {verdict}: {} of {} steps",
        peer.name,
        failed.len(),
        outcome.0.len()
    ));
    if !is_right {
        figure::say(&format!("    failed {failed:?}, not {must_fail:?}"));
    }
    is_right
}

/// schemathesis with a token, without, and on a server that fails; whether the node answered as its document says.
fn document(options: &Options, installed: &Installed, node: &Node, work: &Path) -> Result<bool> {
    let mut server_errors = 0;
    let mut undocumented = 0;
    figure::say(&format!("SKIPPED by schemathesis: {ENDLESS}, because a stream of events does not end"));
    let with = openapi::run("with-token", &node.url, Some(&node.token), options, installed, work)?;
    let without = openapi::run("without-token", &node.url, None, options, installed, work)?;
    for (name, traffic) in [("with the token", &with), ("without a token", &without)] {
        show(name, traffic);
        server_errors += traffic.between(500, 600);
        undocumented += traffic.undocumented();
    }
    for name in &without.opened {
        figure::say(&format!("schemathesis without a token: {name} was answered"));
    }
    let failing = openapi::run("control", &control::failing_server()?, None, &CONTROL, installed, work)?;
    let counted = failing.between(500, 600);
    figure::say(&format!("control: of a server that fails, schemathesis counted {counted} answers of 5xx"));
    // A run that gets nothing through shows nothing.
    let accepted = with.between(200, 300);
    figure::print("schemathesis_5xx", server_errors, "answers");
    figure::print("schemathesis_undocumented", undocumented, "answers");
    figure::print("schemathesis_requests", with.between(0, 1000) + without.between(0, 1000), "requests");
    figure::print("schemathesis_accepted", accepted, "answers");
    figure::print("schemathesis_opened", without.opened.len(), "routes");
    let is_whole = [&with, &without].iter().all(|traffic| traffic.tested.0 == traffic.tested.1);
    Ok(server_errors == 0
        && undocumented == 0
        && without.opened.is_empty()
        && counted > 0
        && accepted > 0
        && is_whole)
}

fn show(name: &str, traffic: &Traffic) {
    let statuses: Vec<String> =
        traffic.statuses.iter().map(|(status, count)| format!("{status}×{count}")).collect();
    let (tested, selected) = traffic.tested;
    figure::say(&format!(
        "schemathesis {name}: {tested} of {selected} operations, answers {}",
        statuses.join(" ")
    ));
    for error in &traffic.server_errors {
        figure::say(&format!("schemathesis {name}: {error}"));
    }
    for failure in &traffic.failures {
        let kind = if failure.is_undocumented() { "undocumented" } else { "of input" };
        figure::say(&format!(
            "schemathesis {name}: {} ({kind}) {}×: {}",
            failure.title,
            failure.count,
            failure.operations.join(", ")
        ));
    }
}
