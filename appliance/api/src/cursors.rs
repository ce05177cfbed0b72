//! Cursors as clients send them, for the fuzzing of what reads them; no part of the API.

use holdfast_store::search::Place;

use crate::access::policy::Principal;
use crate::error::RequestError;
use crate::fhir::search::{place_bytes, read_place};
use crate::request::cursor::List;
use crate::request::query::Asked;

/// Who asks for a page of which list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asking<'a> {
    /// The caller's name.
    pub caller: &'a str,
    /// What is listed: `Patient`, `Patient/_history` …
    pub address: &'a str,
    /// The query string.
    pub query: &'a str,
}

impl Asking<'_> {
    fn with<T>(&self, work: impl FnOnce(&List<'_>) -> Result<T, RequestError>) -> Result<T, RequestError> {
        let asked = Asked::read(&[self.query])?;
        let what = format!("{}?{}", self.address, asked.canonical());
        work(&List { what, principal: &Principal::new(self.caller, []) })
    }

    /// The cursor of a place.
    ///
    /// # Errors
    /// [`RequestError::BadQuery`].
    pub fn seal(&self, place: &[u8]) -> Result<String, RequestError> {
        self.with(|list| Ok(list.cursor_at(place)))
    }

    /// The place of a cursor.
    ///
    /// # Errors
    /// [`RequestError::BadCursor`] if it was not given out to the caller for this list.
    pub fn open(&self, cursor: &str) -> Result<Vec<u8>, RequestError> {
        self.with(|list| Ok(list.place(Some(cursor))?.unwrap_or_default()))
    }

    /// The number of a cursor in a list without an order.
    ///
    /// # Errors
    /// As [`Asking::open`].
    pub fn open_number(&self, cursor: &str) -> Result<i64, RequestError> {
        self.with(|list| list.after(Some(cursor)))
    }

    /// The place of a cursor in an ordered list.
    ///
    /// # Errors
    /// As [`Asking::open`].
    pub fn open_sorted(&self, cursor: &str) -> Result<Place, RequestError> {
        read_place(&self.open(cursor)?)
    }
}

/// The bytes of a place in an ordered list.
pub fn sorted(place: &Place) -> Vec<u8> {
    place_bytes(place)
}
