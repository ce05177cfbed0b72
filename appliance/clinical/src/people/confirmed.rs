//! Until when a person's sign-in counts in full. Whoever stands above confirms it again and again; while nobody does, reading and
//! breaking the glass stay.

/// How far ahead a person is confirmed.
const AHEAD_MS: u64 = 14 * 24 * 3_600_000;
/// The same of those who decide who may sign in.
const ADMIN_AHEAD_MS: u64 = 72 * 3_600_000;
/// It is renewed once this share of the time has passed: 28 h, or 6 h, so that hardly any op is written for it.
const RENEWED_AFTER: u64 = 12;

/// What a sign-in is good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// All that the roles say.
    Full,
    /// Reading what the roles say, and breaking the glass.
    ReadOnly,
}

impl Mode {
    /// What a sign-in is good for at a time. "Now" must be the highest time ever seen: a clock that was set back confirms nothing.
    pub fn at(now_ms: u64, confirmed_until_ms: u64) -> Self {
        if now_ms < confirmed_until_ms { Self::Full } else { Self::ReadOnly }
    }

    /// `full` or `read-only`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read-only",
        }
    }
}

/// Until when somebody with these roles, confirmed now, is.
pub fn until_ms(roles: &[String], now_ms: u64) -> u64 {
    now_ms + ahead_ms(roles)
}

/// Until when somebody should be confirmed anew; `None` while what stands is fresh. One who became an administrator, or is
/// confirmed further than anybody is by a clock that ran ahead, is so for less.
pub fn renewed_ms(roles: &[String], confirmed_until_ms: u64, now_ms: u64) -> Option<u64> {
    let ahead = ahead_ms(roles);
    let fresh = now_ms + ahead - ahead / RENEWED_AFTER..=now_ms + ahead;
    (!fresh.contains(&confirmed_until_ms)).then_some(now_ms + ahead)
}

fn ahead_ms(roles: &[String]) -> u64 {
    if roles.iter().any(|role| role == "admin") { ADMIN_AHEAD_MS } else { AHEAD_MS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_the_time_a_sign_in_reads_alone() {
        assert_eq!((Mode::at(9, 10), Mode::at(10, 10)), (Mode::Full, Mode::ReadOnly));
    }

    #[test]
    fn confirmations_are_renewed_in_time_and_not_all_the_time() {
        let (staff, admin) = (["nurse".to_owned()], ["admin".to_owned(), "nurse".to_owned()]);
        let now = 1_000_000_000;
        let (long, short) = (until_ms(&staff, now), until_ms(&admin, now));
        assert_eq!((long - now, short - now), (AHEAD_MS, ADMIN_AHEAD_MS));
        assert_eq!(renewed_ms(&staff, long, now), None);
        assert_eq!(renewed_ms(&staff, long, now + 24 * 3_600_000), None);
        let two_days = now + 48 * 3_600_000;
        assert_eq!(renewed_ms(&staff, long, two_days), Some(until_ms(&staff, two_days)));
        assert_eq!(renewed_ms(&admin, long, now), Some(short), "a new administrator is confirmed for less");
        assert_eq!(renewed_ms(&staff, 0, now), Some(long));
        assert_eq!(renewed_ms(&staff, u64::MAX, now), Some(long));
    }
}
