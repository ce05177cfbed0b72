//! Whether the relay takes one more: what it is sized for, and what it is asked to carry.
//!
//! Who is in a visit that runs, or comes back to it, is let in as long as there is any room at all; a new visit only while
//! there is enough for all of it. So a relay that is full hurts none of those that it carries.

use serde::{Deserialize, Serialize};

/// What a relay is sized for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Visits at most.
    pub visits: usize,
    /// Members at most, over all visits.
    pub members: usize,
    /// A shard that was busy for more than this share of the last seconds, in hundredths, takes no new visit.
    pub busy_pct: u8,
}

/// What it carries now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Carried {
    /// Visits.
    pub visits: usize,
    /// Members, over all visits.
    pub members: usize,
    /// How busy the shard is that this visit would be on, in hundredths.
    pub busy_pct: u8,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// The first of a visit.
    NewVisit,
    /// One more of a visit that runs, which has so many members.
    Member {
        /// How many there are without this one.
        in_room: usize,
    },
    /// Somebody who is in it, and offers anew.
    Back,
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The relay carries as many visits as it is sized for.
    Visits,
    /// The relay carries as many members as it is sized for.
    Members,
    /// The relay has too much to do as it is.
    Busy,
    /// The visit has as many members as one can have.
    Room,
}

/// Decides.
///
/// # Errors
/// [`Full`] says of what.
pub fn admit(size: Size, carried: Carried, asks: Asks) -> Result<(), Full> {
    use super::media::MEMBERS_MAX;
    match asks {
        Asks::Back => Ok(()),
        Asks::Member { in_room } if in_room >= MEMBERS_MAX => Err(Full::Room),
        _ if carried.members >= size.members => Err(Full::Members),
        Asks::Member { .. } => Ok(()),
        Asks::NewVisit if carried.visits >= size.visits => Err(Full::Visits),
        // A visit is of two at least: with room for one alone its second could not come.
        Asks::NewVisit if carried.members + 1 >= size.members => Err(Full::Members),
        Asks::NewVisit if carried.busy_pct >= size.busy_pct => Err(Full::Busy),
        Asks::NewVisit => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { visits: 50, members: 120, busy_pct: 85 };

    #[test]
    fn full_relay_refuses_new_visits_and_keeps_those_that_run() {
        let carried = Carried { visits: 50, members: 110, busy_pct: 99 };
        assert_eq!(admit(SIZE, carried, Asks::NewVisit), Err(Full::Visits));
        assert_eq!(admit(SIZE, carried, Asks::Member { in_room: 1 }), Ok(()));
        assert_eq!(admit(SIZE, Carried { members: 120, ..carried }, Asks::Back), Ok(()));
    }

    #[test]
    fn each_bound_is_told_apart() {
        let some = Carried { visits: 1, members: 2, busy_pct: 10 };
        assert_eq!(admit(SIZE, some, Asks::NewVisit), Ok(()));
        assert_eq!(admit(SIZE, Carried { busy_pct: 85, ..some }, Asks::NewVisit), Err(Full::Busy));
        assert_eq!(admit(SIZE, Carried { members: 119, ..some }, Asks::NewVisit), Err(Full::Members));
        assert_eq!(admit(SIZE, Carried { members: 119, ..some }, Asks::Member { in_room: 1 }), Ok(()));
        assert_eq!(
            admit(SIZE, Carried { members: 120, ..some }, Asks::Member { in_room: 1 }),
            Err(Full::Members)
        );
        assert_eq!(admit(SIZE, some, Asks::Member { in_room: 6 }), Err(Full::Room));
    }
}
