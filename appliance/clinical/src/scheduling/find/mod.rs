//! Free times: when everything that an appointment needs is free at once, earliest first.
//!
//! ```text
//! working hours ─┐
//! busy, owned  ──┴▶ Free (per resource) ─▶ starts per resource ─▶ ∪ per need ─▶ ∩ over needs ─▶ on the clock's grid ─▶ who ─▶ page
//! ```
//!
//! What is asked for is a number of *needs*: somebody of a role, a room, a device. Of each start the best of those who are free are
//! offered, each choice with its reasons ([`Reason`]). A page ends where the next begins ([`Answer::next`]), so that what is booked in
//! between neither repeats a time nor leaves one out.

mod ask;
mod choose;
mod free;
mod series;
mod starts;

use std::collections::BTreeMap;

pub use ask::{Ask, Kind, Need, Resource, Strength, Wish};
pub use choose::{Chosen, Reason};
pub use free::Free;
pub use series::{ALTERNATIVES, Checked, Verdict, check_series};

use super::hours::MAX_WINDOW_DAYS;
use super::span::{DAY_MIN, Minute, Span, Spans};
use super::zone::Zone;
use choose::Chooser;
use starts::allowed;
pub(super) use starts::next_on_grid;

/// The most offers of one page.
pub const MAX_PAGE: usize = 200;
/// The most needs of one appointment: who chooses for them tries every combination.
pub const MAX_NEEDS: usize = 6;
/// The most resources of one search.
pub const MAX_RESOURCES: usize = 2_000;
/// How much is looked at in one go: the earliest offers are mostly near, and the rest is then never worked out.
const BLOCK_MIN: i64 = 14 * DAY_MIN;

/// A search that is not made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FindError {
    /// A number is out of its range.
    #[error("cannot search for free times: {what} must be {least} to {most}; correct it")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
}

impl FindError {
    /// Stable name of the error.
    pub fn code(&self) -> &'static str {
        "free-times-out-of-range"
    }
}

/// One time, with who and what is free then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// The appointment, without its buffers.
    pub span: Span,
    /// What each of the resources is taken for: the appointment with its buffers.
    pub taken: Span,
    /// One for each need, in their order.
    pub chosen: Vec<Chosen>,
}

/// Why there is no offer, or no more of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nothing {
    /// Nobody and nothing is what the need asks for.
    NobodyFits {
        /// Which need, from 0.
        need: usize,
    },
    /// Those who are it have no hours long enough in the window.
    NobodyWorks {
        /// Which need, from 0.
        need: usize,
    },
    /// They work, and all their time is taken, or is not ours to give.
    AllTaken {
        /// Which need, from 0.
        need: usize,
    },
    /// Each need could be met, but never all at one time.
    NeverTogether,
}

impl Nothing {
    /// Stable name of the reason.
    pub fn code(self) -> &'static str {
        match self {
            Self::NobodyFits { .. } => "nobody-fits",
            Self::NobodyWorks { .. } => "nobody-works",
            Self::AllTaken { .. } => "all-taken",
            Self::NeverTogether => "never-together",
        }
    }
}

/// A page of offers.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Answer {
    /// Earliest first; those of one start together, the best first.
    pub offers: Vec<Offer>,
    /// From where the next page is asked for, as [`Ask::window`]'s `from`; none: there is no more.
    pub next: Option<Minute>,
    /// Why the page is empty, if it is.
    pub nothing: Option<Nothing>,
}

