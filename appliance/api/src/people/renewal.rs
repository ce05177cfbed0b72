//! Confirming, again and again, those who may sign in: at the node that was never enrolled, and at head office for its clinics.

use std::time::Duration;

use holdfast_clinical::people::{HOLDFAST_USER, User, confirmed};
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::view::View;
use holdfast_store::{StoreError, writer::Writer};
use tokio::sync::watch;

use super::save;
use crate::sign_in::read_user;
use crate::state::ApiState;

/// From one look to the next.
const EVERY: Duration = Duration::from_secs(600);
/// From one look at the clock to the next.
const TICK: Duration = Duration::from_secs(10);
/// People looked at in one go, and renewed in one commit.
const AT_ONCE: u32 = 200;
/// The author of confirmations.
const AUTHOR: &str = "holdfast";

/// Keeps the highest time seen, forgets old guesses at PINs, and where `confirms` says so confirms people, until `stop` does.
pub async fn run(state: ApiState, confirms: bool, mut stop: watch::Receiver<bool>) {
    let ticks = (EVERY.as_secs() / TICK.as_secs()).max(1);
    for tick in 0u64.. {
        if let Err(error) = look(&state, confirms, tick % ticks == 0).await {
            tracing::warn!(error.code = error.code(), error = %error, "people could not be confirmed; it is tried again");
        }
        if tokio::time::timeout(TICK, stop.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}

async fn look(state: &ApiState, confirms: bool, is_due: bool) -> Result<(), StoreError> {
    let (writer, sign_ins) = (state.writer(), state.sign_ins());
    sign_ins.clock.keep(writer).await?;
    sign_ins.clock.hear(&state.parts().link.report(), writer);
    if !is_due {
        return Ok(());
    }
    let now_ms = sign_ins.clock.now_ms(writer);
    crate::sign_in::forget(writer, now_ms).await?;
    if confirms {
        renew(writer, now_ms).await?;
    }
    Ok(())
}

/// Confirms everybody who is active and whose confirmation has aged; how many that were.
///
/// # Errors
/// The store.
pub async fn renew(writer: &Writer, now_ms: u64) -> Result<usize, StoreError> {
    let (mut count, mut next) = (0, Some(0));
    while let Some(after) = next {
        let (due, beyond) = writer.read(move |view| due(view, after, now_ms)).await?;
        next = beyond;
        if due.is_empty() {
            continue;
        }
        count += due.len();
        let work = move |tx: &mut holdfast_store::Tx<'_>| {
            for entity in &due {
                let user = read_user(&mut tx.view()?, entity)?;
                if let Some(until_ms) = user.and_then(|user| renewed(&user, now_ms)) {
                    save(tx, entity, &[("confirmedUntil", until_ms.into())], &Base::Blind, AUTHOR)?;
                }
            }
            Ok(())
        };
        writer.write(work).await?;
    }
    Ok(count)
}

fn due(view: &mut View<'_>, after: i64, now_ms: u64) -> Result<(Vec<Entity>, Option<i64>), StoreError> {
    let found = view.search(HOLDFAST_USER, &[], after, AT_ONCE)?;
    let mut due = Vec::new();
    for stored in found.resources {
        if read_user(view, &stored.entity)?.and_then(|user| renewed(&user, now_ms)).is_some() {
            due.push(stored.entity);
        }
    }
    Ok((due, found.next))
}

/// Until when somebody is to be confirmed anew, if that is due.
fn renewed(user: &User, now_ms: u64) -> Option<u64> {
    confirmed::renewed_ms(&user.roles, user.confirmed_until_ms, now_ms).filter(|_| user.is_active)
}
