//! A transaction: all of it in one transaction of the store, or none.

use std::sync::Arc;

use holdfast_clinical::bundle::{Action, Step};
use holdfast_store::Tx;
use holdfast_store::view::View;

use super::budget::Budget;
use super::look;
use super::plan::{self, Planned};
use super::step::{self, Answer};
use super::writer::BundleWriter;
use super::{Carried, Sender, is_overtaken};
use crate::error::ApiError;
use crate::refusal;
use crate::request::limits::MAX_REPLANS;
use crate::state::ApiState;

/// Carries out a transaction; the response Bundle.
///
/// # Errors
/// The entry that cannot be carried out; nothing is stored then.
pub(super) async fn carry_out(
    state: &ApiState,
    text: &Arc<str>,
    sender: &Sender,
) -> Result<Carried, ApiError> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        match attempt_once(state, text.clone(), sender.clone()).await {
            Err(error) if is_overtaken(&error) && attempt < MAX_REPLANS => {}
            outcome => return outcome.map(response),
        }
    }
}

async fn attempt_once(state: &ApiState, text: Arc<str>, sender: Sender) -> Result<Vec<Answer>, ApiError> {
    let planned =
        refusal::read(state, sender.caller.clone(), move |view| plan::transaction(view, &text)).await?;
    if planned.steps.iter().all(|step| matches!(step.action, Action::Get(_))) {
        return refusal::read(state, sender.caller.clone(), move |view| looks(view, &planned, &sender)).await;
    }
    refusal::write(state, sender.caller.clone(), move |tx| store(tx, &planned, &sender)).await
}

/// A transaction that reads and nothing else holds up no save. Its steps stand in the order of the bundle.
fn looks(view: &mut View<'_>, planned: &Planned, sender: &Sender) -> Result<Vec<Answer>, ApiError> {
    let budget = Budget::of_bundle();
    let one = |step: &Step| match &step.action {
        Action::Get(ask) => {
            look::answer(view, step.method, ask, sender, &budget).map_err(|error| error.at_entry(step.entry))
        }
        _ => Ok(Answer::default()),
    };
    planned.steps.iter().map(one).collect()
}

/// Answers in the order of the bundle.
fn store(tx: &mut Tx<'_>, planned: &Planned, sender: &Sender) -> Result<Vec<Answer>, ApiError> {
    planned.check_premises(&mut tx.view()?)?;
    let budget = Budget::of_bundle();
    let mut done = Vec::with_capacity(planned.steps.len());
    for step in &planned.steps {
        let outcome =
            step::carry_out(tx, step, sender, &budget).map_err(|error| error.at_entry(step.entry))?;
        done.push((step.entry, outcome));
    }
    done.sort_by_key(|(entry, _)| *entry);
    let answers = done.into_iter().map(|(_, done)| Answer::of(tx, done, sender, &budget));
    let mut answers = answers.collect::<Result<Vec<_>, _>>()?;
    if let Some(first) = answers.first_mut() {
        first.looks.extend(planned.looks());
    }
    Ok(answers)
}

fn response(mut answers: Vec<Answer>) -> Carried {
    let mut bundle = BundleWriter::new("transaction-response");
    answers.iter().for_each(|answer| answer.write(&mut bundle));
    let looks = answers.iter_mut().flat_map(|answer| std::mem::take(&mut answer.looks)).collect();
    Carried { bundle: bundle.finish(), looks }
}
