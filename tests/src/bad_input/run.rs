//! The whole check: control, hand-made cases, judges, figures.

use super::case::Case;
use super::node::Node;
use super::tally::{Tally, say};
use super::{Options, cases, control, dispute, hand, trial};
use crate::figure;
use anyhow::Result;

const MIB: u64 = 1 << 20;
/// What a node may have grown by after everything was refused: its caches and the allocator's slack, not what was sent.
const GROWTH_MAX_MIB: u64 = 96;
/// `--only` this: no cases made by hand.
const JUDGES: &str = "judges";

/// What was counted in all.
#[derive(Default)]
struct Totals {
    server_errors: u64,
    stored_in_part: u64,
    is_bad: bool,
}

/// Runs it and prints what was found; whether all is as it must be.
///
/// # Errors
/// The node does not start, stops answering, a judge cannot be installed, or a control passes.
pub fn run(options: &Options) -> Result<bool> {
    figure::machine();
    let mut totals = Totals::default();
    if options.only.as_deref() != Some(JUDGES) {
        made_by_hand(options, &mut totals)?;
    }
    if options.only.as_deref().is_none_or(|only| only == JUDGES) {
        before_judges(options, &mut totals)?;
    }
    figure::print("bad_input_5xx", totals.server_errors, "answers");
    figure::print("bad_input_stored_in_part", totals.stored_in_part, "cases");
    Ok(!totals.is_bad && totals.server_errors == 0 && totals.stored_in_part == 0)
}

/// Every case that is made by hand.
fn made_by_hand(options: &Options, totals: &mut Totals) -> Result<()> {
    control::must_fail()?;
    let node = &Node::start()?;
    let wanted = |case: &Case| options.only.as_ref().is_none_or(|only| case.kind.contains(only));
    let mut quick = cases::quick(&cases::Place::of(node)?);
    quick.retain(wanted);
    let mut tally = Tally::default();
    let before_bytes = node.usage().rss_bytes;
    node.reset_peak();
    hand::check(node, &quick, &mut tally, options)?;
    report_memory("quick cases", node, before_bytes);
    if !options.sample {
        let mut large = cases::large();
        large.retain(wanted);
        node.reset_peak();
        hand::check(node, &large, &mut tally, options)?;
        report_memory("huge bodies", node, before_bytes);
        let mut slow = cases::slow();
        slow.retain(wanted);
        let (bad, lawful): (Vec<Case>, Vec<Case>) = slow.into_iter().partition(Case::may_store_nothing);
        hand::check_at_once(node, &bad, &mut tally, options)?;
        hand::check(node, &lawful, &mut tally, options)?;
    }
    let grown_mib = node.usage().rss_bytes.saturating_sub(before_bytes) / MIB;
    if grown_mib > GROWTH_MAX_MIB {
        let text = format!("the node holds {grown_mib} MiB more than before; {GROWTH_MAX_MIB} is the most");
        tally.fault("memory", text);
    }
    tally.print(options.verbose);
    figure::print("bad_input_cases", tally.cases, "cases");
    figure::print("bad_input_faults", tally.faults, "cases");
    figure::print("bad_input_rss_growth_mb", grown_mib, "MiB");
    totals.server_errors += tally.server_errors;
    totals.stored_in_part += tally.stored_in_part;
    totals.is_bad |= !tally.is_clean();
    Ok(())
}

/// Mutated examples before the judges, on a node of their own; nothing is wrong where there is no data.
fn before_judges(options: &Options, totals: &mut Totals) -> Result<()> {
    let Some(folder) = crate::data::folder("the judges of check-bad-input") else { return Ok(()) };
    control::must_fail_before_judges(&folder)?;
    let trial = trial::hold(&Node::start()?, &folder, options)?;
    let disputes = dispute::disputes(&trial);
    disputes.print(options.verbose);
    say(&format!("left out, as too large or made of an example that is refused itself: {}", trial.left_out));
    figure::print("bad_input_mutated", disputes.mutated, "resources");
    figure::print("bad_input_accepted_unexplained", disputes.accepted_unexplained, "resources");
    figure::print("bad_input_rejected_unexplained", disputes.rejected_unexplained, "resources");
    totals.server_errors += trial.server_errors;
    totals.stored_in_part += trial.stored_in_part;
    totals.is_bad |= !disputes.is_clean();
    Ok(())
}

fn report_memory(what: &str, node: &Node, before_bytes: u64) {
    let usage = node.usage();
    say(&format!(
        "memory: {what}: resident {} MiB before, {} MiB after, {} MiB at its peak",
        before_bytes / MIB,
        usage.rss_bytes / MIB,
        usage.rss_peak_bytes / MIB
    ));
}
