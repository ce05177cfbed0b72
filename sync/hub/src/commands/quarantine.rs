//! `holdfast-hub quarantine`: what is held for review, and what becomes of it.

use std::sync::Arc;

use anyhow::{Context, Result};
use holdfast_clinical::FhirRules;
use holdfast_core::hlc::Hlc;
use holdfast_core::view::instant;
use holdfast_hub::config::Config;
use holdfast_hub::storage;
use holdfast_store::quarantine::{self, Decided, Held, Review};
use holdfast_store::{Place, Surroundings};

use super::say;

pub(crate) fn list(config: &Config) -> Result<()> {
    let db = storage::open_database(config)?;
    let mut count = 0;
    quarantine::each(&*db, &mut |held| {
        count += 1;
        say(&summary(&held));
        Ok(())
    })?;
    if count == 0 {
        say("nothing is held for review");
    }
    Ok(())
}

pub(crate) fn show(config: &Config, no: u64) -> Result<()> {
    let held = quarantine::get(&*storage::open_database(config)?, no)?;
    say(&summary(&held));
    for op in &held.ops {
        say(&format!("  {}  {} by {}", op.entity, instant(op.hlc), op.author));
        for change in &op.changes {
            say(&format!("    {} = {}", change.key, change.value.as_deref().unwrap_or("(removed)")));
        }
    }
    Ok(())
}

pub(crate) fn accept(config: &Config, no: u64) -> Result<()> {
    let Decided { held, followed } = review(config)?
        .accept(no)
        .with_context(|| format!("number {no} was not merged, it is still held"))?;
    say(&format!(
        "accepted: {} of {} merged{}; who holds the patients gets them with the next look, within 20 seconds",
        changes(held.ops.len() as u64),
        held.replica,
        also(followed)
    ));
    Ok(())
}

pub(crate) fn drop(config: &Config, no: u64) -> Result<()> {
    let Decided { held, followed } =
        review(config)?.drop(no).with_context(|| format!("number {no} was not dropped, it is still held"))?;
    let from_now_on = if held.code == quarantine::REVOKED_SEGMENT {
        "if the replica sends it again it is refused without a review"
    } else {
        "its author's clinic still shows it until it writes those elements again: tell the clinic"
    };
    let (count, also) = (changes(held.ops.len() as u64), also(followed));
    say(&format!("dropped: {count} of {}{also}; {from_now_on}", held.replica));
    Ok(())
}

fn review(config: &Config) -> Result<Review> {
    let db = storage::open_database(config)?;
    let place = Place { clinic: String::new(), schema: storage::SCHEMA };
    Ok(Review::of(db, Arc::new(FhirRules), place, Surroundings::default()))
}

/// What became of saves that waited for the decision.
fn also(followed: u64) -> String {
    if followed == 0 {
        String::new()
    } else {
        format!(", and {} that waited for it merged", changes(followed))
    }
}

fn summary(held: &Held) -> String {
    let came = instant(Hlc::new(held.at_ms, 0));
    let what = match (held.ops.first(), held.ops.last()) {
        (Some(first), Some(last)) => {
            let (actor, lane) = (first.dot.actor, first.dot.lane.0);
            let count = changes(held.ops.len() as u64);
            format!("{count}: {} to {} in lane {lane} of {actor}", first.dot.seq, last.dot.seq)
        }
        _ => "nothing".to_owned(),
    };
    format!("{}  {came}  {}  {}  {what}", held.no, held.replica, held.code)
}

fn changes(count: u64) -> String {
    if count == 1 { "1 save".to_owned() } else { format!("{count} saves") }
}
