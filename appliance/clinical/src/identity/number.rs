//! Numbers of medical records. A number never changes and is never given twice, whatever is cut off from what:
//!
//! `NORTH-K7QM3X-000042-M` is the clinic, the database that gives the number, the number, and a check character over all of it.
//!
//! No two databases share an actor, a copied or restored one takes a new one, so what stands for the actor tells any two
//! of one clinic apart (30 bits of it: see the decision), and the clinic tells clinics apart. Within one database the store counts.

use holdfast_core::id::ActorId;
use holdfast_core::json::{elements, members, push_string};

/// `system` of the identifiers that are given here.
pub const MRN_SYSTEM: &str = "urn:holdfast:mrn";

/// Crockford's symbols: none is taken for another when it is read out.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols that stand for the database.
const DATABASE_SYMBOLS: usize = 6;
/// A longer clinic's name is cut, and told by a sum.
const MAX_CLINIC_CHARS: usize = 12;
/// The alphabet of the check character (ISO 7064 MOD 37,36).
const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// What stands before the numbers that a database gives out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Series(String);

impl Series {
    /// Of a database of this clinic (`[a-z0-9-]{1,64}`, empty at head office).
    pub fn of(clinic: &str, actor: ActorId) -> Self {
        let database = symbols(&[b"database", &actor.0[..]].concat(), DATABASE_SYMBOLS);
        Self(format!("{}-{database}", clinic_part(clinic)))
    }

    /// One that another database has granted numbers of.
    pub fn granted(text: &str) -> Option<Self> {
        let is_plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-';
        (text.contains('-') && text.bytes().all(is_plain)).then(|| Self(text.to_owned()))
    }

    /// The series as it stands in a number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of a medical record.
    pub fn number(&self, n: u64) -> String {
        let text = format!("{}-{n:06}", self.0);
        let check = check_character(&text);
        format!("{text}-{check}")
    }
}

fn clinic_part(clinic: &str) -> String {
    let upper = clinic.to_ascii_uppercase();
    match upper.len() {
        0 => "HQ".to_owned(),
        1..=MAX_CLINIC_CHARS => upper,
        _ => {
            let letters: String = upper.chars().filter(char::is_ascii_alphanumeric).take(6).collect();
            letters + &symbols(clinic.as_bytes(), DATABASE_SYMBOLS)
        }
    }
}

/// So many symbols for these bytes: five bits each of their BLAKE3.
fn symbols(bytes: &[u8], count: usize) -> String {
    let sum = blake3::hash(bytes);
    sum.as_bytes().iter().take(count).map(|byte| char::from(SYMBOLS[usize::from(byte % 32)])).collect()
}

/// Numbers of a block that is granted to another database.
pub const BLOCK: u64 = 100;
/// The first number of the first block: below it the database gives numbers out itself.
const FIRST_BLOCK: u64 = 500_000;
/// Beyond the last block.
const BEYOND_BLOCKS: u64 = 10_000_000;

/// The `n`-th number (from 1) that a database gives out itself.
pub fn own(n: u64) -> u64 {
    if n < FIRST_BLOCK { n } else { BEYOND_BLOCKS + (n - FIRST_BLOCK) }
}

/// The first number of the `n`-th block (from 1) that a database grants; `None` if it has granted them all.
pub fn first_of_block(n: u64) -> Option<u64> {
    let first = FIRST_BLOCK + n.checked_sub(1)? * BLOCK;
    (first < BEYOND_BLOCKS).then_some(first)
}

