//! Ways to break a visit on purpose, so that a test can show that its checks catch them. Compiled only with the feature
//! `sabotage`, chosen at run time, off unless asked for; never in a release.

use super::visit::Visit;

/// What is broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sabotage {
    /// Who knocks is in.
    AdmitsAll,
    /// Everybody is told of everybody.
    TellsAll,
    /// The same command is done again.
    ForgetsIds,
    /// A second socket leaves the first one as it is.
    KeepsRooms,
    /// A visit that was ended lets people in.
    ForgetsEnd,
    /// What has to be durable is not said to be.
    ForgetsToSave,
}

impl Sabotage {
    /// Each of them.
    pub const ALL: [Self; 6] = [
        Self::AdmitsAll,
        Self::TellsAll,
        Self::ForgetsIds,
        Self::KeepsRooms,
        Self::ForgetsEnd,
        Self::ForgetsToSave,
    ];
}

impl Visit {
    /// Breaks it from now on.
    pub fn sabotage(&mut self, way: Sabotage) {
        self.broken = Some(way);
    }
}
