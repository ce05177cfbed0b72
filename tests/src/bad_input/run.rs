//! The whole check: hand-made cases, control, judges, figures.

use super::node::Node;
use super::tally::Tally;
use super::{Options, cases, control, dispute, hand, trial};
use crate::figure;
use anyhow::Result;

const MIB: u64 = 1 << 20;
/// What a node may have grown by after everything was refused: its caches and the allocator's slack, not what was sent.
const GROWTH_MAX_MIB: u64 = 96;

/// `--only` this: no cases made by hand.
const JUDGES: &str = "judges";

/// Runs it and prints what was found; whether all is as it must be.
///
/// # Errors
/// The node does not start, stops answering, or the control passes.
pub fn run(options: &Options) -> Result<bool> {
    figure::machine();
    control::must_fail()?;
    let by_hand = options.only.as_deref() == Some(JUDGES) || made_by_hand(options)?;
    let judged = options.only.as_deref().is_some_and(|only| only != JUDGES) || before_judges(options)?;
    Ok(by_hand && judged)
}

/// Mutated examples before the judges, on a node of their own; nothing is wrong where there is no data.
fn before_judges(options: &Options) -> Result<bool> {
    let Some(folder) = crate::data::folder("the judges of check-bad-input") else { return Ok(true) };
    let node = Node::start()?;
    let trial = trial::hold(&node, &folder, options)?;
    let disputes = dispute::disputes(&trial);
    disputes.print(options.verbose);
    println!("left out, as too large or made of an example that is refused itself: {}", trial.left_out);
    println!("5xx before the judges: {}, stored in part: {}", trial.server_errors, trial.stored_in_part);
    figure::print("bad_input_mutated", disputes.mutated, "resources");
    figure::print("bad_input_accepted_unexplained", disputes.accepted_unexplained, "resources");
    figure::print("bad_input_rejected_unexplained", disputes.rejected_unexplained, "resources");
    Ok(disputes.is_clean() && trial.server_errors == 0 && trial.stored_in_part == 0)
}

/// Every case that is made by hand.
fn made_by_hand(options: &Options) -> Result<bool> {
    let node = &Node::start()?;
    let wanted = |case: &super::case::Case| options.only.as_ref().is_none_or(|only| case.kind.contains(only));
    let mut quick = cases::quick(&cases::Place::of(node)?);
    quick.retain(wanted);
    let mut tally = Tally::default();
    node.reset_peak();
    let before = node.usage();
    hand::check(node, &quick, &mut tally, options)?;
    report_memory("quick cases", node, before.rss_bytes);
    if !options.sample {
        let mut large = cases::large();
        large.retain(wanted);
        node.reset_peak();
        hand::check(node, &large, &mut tally, options)?;
        report_memory("huge bodies", node, before.rss_bytes);
        let mut slow = cases::slow();
        slow.retain(wanted);
        hand::check_at_once(node, &slow, &mut tally, options)?;
    }
    let grown_mib = node.usage().rss_bytes.saturating_sub(before.rss_bytes) / MIB;
    tally.print(options.verbose);
    figure::print("bad_input_cases", tally.cases, "cases");
    figure::print("bad_input_5xx", tally.server_errors, "answers");
    figure::print("bad_input_stored_in_part", tally.stored_in_part, "cases");
    figure::print("bad_input_faults", tally.faults, "cases");
    figure::print("bad_input_rss_growth_mb", grown_mib, "MiB");
    if grown_mib > GROWTH_MAX_MIB {
        tally.fault(
            "memory",
            format!("the node holds {grown_mib} MiB more than before, beyond {GROWTH_MAX_MIB}"),
        );
    }
    Ok(tally.is_clean())
}

fn report_memory(what: &str, node: &Node, before_bytes: u64) {
    let usage = node.usage();
    println!(
        "memory: {what}: resident {} MiB before, {} MiB after, {} MiB at its peak",
        before_bytes / MIB,
        usage.rss_bytes / MIB,
        usage.rss_peak_bytes / MIB
    );
}