/// A Patient resource with a number of ours among its identifiers, byte for byte but for that. `None` if it is no object, or
/// names such a number already: it is given here and nowhere else.
pub fn with_mrn(json: &str, mrn: &str) -> Option<String> {
    let mut members = members(json).ok()?;
    let mut given = String::from(
        r#"{"use":"official","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},"system":"#,
    );
    push_string(&mut given, MRN_SYSTEM);
    given.push_str(r#","value":"#);
    push_string(&mut given, mrn);
    given.push('}');
    match members.iter_mut().find(|(name, _)| name == "identifier") {
        None => members.push(("identifier".to_owned(), format!("[{given}]"))),
        Some((_, value)) => {
            let mut all = elements(value)?;
            if all.iter().any(|one| one.contains(MRN_SYSTEM)) {
                return None;
            }
            all.push(given);
            *value = format!("[{}]", all.join(","));
        }
    }
    let mut out = String::with_capacity(json.len() + 200);
    for (name, value) in members {
        out.push(if out.is_empty() { '{' } else { ',' });
        push_string(&mut out, &name);
        out.push(':');
        out.push_str(&value);
    }
    out.push('}');
    Some(out)
}

/// The check character of ISO 7064 MOD 37,36 over the letters and digits of a text; others do not count.
pub fn check_character(text: &str) -> char {
    let values = text.bytes().filter_map(|b| ALPHABET.iter().position(|c| *c == b.to_ascii_uppercase()));
    let product = values.fold(36, |product, value| match (product + value) % 36 {
        0 => 36 * 2 % 37,
        sum => sum * 2 % 37,
    });
    char::from(ALPHABET[(37 - product) % 36])
}

/// Whether a number of ours was written down without a slip: every single wrong character and nearly every swap of two
/// neighbours is told.
pub fn is_whole(number: &str) -> bool {
    let plain: String = number.trim().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let mut chars = plain.to_ascii_uppercase();
    let Some(check) = chars.pop() else { return false };
    !chars.is_empty() && check_character(&chars) == check
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn actor(n: u32) -> ActorId {
        let mut bytes = [7; 16];
        bytes[..4].copy_from_slice(&n.to_le_bytes());
        ActorId(bytes)
    }

    #[test]
    fn check_character_is_that_of_the_standard() {
        // GRid (IFPI, "Global Release Identifier", 2.1) is checked by the same system: A1-2425G-ABC1234002-M.
        assert_eq!(check_character("A12425GABC1234002"), 'M');
    }

    #[test]
    fn a_number_says_clinic_database_and_number() {
        let number = Series::of("north", actor(1)).number(42);
        assert!(number.starts_with("NORTH-") && number.contains("-000042-"), "{number}");
        assert!(is_whole(&number) && is_whole(&number.to_lowercase().replace('-', " ")));
        assert_eq!(Series::of("", actor(1)).as_str().split('-').next(), Some("HQ"));
    }

    #[test]
    fn no_two_databases_give_the_same_number() {
        let clinics = ["north", "south", "st-marys", "st-marys-hospital", "st-marys-hospice", "clinic"];
        let mut seen = BTreeSet::new();
        for clinic in clinics {
            for n in 0..300 {
                assert!(seen.insert(Series::of(clinic, actor(n)).number(1)), "{clinic} {n}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn a_wrong_character_is_told(n in 0u64..100_000, at in 0usize..30, other in "[0-9A-Z]") {
            let number: String = Series::of("north", actor(9)).number(n).replace('-', "");
            let at = at % number.len();
            let slipped = format!("{}{other}{}", &number[..at], &number[at + 1..]);
            proptest::prop_assert_eq!(is_whole(&slipped), slipped == number);
        }

        #[test]
        fn numbers_of_a_series_differ(a in 0u64..10_000_000, b in 0u64..10_000_000) {
            let series = Series::of("north", actor(3));
            proptest::prop_assert_eq!(series.number(a) == series.number(b), a == b);
        }
    }

    #[test]
    fn own_numbers_and_blocks_never_meet() {
        assert_eq!((own(1), own(499_999), own(500_000)), (1, 499_999, 10_000_000));
        assert_eq!((first_of_block(1), first_of_block(2)), (Some(500_000), Some(500_100)));
        assert_eq!(
            (first_of_block(95_000), first_of_block(95_001), first_of_block(0)),
            (Some(9_999_900), None, None)
        );
    }

    #[test]
    fn a_number_joins_the_others() {
        let of = |json: &str| with_mrn(json, "N-1").map(|json| crate::identity::person::Person::read(&json));
        assert_eq!(of(r#"{"resourceType":"Patient"}"#).unwrap().mrn(), Some("N-1"));
        let both = of(r#"{"identifier":[{"system":"x","value":"1"}],"id":"p"}"#).unwrap();
        assert_eq!((both.mrn(), both.numbers.len()), (Some("N-1"), 2));
        assert_eq!(of(r#"{"identifier":[{"system":"urn:holdfast:mrn","value":"1"}]}"#), None);
        assert_eq!(of("[]"), None);
    }

    #[test]
    fn odd_texts_are_no_numbers() {
        for odd in ["", "-", "7", "ü"] {
            assert!(!is_whole(odd), "{odd}");
        }
        assert_eq!((Series::granted("north-1"), Series::granted("NORTH")), (None, None));
    }
}
