//! The hand-made cases against one node.

use super::Options;
use super::case::{Case, Expect};
use super::node::Node;
use super::picture::{self, Newest, Whole};
use super::tally::{Tally, say};
use super::verdict::fault;
use super::wire::{Outcome, exchange};
use anyhow::{Context, Result};

/// Sends every case and judges the answers, not what is stored.
pub(super) fn check_answers(node: &Node, cases: &[Case], options: &Options) -> Result<Tally> {
    let mut tally = Tally::default();
    for case in cases {
        judge(case, &answer_to(node, case)?, &mut tally, options);
    }
    Ok(tally)
}

/// Sends every case one after the other, and looks at what is stored after each.
pub(super) fn check(node: &Node, cases: &[Case], tally: &mut Tally, options: &Options) -> Result<()> {
    let mut before = picture::newest(node)?;
    let (mut whole_before, mut stores) = (picture::whole(node)?, false);
    for (at, case) in cases.iter().enumerate() {
        let outcome = answer_to(node, case)?;
        judge(case, &outcome, tally, options);
        let after = picture::newest(node).with_context(|| format!("the node is gone after {}", case.name))?;
        let is_refused = case.may_store_nothing();
        look(case, is_refused, &before, &after, tally);
        // Type by type where a kind ends, unless some of it was lawful and is stored.
        let ends_kind = cases.get(at + 1).is_none_or(|next| next.kind != case.kind);
        stores |= !is_refused;
        if ends_kind {
            let whole = picture::whole(node)?;
            if !stores {
                look_whole(case, &whole_before, &whole, tally);
            }
            (whole_before, stores) = (whole, false);
        }
        before = after;
    }
    Ok(())
}

/// Sends all at the same time: clients that are slow on purpose.
pub(super) fn check_at_once(node: &Node, cases: &[Case], tally: &mut Tally, options: &Options) -> Result<()> {
    let before = picture::whole(node)?;
    let outcomes: Vec<Result<Outcome>> = std::thread::scope(|scope| {
        let sent: Vec<_> = cases.iter().map(|case| scope.spawn(|| answer_to(node, case))).collect();
        sent.into_iter().map(|one| one.join().unwrap_or(Ok(Outcome::Closed))).collect()
    });
    for (case, outcome) in cases.iter().zip(outcomes) {
        judge(case, &outcome?, tally, options);
    }
    if let Some(last) = cases.last() {
        look_whole(last, &before, &picture::whole(node)?, tally);
    }
    Ok(())
}

fn judge(case: &Case, outcome: &Outcome, tally: &mut Tally, options: &Options) {
    tally.case(case.kind);
    if let Outcome::Answered(answer) = outcome
        && answer.status >= 500
    {
        tally.server_errors += 1;
    }
    let found = fault(&case.expect, outcome);
    if options.verbose {
        let status = if let Outcome::Answered(answer) = outcome { answer.status } else { 0 };
        say(&format!("{:<28} {status} {}", case.kind, case.name));
    }
    if let Some(text) = found {
        tally.fault(case.kind, format!("{}\n        {text}", case.name));
    }
}

fn look(case: &Case, is_refused: bool, before: &Newest, after: &Newest, tally: &mut Tally) {
    if is_refused && before != after {
        tally.stored_in_part += 1;
        tally.fault(case.kind, format!("{}\n        something was stored", case.name));
    }
    if matches!(case.expect, Expect::Stored) && before == after {
        tally.fault(case.kind, format!("{}\n        it is lawful, and nothing was stored", case.name));
    }
}

fn look_whole(case: &Case, before: &Whole, after: &Whole, tally: &mut Tally) {
    let changed = before.differs(after);
    if !changed.is_empty() {
        tally.stored_in_part += 1;
        let types = changed.join(", ");
        tally
            .fault(case.kind, format!("after all of this kind, more or other resources of {types} are held"));
    }
}

fn answer_to(node: &Node, case: &Case) -> Result<Outcome> {
    exchange(&node.authority, &case.steps(&node.authority, &node.token), case.limit)
}