/// The free times of what is asked for. O(resources × spans of the window), mostly far less: see [`BLOCK_MIN`].
///
/// # Errors
/// [`FindError`] if a number is out of its range.
pub fn find(ask: &Ask, resources: &[(&Resource, &Free)], zone: &Zone) -> Result<Answer, FindError> {
    check(ask, resources.len())?;
    let fits: Vec<Vec<usize>> =
        ask.needs.iter().enumerate().map(|(at, need)| who_fits(ask, at, need, resources)).collect();
    if let Some(need) = fits.iter().position(Vec::is_empty) {
        return Ok(Answer { nothing: Some(Nothing::NobodyFits { need }), ..Answer::default() });
    }
    let mut answer = Answer::default();
    let mut from = ask.window.from;
    while from < ask.window.to {
        let block = Span::new(from, from.saturating_add(BLOCK_MIN).min(ask.window.to));
        search_block(ask, resources, &fits, zone, block, &mut answer);
        if answer.next.is_some() {
            return Ok(answer);
        }
        from = block.to;
    }
    if answer.offers.is_empty() {
        answer.nothing = Some(why_nothing(ask, resources, &fits));
    }
    Ok(answer)
}

fn check(ask: &Ask, resources: usize) -> Result<(), FindError> {
    let size = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    for (what, value, least, most) in [
        ("the duration in minutes", ask.duration_min, 1, DAY_MIN),
        ("the time before in minutes", ask.before_min, 0, DAY_MIN),
        ("the time after in minutes", ask.after_min, 0, DAY_MIN),
        ("the step in minutes", ask.step_min, 1, DAY_MIN),
        ("the window in minutes", ask.window.length_min(), 0, MAX_WINDOW_DAYS * DAY_MIN),
        ("the number of needs", size(ask.needs.len()), 1, size(MAX_NEEDS)),
        ("the number of offers", size(ask.page), 1, size(MAX_PAGE)),
        ("the number of offers a time", size(ask.per_start), 1, size(MAX_PAGE)),
        ("the number of resources", size(resources), 0, size(MAX_RESOURCES)),
    ] {
        if !(least..=most).contains(&value) {
            return Err(FindError::OutOfRange { what, least, most });
        }
    }
    Ok(())
}

fn who_fits(ask: &Ask, at: usize, need: &Need, resources: &[(&Resource, &Free)]) -> Vec<usize> {
    let is_lead = ask.lead() == Some(at);
    let fits =
        |(resource, _): &(&Resource, &Free)| need.fits(resource) && (!is_lead || ask.wish.allows(resource));
    resources.iter().enumerate().filter(|(_, one)| fits(one)).map(|(at, _)| at).collect()
}

fn search_block(
    ask: &Ask,
    resources: &[(&Resource, &Free)],
    fits: &[Vec<usize>],
    zone: &Zone,
    block: Span,
    answer: &mut Answer,
) {
    let mut starts: BTreeMap<usize, Spans> = BTreeMap::new();
    for at in fits.iter().flatten() {
        starts.entry(*at).or_insert_with(|| allowed(ask, resources[*at].1, block));
    }
    let per_need =
        fits.iter().map(|fits| -> Spans { fits.iter().flat_map(|at| starts[at].iter()).collect() });
    let together = per_need.reduce(|all, one| all.intersect(&one)).unwrap_or_default();
    let together = together.minus(&starts::forbidden(ask));
    let chooser = Chooser::new(ask, resources, fits, zone);
    for span in together.iter() {
        let mut at = next_on_grid(zone, span.from, ask.step_min);
        while at < span.to {
            let offers = chooser.offers(at, &starts);
            // Those of one start stay together, so that a page can go on with the next.
            if !answer.offers.is_empty() && answer.offers.len() + offers.len() > ask.page {
                answer.next = Some(at);
                return;
            }
            answer.offers.extend(offers);
            at = next_on_grid(zone, at + 1, ask.step_min);
        }
    }
}

fn why_nothing(ask: &Ask, resources: &[(&Resource, &Free)], fits: &[Vec<usize>]) -> Nothing {
    for (need, fits) in fits.iter().enumerate() {
        if !fits.iter().any(|at| starts::works(ask, resources[*at].1)) {
            return Nothing::NobodyWorks { need };
        }
        if !fits.iter().any(|at| !allowed(ask, resources[*at].1, ask.window).is_empty()) {
            return Nothing::AllTaken { need };
        }
    }
    Nothing::NeverTogether
}

#[cfg(test)]
mod tests;
