//! Sessions that stand. Of a token only the hash is kept, so that memory shown to somebody opens nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use holdfast_clinical::people::User;
use holdfast_clinical::people::confirmed::Mode;

use crate::access::policy::Principal;
use crate::access::tokens::{TokenError, random_token};

/// The longest that a session lasts: a shift, and what comes after it.
pub(crate) const LASTS_MS: u64 = 12 * 3_600_000;
/// How long the record of one patient stays open once somebody has broken its glass.
pub(crate) const OPEN_MS: u64 = 60 * 60_000;
/// Sessions of one person: a new one past that ends the oldest.
const OF_ONE: usize = 20;
/// Patients opened in one session.
const OPENED: usize = 100;

/// Which session, by its token's hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// Of a token.
    pub(crate) fn of(token: &str) -> Self {
        Self(*blake3::hash(token.as_bytes()).as_bytes())
    }
}

/// A session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// Whose, as their record was when it was last looked at.
    pub(crate) user: Arc<User>,
    /// The commit after which that was; `None`: look again.
    pub(crate) seen_at: Option<u64>,
    /// When it began, in Unix milliseconds.
    began_ms: u64,
    /// When it ends.
    pub(crate) expires_ms: u64,
    /// Patients whose glass was broken, each with the end of it.
    opened: BTreeMap<String, u64>,
    /// What was last worked out of it.
    reach: Option<Arc<Reach>>,
}

/// What somebody may reach, and what that follows from.
#[derive(Debug)]
pub(crate) struct Reach {
    pub(crate) user: Arc<User>,
    pub(crate) mode: Mode,
    pub(crate) opened: Vec<String>,
    pub(crate) principal: Principal,
}

impl Session {
    /// Who asks, if nothing has changed since it was worked out.
    pub(crate) fn reached(&self, mode: Mode, opened: &[String]) -> Option<Principal> {
        let reach = self.reach.as_ref()?;
        let is_same = Arc::ptr_eq(&reach.user, &self.user) && reach.mode == mode && reach.opened == opened;
        is_same.then(|| reach.principal.clone())
    }

    /// The patients who are open now.
    pub(crate) fn opened_at(&self, now_ms: u64) -> Vec<String> {
        self.opened.iter().filter(|(_, until)| now_ms < **until).map(|(id, _)| id.clone()).collect()
    }
}

/// All that stand.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<Key, Session>>);

impl Sessions {
    /// Begins one; its token, which is kept nowhere.
    ///
    /// # Errors
    /// [`TokenError::Random`].
    pub(crate) fn begin(&self, user: User, now_ms: u64) -> Result<(String, Key), TokenError> {
        let token = random_token()?;
        let key = Key::of(&token);
        let mut all = self.all();
        all.retain(|_, session| now_ms < session.expires_ms);
        while all.values().filter(|one| one.user.id == user.id).count() >= OF_ONE {
            let of_user = all.iter().filter(|(_, one)| one.user.id == user.id);
            let Some(oldest) = of_user.min_by_key(|(_, one)| one.began_ms).map(|(key, _)| *key) else {
                break;
            };
            all.remove(&oldest);
        }
        let (user, expires_ms) = (Arc::new(user), now_ms + LASTS_MS);
        let session = Session {
            user,
            seen_at: None,
            began_ms: now_ms,
            expires_ms,
            opened: BTreeMap::new(),
            reach: None,
        };
        all.insert(key, session);
        Ok((token, key))
    }

    /// One that stands.
    pub(crate) fn get(&self, key: Key, now_ms: u64) -> Option<Session> {
        let mut all = self.all();
        let session = all.get(&key)?.clone();
        if now_ms < session.expires_ms {
            return Some(session);
        }
        all.remove(&key);
        None
    }

    /// Who has signed in, by the ids of their records.
    pub(crate) fn people(&self, now_ms: u64) -> BTreeSet<String> {
        self.all().values().filter(|one| now_ms < one.expires_ms).map(|one| one.user.id.clone()).collect()
    }

    /// Notes what its person's record said after a commit.
    pub(crate) fn saw(&self, key: Key, commit: u64, user: &Arc<User>) {
        if let Some(session) = self.all().get_mut(&key) {
            session.seen_at = Some(commit);
            session.user = user.clone();
        }
    }

    /// Keeps what was worked out for the next request.
    pub(crate) fn reaches(&self, key: Key, reach: Reach) {
        if let Some(session) = self.all().get_mut(&key) {
            session.reach = Some(Arc::new(reach));
        }
    }

    /// Goes on with its person as they are now, who has set another PIN in it.
    pub(crate) fn renew(&self, key: Key, user: User) {
        if let Some(session) = self.all().get_mut(&key) {
            session.user = Arc::new(user);
            session.seen_at = None;
        }
    }

    /// Ends one.
    pub(crate) fn end(&self, key: Key) {
        self.all().remove(&key);
    }

    /// Opens a patient's record in one; until when.
    pub(crate) fn open(&self, key: Key, patient: &str, now_ms: u64) -> Option<u64> {
        let mut all = self.all();
        let session = all.get_mut(&key)?;
        session.opened.retain(|_, until| now_ms < *until);
        if session.opened.len() >= OPENED {
            let first = session.opened.iter().min_by_key(|(_, until)| **until).map(|(id, _)| id.clone());
            first.map(|id| session.opened.remove(&id));
        }
        let until = now_ms + OPEN_MS;
        session.opened.insert(patient.to_owned(), until);
        Some(until)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Key, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> User {
        User { id: id.into(), ..User::default() }
    }

    #[test]
    fn a_session_ends_by_its_time_and_by_its_key() {
        let sessions = Sessions::default();
        let (token, key) = sessions.begin(user("u"), 1_000).unwrap();
        assert!(sessions.get(Key::of(&token), 1_000 + LASTS_MS - 1).is_some());
        assert!(sessions.get(Key::of("another"), 1_000).is_none());
        assert!(sessions.get(key, 1_000 + LASTS_MS).is_none());
        let (_, key) = sessions.begin(user("u"), 1_000).unwrap();
        sessions.end(key);
        assert!(sessions.get(key, 1_000).is_none());
    }

    #[test]
    fn a_person_has_so_many_sessions_and_the_oldest_goes_first() {
        let sessions = Sessions::default();
        let keys: Vec<Key> = (0..=OF_ONE as u64).map(|at| sessions.begin(user("u"), at).unwrap().1).collect();
        let (_, other) = sessions.begin(user("v"), 0).unwrap();
        assert!(sessions.get(keys[0], 1).is_none() && sessions.get(keys[1], 1).is_some());
        assert!(sessions.get(other, 1).is_some());
    }

    #[test]
    fn a_broken_glass_is_whole_again_after_its_time() {
        let sessions = Sessions::default();
        let (_, key) = sessions.begin(user("u"), 0).unwrap();
        assert_eq!(sessions.open(key, "p1", 5), Some(5 + OPEN_MS));
        let opened = |now| sessions.get(key, now).unwrap().opened_at(now);
        assert_eq!((opened(6), opened(5 + OPEN_MS)), (vec!["p1".to_owned()], vec![]));
    }
}
