//! The room, played on a virtual clock.
