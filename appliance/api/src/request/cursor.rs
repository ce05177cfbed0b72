//! Cursors: where a list goes on, opaque, bound to the list and to who asked for it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::access::policy::Principal;
use crate::error::RequestError;

const FORMAT: u8 = 1;
const SUM_BYTES: usize = 8;

/// A list of one caller: a cursor of another list or of another caller does not fit.
#[derive(Clone, Debug)]
pub(crate) struct List<'a> {
    /// What is listed, without the place and the size of the page.
    pub(crate) what: String,
    /// Who asked.
    pub(crate) principal: &'a Principal,
}

impl List<'_> {
    /// The cursor for going on after the item with this number.
    pub(crate) fn cursor(&self, after: i64) -> String {
        self.cursor_at(&after.to_le_bytes())
    }

    /// The cursor for going on from a place, however the list tells one.
    pub(crate) fn cursor_at(&self, place: &[u8]) -> String {
        let mut bytes = vec![FORMAT];
        bytes.extend_from_slice(place);
        bytes.extend_from_slice(&self.sum(place));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Where a cursor goes on; without one, at the beginning.
    ///
    /// # Errors
    /// [`RequestError::BadCursor`] if it was not given out for this list and this caller.
    pub(crate) fn after(&self, cursor: Option<&str>) -> Result<i64, RequestError> {
        let Some(place) = self.place(cursor)? else { return Ok(0) };
        place.try_into().map(i64::from_le_bytes).map_err(|_| RequestError::BadCursor)
    }

    /// The place of a cursor; `None` without one.
    ///
    /// # Errors
    /// As [`List::after`].
    pub(crate) fn place(&self, cursor: Option<&str>) -> Result<Option<Vec<u8>>, RequestError> {
        let Some(cursor) = cursor else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| RequestError::BadCursor)?;
        let (head, rest) = bytes.split_first().ok_or(RequestError::BadCursor)?;
        let (place, sum) = rest.split_last_chunk::<SUM_BYTES>().ok_or(RequestError::BadCursor)?;
        if *head != FORMAT || *sum != self.sum(place) {
            return Err(RequestError::BadCursor);
        }
        Ok(Some(place.to_vec()))
    }

    /// Not a secret: rights are checked at every page. It keeps honest mistakes from showing a wrong page.
    fn sum(&self, place: &[u8]) -> [u8; SUM_BYTES] {
        let mut hasher = blake3::Hasher::new_derive_key("holdfast 2026 list cursor");
        hasher.update(&(place.len() as u64).to_le_bytes()).update(place);
        hasher.update(self.principal.id.as_bytes()).update(&[0]).update(self.what.as_bytes());
        let mut out = [0; SUM_BYTES];
        out.copy_from_slice(&hasher.finalize().as_bytes()[..SUM_BYTES]);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_fits_its_list_and_its_caller_only() {
        let (anna, ben) = (Principal::new("anna", []), Principal::new("ben", []));
        let of = |what: &str, principal| List { what: what.to_owned(), principal };
        let cursor = of("Patient?name=a", &anna).cursor(42);
        assert_eq!(of("Patient?name=a", &anna).after(Some(&cursor)), Ok(42));
        assert_eq!(of("Patient?name=a", &anna).after(None), Ok(0));
        assert_eq!(of("Patient?name=b", &anna).after(Some(&cursor)), Err(RequestError::BadCursor));
        assert_eq!(of("Patient?name=a", &ben).after(Some(&cursor)), Err(RequestError::BadCursor));
        for bad in ["", "x", "====", "AQ", &cursor[1..], &format!("{cursor}AA")] {
            assert_eq!(of("Patient?name=a", &anna).after(Some(bad)), Err(RequestError::BadCursor), "{bad}");
        }
    }
}
