//! Ways to break the store on purpose, so that a simulation can show that its checks catch them. Compiled only with
//! the feature `sabotage`, chosen at run time, off unless asked for; never in a release.

use std::collections::BTreeMap;
use std::sync::Arc;

use holdfast_core::message::Position;
use holdfast_core::rules::Rules;
use holdfast_core::state::{EntityState, Register};

use crate::error::Result;
use crate::identity::Identity;
use crate::records::{Place, Records, Surroundings};
use crate::sql::{Database, Sql};

/// What is broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sabotage {
    /// Ops name nothing as seen.
    NoPred,
    /// A restored or cloned database goes on under its old actor.
    ReusedDots,
    /// An upstream takes a segment that leaves a gap.
    GapAccepted,
    /// Replaced dots that have not arrived are not remembered.
    UnseenForgotten,
    /// A replica takes a page that leaves a gap.
    PageGapAccepted,
    /// An upstream counts a page as held when it sends it.
    CursorBeforeDurable,
    /// The latest value silently replaces concurrent ones.
    LastWriterWins,
    /// A page's ops are applied before its states, and a state is joined as if what is held had no holes.
    StatesAfterOps,
    /// Of two records about one minute the one that came last counts.
    NoEpoch,
    /// A restored or cloned database sells what its earlier incarnations owned.
    NoFence,
    /// Time is taken back as soon as it is over by the holder's clock.
    NoGuardGap,
    /// Whoever moves an appointment does not say that it stands: a cancellation of its old time ends it, and nobody is told.
    StatusUnsaid,
}

impl Sabotage {
    /// Every way to break the merge.
    pub const ALL: [Self; 8] = [
        Self::NoPred,
        Self::ReusedDots,
        Self::GapAccepted,
        Self::UnseenForgotten,
        Self::PageGapAccepted,
        Self::CursorBeforeDurable,
        Self::LastWriterWins,
        Self::StatesAfterOps,
    ];

    /// Every way to break who owns which time.
    pub const RIGHTS: [Self; 4] = [Self::NoEpoch, Self::NoFence, Self::NoGuardGap, Self::StatusUnsaid];

    /// Its name on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoPred => "no-pred",
            Self::ReusedDots => "reused-dots",
            Self::GapAccepted => "gap-accepted",
            Self::UnseenForgotten => "unseen-forgotten",
            Self::PageGapAccepted => "page-gap-accepted",
            Self::CursorBeforeDurable => "cursor-before-durable",
            Self::LastWriterWins => "last-writer-wins",
            Self::StatesAfterOps => "states-after-ops",
            Self::NoEpoch => "no-epoch",
            Self::NoFence => "no-fence",
            Self::NoGuardGap => "no-guard-gap",
            Self::StatusUnsaid => "status-unsaid",
        }
    }
}

impl Records {
    /// [`Records::open`], broken in one way.
    ///
    /// # Errors
    /// As [`Records::open`].
    pub fn open_sabotaged(
        db: Arc<dyn Database>,
        rules: Arc<dyn Rules>,
        identity: Identity,
        place: Place,
        surroundings: Surroundings,
        sabotage: Option<Sabotage>,
    ) -> Result<Self> {
        let mut records = Self::unopened(db, rules, identity, place, surroundings);
        records.sabotage = sabotage;
        crate::identity::take_up(&records)?;
        crate::reindex::begin(&records)?;
        Ok(records)
    }

    pub(crate) fn is_broken(&self, way: Sabotage) -> bool {
        self.sabotage == Some(way)
    }
}

/// Does to a state what a broken merge would, after an op has been applied to it.
pub(crate) fn after_apply(records: &Records, state: &mut EntityState) {
    for register in state.registers.values_mut() {
        if records.is_broken(Sabotage::UnseenForgotten) {
            register.unseen.clear();
        }
        if records.is_broken(Sabotage::LastWriterWins) {
            keep_displayed(register);
        }
    }
}

fn keep_displayed(register: &mut Register) {
    let shown = register.displayed().cloned();
    register.siblings.retain(|s| Some(s) == shown.as_ref());
}

/// What an upstream would count as held if it trusted that every page arrives.
pub(crate) fn count_as_held(
    sql: &mut dyn Sql,
    replica: i64,
    page: &holdfast_core::message::Page,
) -> Result<()> {
    let reached: BTreeMap<_, _> = page.visits.iter().map(|v| (v.scope.clone(), v.to)).collect();
    let positions: Vec<Position> = reached.into_iter().map(|(scope, at)| Position { scope, at }).collect();
    crate::upstream::confirm(sql, replica, &positions)
}
