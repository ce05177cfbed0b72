//! Which pulls have brought all that an upstream had when they began. The store goes by it when it gives time back that another might
//! have sold (`holdfast_core::rights`).

use std::collections::VecDeque;

use holdfast_core::message::{Page, Visit};
use holdfast_core::rights::KIND;

/// A pull that brought no news of rights is noted this long after the one noted before it: each note is a write.
const NOTE_EVERY_MS: u64 = 1_000;

/// The pulls of one connection, and what of their pages is not stored yet.
#[derive(Default, Debug)]
pub(super) struct Hearing {
    /// The pull under way: its number, and when it began by the clock of the records, Unix milliseconds.
    asked: Option<(u64, u64)>,
    /// Pages that are not stored yet, in the order of their coming, each with when its pull began.
    unstored: VecDeque<(Vec<Visit>, u64)>,
    /// When the pull began that was noted last.
    noted_ms: Option<u64>,
}

impl Hearing {
    /// A pull is sent.
    pub(super) fn asks(&mut self, id: u64, began_ms: u64) {
        self.asked = Some((id, began_ms));
    }

    /// Its page has come. When the pull began, if it brings nothing more and all that came before is stored.
    pub(super) fn comes(&mut self, id: u64, page: &Page) -> Option<u64> {
        let (_, began_ms) = self.asked.take_if(|(asked, _)| *asked == id)?;
        if !page.visits.is_empty() {
            self.unstored.push_back((page.visits.clone(), began_ms));
            return None;
        }
        let is_all = page.waiting == 0 && self.unstored.is_empty();
        is_all.then_some(began_ms).filter(|began| self.note(*began, false))
    }

    /// A page is about to be stored. When its pull began, if all is here once it is durable.
    pub(super) fn stores(&mut self, page: &Page) -> Option<u64> {
        let at = self.unstored.iter().position(|(visits, _)| *visits == page.visits)?;
        // The session has dropped what came before it.
        self.unstored.drain(..at);
        let began_ms = self.unstored.front().map(|(_, began_ms)| *began_ms)?;
        let mut kinds =
            page.ops.iter().map(|op| &op.entity).chain(page.states.iter().map(|item| &item.entity));
        let is_of_rights = kinds.any(|entity| entity.kind == KIND);
        (page.waiting == 0).then_some(began_ms).filter(|began| self.note(*began, is_of_rights))
    }

    /// The page is durable.
    pub(super) fn stored(&mut self) {
        self.unstored.pop_front();
    }

    /// The page was not taken: it comes again, and what followed it with it.
    pub(super) fn refused(&mut self) {
        self.unstored.clear();
    }

    /// The connection has ended.
    pub(super) fn ends(&mut self) {
        *self = Self::default();
    }

    fn note(&mut self, began_ms: u64, is_of_rights: bool) -> bool {
        let is_due = self.noted_ms.is_none_or(|noted| began_ms >= noted.saturating_add(NOTE_EVERY_MS));
        if is_due || is_of_rights {
            self.noted_ms = Some(began_ms);
        }
        is_due || is_of_rights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::id::Scope;

    fn page(scopes: &[&str], waiting: u64) -> Page {
        let visit = |scope: &&str| Visit { scope: Scope((*scope).to_owned()), from: 0, to: 1, more: false };
        let visits = scopes.iter().map(visit).collect();
        Page { visits, ops: Vec::new(), states: Vec::new(), waiting }
    }

    #[test]
    fn a_pull_has_brought_everything_once_its_page_is_stored_and_nothing_waits() {
        let mut hearing = Hearing::default();
        hearing.asks(1, 10);
        assert_eq!(hearing.comes(1, &page(&["a"], 1)), None);
        hearing.asks(2, 20);
        assert_eq!(hearing.comes(2, &page(&["b"], 0)), None);
        assert_eq!(hearing.stores(&page(&["a"], 1)), None, "more was to come");
        hearing.stored();
        assert_eq!(hearing.stores(&page(&["b"], 0)), Some(20), "when the pull began, not when its page came");
        hearing.stored();
        hearing.asks(3, 5_000);
        assert_eq!(hearing.comes(3, &page(&[], 0)), Some(5_000));
    }

    #[test]
    fn an_empty_page_says_nothing_while_another_is_not_stored() {
        let mut hearing = Hearing::default();
        hearing.asks(1, 10);
        hearing.comes(1, &page(&["a"], 1));
        hearing.asks(2, 20);
        assert_eq!(hearing.comes(2, &page(&[], 0)), None);
        hearing.stores(&page(&["a"], 1));
        hearing.stored();
        hearing.asks(3, 30);
        assert_eq!(hearing.comes(3, &page(&[], 2)), None, "something is held back");
        hearing.asks(4, 40);
        assert_eq!(hearing.comes(3, &page(&[], 0)), None, "another pull's answer");
        assert_eq!(hearing.comes(4, &page(&[], 0)), Some(40));
    }

    #[test]
    fn nothing_of_an_earlier_connection_counts() {
        let mut hearing = Hearing::default();
        hearing.asks(1, 10);
        hearing.ends();
        assert_eq!(hearing.comes(1, &page(&[], 0)), None);
    }
}
