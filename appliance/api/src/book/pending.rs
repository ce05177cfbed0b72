//! A code that is in force, and the message that carries it: facts of this database that no replica learns. A stranger's telephone number
//! has no place in a log that is kept for ever; here it is gone within minutes.

use holdfast_store::view::View;
use holdfast_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::from_slice;

use super::error::BookError;
use super::secret::{Key, is_same};

/// How long a code is in force.
pub(super) const CODE_MS: u64 = 10 * 60_000;
/// Tries of one code.
pub(super) const TRIES: u32 = 5;
/// How often one booking's code is sent. Past that it is another booking, and waits for its contact's turn.
const MOST_SENDS: u32 = 5;

const CODES: &str = "book/code/";
const MESSAGES: &str = "book/message/";

/// A code in force; which code it is is kept as a hash alone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Pending {
    /// Whom it is for, as a hash.
    who: String,
    salt: String,
    code: String,
    expires_ms: u64,
    tries_left: u32,
    sends: u32,
}

/// A message that waits to be sent. It does not hold the code: whoever sends it makes the code of the booking and the salt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Message {
    /// Names it for ever, so that it is sent once.
    pub(super) id: String,
    pub(super) booking: String,
    pub(super) salt: String,
    pub(super) clinic: String,
    pub(super) contact: String,
    pub(super) language: String,
    /// Past this it is not sent any more.
    pub(super) expires_ms: u64,
}

/// Whom a code is to go to.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// Which booking's it is.
    pub(super) booking: String,
    /// Whom it is for, as a hash.
    pub(super) who: String,
    pub(super) clinic: String,
    pub(super) contact: String,
    pub(super) language: &'static str,
    /// Fresh random digits, used if a new code is made.
    pub(super) salt: String,
}

/// Makes a code, or takes the one in force, and leaves the message that carries it.
///
/// # Errors
/// [`BookError::TooMany`], or the store.
pub(super) fn ask(
    tx: &mut Tx<'_>,
    key: &Key,
    wanted: &Wanted,
    now_ms: u64,
) -> Result<Result<(), BookError>, StoreError> {
    let known = read(&mut tx.view()?, &wanted.booking)?.filter(|known| known.expires_ms > now_ms);
    let sends = known.as_ref().map_or(0, |known| known.sends);
    if let Some(known) = known.as_ref().filter(|known| known.sends >= MOST_SENDS) {
        let after_s =
            u32::try_from((known.expires_ms - now_ms) / 1_000).unwrap_or(u32::MAX).saturating_add(1);
        return Ok(Err(BookError::TooMany { after_s }));
    }
    let same = known.filter(|known| known.who == wanted.who && known.tries_left > 0);
    let fresh = || Pending {
        who: wanted.who.clone(),
        salt: wanted.salt.clone(),
        code: key.code_hash(&wanted.booking, &wanted.salt, &key.code(&wanted.booking, &wanted.salt)),
        expires_ms: now_ms + CODE_MS,
        tries_left: TRIES,
        sends: 0,
    };
    let pending = Pending { sends: sends + 1, ..same.unwrap_or_else(fresh) };
    let message = Message {
        id: key.name("message", &[&wanted.booking, &pending.salt, &pending.sends.to_string()]),
        booking: wanted.booking.clone(),
        salt: pending.salt.clone(),
        clinic: wanted.clinic.clone(),
        contact: wanted.contact.clone(),
        language: wanted.language.to_owned(),
        expires_ms: pending.expires_ms,
    };
    keep(tx, &format!("{CODES}{}", wanted.booking), &pending)?;
    keep(tx, &format!("{MESSAGES}{}", message.id), &message)?;
    Ok(Ok(()))
}

/// Looks at a code. A wrong one is counted, which has to be committed.
///
/// # Errors
/// The store.
pub(super) fn check(
    tx: &mut Tx<'_>,
    key: &Key,
    booking: &str,
    (who, code): (&str, &str),
    now_ms: u64,
) -> Result<Result<(), BookError>, StoreError> {
    let known = read(&mut tx.view()?, booking)?;
    let Some(mut known) = known.filter(|known| known.expires_ms > now_ms && known.tries_left > 0) else {
        return Ok(Err(BookError::CodeOver));
    };
    if is_same(&known.who, who) && is_same(&known.code, &key.code_hash(booking, &known.salt, code)) {
        return Ok(Ok(()));
    }
    known.tries_left -= 1;
    keep(tx, &format!("{CODES}{booking}"), &known)?;
    Ok(Err(match known.tries_left {
        0 => BookError::CodeOver,
        tries_left => BookError::CodeWrong { tries_left },
    }))
}

/// Messages that wait.
///
/// # Errors
/// The database.
pub(super) fn messages(view: &mut View<'_>) -> Result<Vec<Message>, StoreError> {
    let found = view.locals(MESSAGES)?;
    Ok(found.into_iter().filter_map(|(_, bytes)| from_slice(&bytes).ok()).collect())
}

/// Takes messages, so that nobody else sends them: those that were there still.
///
/// # Errors
/// The database.
pub(super) fn claim(tx: &mut Tx<'_>, wanted: &[Message]) -> Result<Vec<Message>, StoreError> {
    let waiting = messages(&mut tx.view()?)?;
    let taken: Vec<Message> = wanted.iter().filter(|one| waiting.contains(one)).cloned().collect();
    let names: Vec<String> = taken.iter().map(|one| format!("{MESSAGES}{}", one.id)).collect();
    tx.forget_locals(&names)?;
    Ok(taken)
}

/// Forgets codes and messages that are no longer in force.
///
/// # Errors
/// The database.
pub(super) fn sweep(tx: &mut Tx<'_>, now_ms: u64) -> Result<(), StoreError> {
    let mut view = tx.view()?;
    let is_over = |expires_ms: Option<u64>| expires_ms.is_none_or(|expires_ms| expires_ms <= now_ms);
    let mut names = Vec::new();
    for (name, bytes) in view.locals(CODES)? {
        let read: Option<Pending> = from_slice(&bytes).ok();
        names.extend(is_over(read.map(|one| one.expires_ms)).then(|| format!("{CODES}{name}")));
    }
    for (name, bytes) in view.locals(MESSAGES)? {
        let read: Option<Message> = from_slice(&bytes).ok();
        names.extend(is_over(read.map(|one| one.expires_ms)).then(|| format!("{MESSAGES}{name}")));
    }
    if names.is_empty() { Ok(()) } else { tx.forget_locals(&names) }
}

fn read(view: &mut View<'_>, booking: &str) -> Result<Option<Pending>, StoreError> {
    let found = view.local(&format!("{CODES}{booking}"))?;
    Ok(found.and_then(|bytes| from_slice(&bytes).ok()))
}

fn keep(tx: &mut Tx<'_>, name: &str, fact: &impl Serialize) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec(fact)
        .map_err(|error| StoreError::Database(format!("a fact cannot be written: {error}")))?;
    tx.set_local(name, Some(&bytes))
}
