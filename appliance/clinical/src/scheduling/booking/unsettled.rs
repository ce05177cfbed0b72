//! An appointment of which one side says that it takes place, and another, who did not know, that it does not (decision 33).

/// Which of the statuses that stand side by side, oldest first, says that the appointment is still to come, and which that it is not: the
/// latest of each. `None` unless there are both: then a person has to choose, and until then its time is kept.
pub fn sides(statuses: &[&str]) -> Option<(usize, usize)> {
    let last = |of: fn(&str) -> bool| statuses.iter().rposition(|status| of(status));
    Some((last(is_to_come)?, last(is_off)?))
}

fn is_to_come(status: &str) -> bool {
    matches!(status, "booked" | "pending")
}

/// Whoever says that a patient did not come speaks of the time that they knew of.
fn is_off(status: &str) -> bool {
    matches!(status, "cancelled" | "entered-in-error" | "noshow")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_on_one_side_and_not_on_the_other_is_to_be_chosen() {
        assert_eq!(sides(&["booked", "cancelled"]), Some((0, 1)));
        assert_eq!(sides(&["noshow", "cancelled", "booked", "booked"]), Some((3, 1)));
        assert_eq!(sides(&["booked", "arrived"]), None, "both come");
        assert_eq!(sides(&["cancelled", "noshow"]), None, "neither comes");
        assert_eq!(sides(&["proposed", "cancelled"]), None, "nobody was told that it stands");
        assert_eq!(sides(&[]), None);
    }
}
