//! Verifying the chain of pages that one database wrote.

use std::collections::BTreeMap;

use super::{NOT_KEPT, Page};

/// What is wrong with a chain.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Broken {
    /// Numbers are missing.
    #[error("page {missing} is missing: the page after it is there")]
    Missing {
        /// The first that is missing.
        missing: u64,
    },
    /// A page does not fit the one before.
    #[error("page {number} does not fit the one before it: one of the two was changed after it was written")]
    Changed {
        /// The later of the two.
        number: u64,
    },
    /// What stands in a page's place was not written by the database of the trail, or not once.
    #[error("page {number} {why}; the pages after it were written past it")]
    Foreign {
        /// Which.
        number: u64,
        /// What shows it.
        why: &'static str,
    },
    /// A page cannot be read.
    #[error("page {number} cannot be read as a page of the trail")]
    Unreadable {
        /// Which.
        number: u64,
    },
}

/// A chain as far as it has been followed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chain {
    /// The number of the last page.
    pub pages: u64,
    /// Looks on them, each once however often it was repeated.
    pub entries: u64,
    /// Looks that were not kept, as the pages themselves say.
    pub lost: u64,
    /// Whose they were, as far as lines say.
    pub lost_of: BTreeMap<String, u64>,
    /// The hash of the last page: whoever has noted it elsewhere can tell whether pages were cut off at the end.
    pub head: Option<String>,
}

impl Chain {
    /// Goes past a number at which something else stands than a page of this database.
    ///
    /// # Errors
    /// [`Broken::Missing`].
    pub fn pass(&mut self, number: u64) -> Result<(), Broken> {
        if number != self.pages + 1 {
            return Err(Broken::Missing { missing: self.pages + 1 });
        }
        self.pages = number;
        Ok(())
    }

    /// Follows the chain to the page of this number, whose resource is given.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn follow(&mut self, number: u64, json: &str) -> Result<(), Broken> {
        if number != self.pages + 1 {
            return Err(Broken::Missing { missing: self.pages + 1 });
        }
        let page = Page::read(json).ok_or(Broken::Unreadable { number })?;
        if page.number != number || page.previous != self.head {
            return Err(Broken::Changed { number });
        }
        self.pages = number;
        self.entries += page.entries.iter().filter(|entry| entry.interaction != NOT_KEPT).count() as u64;
        self.lost += page.lost;
        for entry in page.entries.iter().filter(|entry| entry.interaction == NOT_KEPT) {
            let who = page.agents.get(entry.agent).cloned().unwrap_or_default();
            *self.lost_of.entry(who).or_default() += u64::from(entry.times.unwrap_or(1));
        }
        self.head = Some(page.hash());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::page;
    use super::*;

    #[test]
    fn a_whole_chain_is_followed_to_its_head() {
        let first = page(1, None);
        let second = page(2, Some(&first));
        let mut chain = Chain::default();
        chain.follow(1, &first.resource("a-1")).unwrap();
        chain.follow(2, &second.resource("a-2")).unwrap();
        assert_eq!((chain.pages, chain.entries, chain.head), (2, 4, Some(second.hash())));
    }

    #[test]
    fn what_was_changed_taken_out_or_put_in_shows() {
        let first = page(1, None);
        let (second, mut altered) = (page(2, Some(&first)), first.clone());
        altered.entries.remove(0);
        let follow = |pages: &[(u64, &Page)]| {
            let mut chain = Chain::default();
            pages.iter().try_for_each(|(number, page)| chain.follow(*number, &page.resource("x")))
        };
        assert_eq!(follow(&[(1, &altered), (2, &second)]), Err(Broken::Changed { number: 2 }));
        assert_eq!(follow(&[(2, &second)]), Err(Broken::Missing { missing: 1 }));
        assert_eq!(follow(&[(1, &first), (2, &page(2, None))]), Err(Broken::Changed { number: 2 }));
        assert_eq!(follow(&[(1, &second)]), Err(Broken::Changed { number: 1 }));
        assert_eq!(Chain::default().follow(1, "{}"), Err(Broken::Unreadable { number: 1 }));
    }
}
