//! Group sessions: one appointment of the session, and one for each patient who has a place in it.
//!
//! A session that listed its patients would show each of them the others, for an appointment belongs to every patient whom it names.

use super::Booked;
use crate::scheduling::span::Span;

/// The places of a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Places {
    /// How many there are.
    pub capacity: u32,
    /// How many are taken.
    pub taken: u32,
}

impl Places {
    /// How many are free; none if more are taken than there are.
    pub fn left(self) -> u32 {
        self.capacity.saturating_sub(self.taken)
    }
}

/// The places of a session, of which `all` are the appointments; `None` if it is no group session.
pub fn places<'a>(session: &Booked, all: impl IntoIterator<Item = &'a Booked>) -> Option<Places> {
    let key = format!("Appointment/{}", session.id);
    let is_place = |one: &&Booked| {
        one.session.as_deref() == Some(&key)
            && matches!(one.status.as_str(), "booked" | "arrived" | "checked-in" | "fulfilled" | "noshow")
    };
    let taken = all.into_iter().filter(is_place).count();
    Some(Places { capacity: session.capacity?, taken: u32::try_from(taken).unwrap_or(u32::MAX) })
}

/// The session in which the appointment is a place, of those that are there.
pub fn session_of<'a>(place: &Booked, sessions: impl IntoIterator<Item = &'a Booked>) -> Option<&'a Booked> {
    let id = place.session.as_deref()?.strip_prefix("Appointment/")?;
    sessions.into_iter().find(|session| session.id == id)
}

/// The sessions of a type that begin in the window and have a place left, the earliest first. `all` are the appointments among which
/// their places are.
pub fn open_sessions<'a>(
    sessions: impl IntoIterator<Item = &'a Booked>,
    all: &[Booked],
    kind: &str,
    window: Span,
) -> Vec<(&'a Booked, Places)> {
    let is_asked_for = |one: &&Booked| {
        one.status == "booked"
            && one.kind.as_deref() == Some(kind)
            && window.covers(Span::of(one.span.from, 1))
    };
    let with_places =
        |one: &'a Booked| Some((one, places(one, all)?)).filter(|(_, places)| places.left() > 0);
    let mut open: Vec<_> = sessions.into_iter().filter(is_asked_for).filter_map(with_places).collect();
    open.sort_by(|(a, _), (b, _)| (a.span, &a.id).cmp(&(b.span, &b.id)));
    open
}
