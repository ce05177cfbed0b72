//! What somebody was about to do when it was refused, and for when: a refusal says what failed, and is found by the time that was asked for.

use holdfast_clinical::scheduling::span::Minute;

use super::ScheduleError;

/// What was to be done.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Doing {
    /// Something new is booked.
    #[default]
    Book,
    /// An appointment goes elsewhere.
    Move,
    /// A request is granted.
    Grant,
    /// It is chosen that an appointment stands.
    Keep,
}

impl Doing {
    /// The refusal of it in words: those of booking, with what is done and what can be done instead.
    pub(super) fn words(self, source: &ScheduleError) -> String {
        let text = source.to_string();
        let (failed, instead) = match self {
            Self::Book => return text,
            Self::Move => ("cannot move the appointment", "choose another time, or somebody else"),
            Self::Grant => ("cannot grant the request", "book them another time, and turn the request down"),
            Self::Keep => ("cannot keep the appointment", "cancel it, and book them another time"),
        };
        let Some(rest) = text.strip_prefix("cannot book: ") else { return text };
        // Nobody is forced in by a move, or by granting what was asked for.
        match rest.split_once("; ").filter(|_| source.is_about_time()) {
            Some((why, _)) => format!("{failed}: {why}; {instead}"),
            None => format!("{failed}: {rest}"),
        }
    }
}

/// What is done, and for when.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Deed {
    pub(crate) doing: Doing,
    /// The time that was asked for; none: whatever the store says of it.
    pub(crate) at: Option<Minute>,
}

impl Deed {
    pub(super) fn of(doing: Doing, at: Minute) -> Self {
        Self { doing, at: Some(at) }
    }

    /// The error as one of this deed.
    pub(super) fn refused(self, source: ScheduleError) -> ScheduleError {
        match self.doing {
            Doing::Book => source,
            doing => ScheduleError::While { doing, source: Box::new(source) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_was_done_and_what_can_be_done_instead() {
        let taken = ScheduleError::SlotTaken { resource: Some("Ana".into()), by: None };
        assert_eq!(
            Doing::Move.words(&taken),
            "cannot move the appointment: Ana is taken at that time; choose another time, or somebody else"
        );
        assert!(Doing::Book.words(&taken).ends_with("or overbook and say why"));
        let owner = ScheduleError::Refused {
            code: "time-not-ours",
            text: "cannot book: it is theirs; file a request".into(),
            owner: None,
        };
        let text = Doing::Grant.words(&owner);
        assert_eq!(
            text,
            "cannot grant the request: it is theirs; book them another time, and turn the request down"
        );
        let nobody = Doing::Move.words(&ScheduleError::NobodyFits);
        assert!(
            nobody.starts_with("cannot move the appointment: nobody") && nobody.ends_with("working hours"),
            "{nobody}"
        );
        let stale = ScheduleError::Unsettled;
        assert_eq!(Doing::Move.words(&stale), stale.to_string());
    }
}
