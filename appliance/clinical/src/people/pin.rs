//! Which PINs may be chosen.

/// The fewest and most digits.
pub const DIGITS: std::ops::RangeInclusive<usize> = 6..=12;

/// Why a PIN may not be chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PinError {
    /// Other characters, too few or too many.
    #[error("cannot use this PIN: it is not 6 to 12 digits; choose another")]
    NotDigits,
    /// `123456`, `987654`.
    #[error("cannot use this PIN: its digits follow one another, which is guessed first; choose another")]
    Run,
    /// `777777`, `121212`, `123123`.
    #[error("cannot use this PIN: it repeats itself, which is guessed first; choose another")]
    Repetition,
    /// The login name.
    #[error("cannot use this PIN: it is the login name; choose another")]
    Login,
}

/// Whether a person with this login name may have this PIN.
///
/// # Errors
/// [`PinError`].
pub fn check(pin: &str, login: &str) -> Result<(), PinError> {
    let digits: Vec<u8> = pin.bytes().collect();
    if !DIGITS.contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(PinError::NotDigits);
    }
    if pin == login {
        return Err(PinError::Login);
    }
    // Round the dial: 8, 9, 0 is a run, too.
    let goes_by = |step: u8| digits.windows(2).all(|two| (two[0] - b'0' + step) % 10 == two[1] - b'0');
    if goes_by(1) || goes_by(9) {
        return Err(PinError::Run);
    }
    let repeats = |unit: usize| {
        digits.len().is_multiple_of(unit) && digits.chunks(unit).all(|part| part == &digits[..unit])
    };
    if (1..=digits.len() / 2).any(repeats) {
        return Err(PinError::Repetition);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_that_are_guessed_first_are_refused() {
        for (pin, expected) in [
            ("482913", Ok(())),
            ("112233445566", Ok(())),
            ("48291", Err(PinError::NotDigits)),
            ("1234567890123", Err(PinError::NotDigits)),
            ("48a913", Err(PinError::NotDigits)),
            ("٤٨٢٩١٣", Err(PinError::NotDigits)),
            ("123456", Err(PinError::Run)),
            ("765432", Err(PinError::Run)),
            ("789012", Err(PinError::Run)),
            ("777777", Err(PinError::Repetition)),
            ("121212", Err(PinError::Repetition)),
            ("123123", Err(PinError::Repetition)),
            ("480725", Err(PinError::Login)),
        ] {
            assert_eq!(check(pin, "480725"), expected, "{pin}");
        }
    }
}
