//! A batch: every entry in a transaction of its own; many share one commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::StreamExt;
use futures::stream;
use holdfast_clinical::bundle::{Action, Method, Step};
use holdfast_store::Tx;
use holdfast_store::view::View;

use super::budget::Budget;
use super::look;
use super::operation;
use super::plan::{self, Planned, PlannedEntry};
use super::step::{self, Answer};
use super::writer::BundleWriter;
use super::{Carried, Sender, is_overtaken};
use crate::access::routes::Asked;
use crate::audit::Look;
use crate::audit::look::is_kept;
use crate::error::ApiError;
use crate::refusal;
use crate::request::limits::{BATCH_READS, BATCH_WIDTH, MAX_REPLANS};
use crate::state::ApiState;

/// An entry that was not carried out.
struct Refused {
    error: ApiError,
    /// What is kept of it.
    look: Option<Look>,
}

type Answers = BTreeMap<usize, Result<Answer, Refused>>;

/// Carries out a batch; the response Bundle, in which each entry says what became of it.
///
/// # Errors
/// The bundle itself cannot be read, or the store fails before anything is carried out.
pub(super) async fn carry_out(
    state: &ApiState,
    routes: &Asked,
    text: &Arc<str>,
    sender: &Sender,
) -> Result<Carried, ApiError> {
    let mut answers = Answers::new();
    let mut wanted: Option<BTreeSet<usize>> = None;
    let budget = Budget::of_bundle();
    for _ in 0..MAX_REPLANS {
        let (text, again) = (text.clone(), wanted.clone());
        let planned =
            refusal::read(state, sender.caller.clone(), move |view| plan::batch(view, &text, again.as_ref()))
                .await?;
        answers.extend(carry_out_each(state, routes, planned, sender, &budget).await);
        let overtaken = |(entry, answer): (&usize, &Result<Answer, Refused>)| {
            answer.as_ref().err().filter(|refused| is_overtaken(&refused.error)).map(|_| *entry)
        };
        let left: BTreeSet<usize> = answers.iter().filter_map(overtaken).collect();
        if left.is_empty() {
            break;
        }
        wanted = Some(left);
    }
    Ok(response(answers))
}

/// Writes first, then reads, each group side by side.
async fn carry_out_each(
    state: &ApiState,
    routes: &Asked,
    planned: Vec<PlannedEntry>,
    sender: &Sender,
    budget: &Budget,
) -> Answers {
    let is_read = |planned: &Result<Planned, ApiError>| {
        planned.as_ref().is_ok_and(|p| p.steps.iter().all(|s| matches!(s.action, Action::Get(_))))
    };
    let (reads, writes): (Vec<_>, Vec<_>) = planned.into_iter().partition(|(_, planned)| is_read(planned));
    let mut answers = Answers::new();
    for (group, width) in [(writes, BATCH_WIDTH), (reads, BATCH_READS)] {
        let each = group.into_iter().map(async |(entry, planned)| {
            (entry, one(state, routes, planned, sender.clone(), budget.clone()).await)
        });
        answers.extend(stream::iter(each).buffer_unordered(width).collect::<Answers>().await);
    }
    answers
}

async fn one(
    state: &ApiState,
    routes: &Asked,
    planned: Result<Planned, ApiError>,
    sender: Sender,
    budget: Budget,
) -> Result<Answer, Refused> {
    let planned = planned.map_err(|error| Refused { error, look: None })?;
    let asked = planned.steps.first().map(|step| (step::asked(step), step.method != Method::Get));
    carried_out(state, routes, planned, sender, budget).await.map_err(|error| {
        let facts = error.problem().facts;
        let kept = asked.filter(|(_, writes)| is_kept(facts.status, *writes));
        let look = kept.map(|(look, _)| look.refused(facts.code));
        Refused { error, look }
    })
}

async fn carried_out(
    state: &ApiState,
    routes: &Asked,
    planned: Planned,
    sender: Sender,
    budget: Budget,
) -> Result<Answer, ApiError> {
    if let [step] = &planned.steps[..]
        && let Some(ask) = operation::asked(step)
    {
        return operation::carry_out(routes, step, ask, &sender, &budget).await;
    }
    if let [Step { action: Action::Get(ask), method, .. }] = &planned.steps[..] {
        let (ask, method, asked_by) = (ask.clone(), *method, sender.clone());
        let get = move |view: &mut View<'_>| look::answer(view, method, &ask, &asked_by, &budget);
        return refusal::read(state, sender.caller, get).await;
    }
    let caller = sender.caller.clone();
    let work = move |tx: &mut Tx<'_>| {
        planned.check_premises(&mut tx.view()?)?;
        let mut answer = Answer::default();
        for step in &planned.steps {
            let done = step::carry_out(tx, step, &sender, &budget)?;
            answer = Answer::of(tx, done, &sender, &budget)?;
        }
        answer.looks.extend(planned.looks());
        Ok(answer)
    };
    refusal::write(state, caller, work).await
}

fn response(mut answers: Answers) -> Carried {
    let mut bundle = BundleWriter::new("batch-response");
    for answer in answers.values() {
        match answer {
            Ok(answer) => answer.write(&mut bundle),
            Err(Refused { error, .. }) => {
                let problem = error.problem();
                let mut entry = bundle.entry();
                let (status, outcome) = (problem.facts.status.to_string(), problem.operation_outcome());
                entry.response(&status, None, None, None, Some(&outcome));
                entry.finish();
            }
        }
    }
    let looks_of = |answer: &mut Result<Answer, Refused>| match answer {
        Ok(answer) => std::mem::take(&mut answer.looks),
        Err(refused) => refused.look.take().into_iter().collect(),
    };
    let looks = answers.values_mut().flat_map(looks_of).collect();
    Carried { bundle: bundle.finish(), looks }
}
