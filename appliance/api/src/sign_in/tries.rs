//! Wrong guesses, counted by person and by device: in memory, and in the database, so that a restart forgets nothing.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::ConnectInfo;
use holdfast_clinical::people::login_key;
use holdfast_clinical::people::wait::{Counted, Tries};
use holdfast_store::StoreError;
use holdfast_store::writer::Writer;
use http::{Extensions, HeaderMap};

use crate::access::rate::device_of;
use crate::error::{ApiError, RequestError};
use crate::state::ApiState;

/// Before their names in the database.
const PREFIX: &str = "tries/";
/// So many in memory; past that those that cost nothing any more are looked up again.
const KEPT: usize = 20_000;

/// What is counted, by name.
#[derive(Debug, Default)]
pub(crate) struct Tried(Mutex<HashMap<String, Tries>>);

/// Whose guesses one try counts among.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    counters: [(Counted, String); 2],
}

impl Guess {
    /// At a login name, from where a request comes.
    pub(crate) fn of(state: &ApiState, login: &str, headers: &HeaderMap, extensions: &Extensions) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let client = peer.map(|ConnectInfo(peer)| state.parts().rates.proxies.client(peer.ip(), headers));
        let device = client.map(|address| device_of(address).to_string()).unwrap_or_default();
        // Hashed: what somebody types into the name's field may be a PIN.
        let name = |kind: &str, text: &str| {
            format!("{PREFIX}{kind}/{}", &blake3::hash(text.as_bytes()).to_hex()[..32])
        };
        let counters = [
            (Counted::Person, name("person", &login_key(login))),
            (Counted::Device, name("device", &device)),
        ];
        Self { counters }
    }
}

impl Tried {
    /// Counts a try as wrong before it is looked at, so that many at once are no way around the wait; how many are left that
    /// cost nothing.
    ///
    /// # Errors
    /// [`RequestError::SignInSlowed`] if it must wait, or the store.
    pub(crate) async fn begin(&self, writer: &Writer, guess: &Guess, now_ms: u64) -> Result<u32, ApiError> {
        self.load(writer, guess).await?;
        let left = self.count(guess, now_ms)?;
        self.keep(writer, guess).await?;
        Ok(left)
    }

    /// Forgets the wrong ones at the name, and on the device this one.
    ///
    /// # Errors
    /// The store.
    pub(crate) async fn was_right(&self, writer: &Writer, guess: &Guess) -> Result<(), ApiError> {
        {
            let mut all = self.all();
            for (counted, name) in &guess.counters {
                let tries = all.entry(name.clone()).or_default();
                tries.wrong = match counted {
                    Counted::Person => 0,
                    Counted::Device => tries.wrong.saturating_sub(1),
                };
            }
        }
        self.keep(writer, guess).await
    }

    fn count(&self, guess: &Guess, now_ms: u64) -> Result<u32, RequestError> {
        let mut all = self.all();
        let of = |all: &HashMap<String, Tries>, name: &String| all.get(name).copied().unwrap_or_default();
        let waits = guess.counters.iter().map(|(counted, name)| of(&all, name).wait_ms(*counted, now_ms));
        let wait_ms = waits.max().unwrap_or_default();
        if wait_ms > 0 {
            return Err(RequestError::SignInSlowed {
                retry_after_s: u32::try_from(wait_ms.div_ceil(1_000)).unwrap_or(u32::MAX),
            });
        }
        let mut left = u32::MAX;
        for (counted, name) in &guess.counters {
            let tries = of(&all, name).and_wrong(now_ms);
            left = left.min(tries.left(*counted, now_ms));
            all.insert(name.clone(), tries);
        }
        Ok(left)
    }

    async fn load(&self, writer: &Writer, guess: &Guess) -> Result<(), StoreError> {
        let unknown: Vec<String> = {
            let all = self.all();
            guess
                .counters
                .iter()
                .map(|(_, name)| name.clone())
                .filter(|name| !all.contains_key(name))
                .collect()
        };
        if unknown.is_empty() {
            return Ok(());
        }
        let names = unknown.clone();
        let found =
            writer.read(move |view| names.iter().map(|name| view.local(name)).collect::<Result<Vec<_>, _>>());
        let found = found.await?;
        let mut all = self.all();
        if all.len() > KEPT {
            all.retain(|_, tries| tries.wrong > 0);
        }
        for (name, bytes) in unknown.into_iter().zip(found) {
            all.entry(name).or_insert(bytes.as_deref().map(read).unwrap_or_default());
        }
        Ok(())
    }

    /// Writes the counters down. A full disk keeps nobody out: they count in memory.
    async fn keep(&self, writer: &Writer, guess: &Guess) -> Result<(), ApiError> {
        let rows: Vec<(String, Tries)> = {
            let all = self.all();
            let row =
                |(_, name): &(Counted, String)| (name.clone(), all.get(name).copied().unwrap_or_default());
            guess.counters.iter().map(row).collect()
        };
        let work = move |tx: &mut holdfast_store::Tx<'_>| {
            rows.iter().try_for_each(|(name, tries)| match tries.wrong {
                0 => tx.set_local(name, None),
                _ => tx.set_local(name, Some(&bytes_of(*tries))),
            })
        };
        match writer.write(work).await {
            Err(StoreError::DiskFull) => {
                tracing::warn!(error.code = "disk-full", "wrong guesses at PINs are counted in memory alone");
                Ok(())
            }
            outcome => Ok(outcome?),
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Tries>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets in the database what costs nothing any more.
///
/// # Errors
/// The store.
pub(crate) async fn forget(writer: &Writer, now_ms: u64) -> Result<(), StoreError> {
    let known = writer.read(|view| view.locals(PREFIX)).await?;
    let old = |(_, bytes): &(String, Vec<u8>)| {
        let tries = read(bytes);
        tries.and_wrong(now_ms).wrong == 1
    };
    let names: Vec<String> =
        known.into_iter().filter(old).map(|(name, _)| format!("{PREFIX}{name}")).collect();
    if names.is_empty() {
        return Ok(());
    }
    writer.write(move |tx| tx.forget_locals(&names)).await
}

fn bytes_of(tries: Tries) -> [u8; 12] {
    let mut out = [0; 12];
    out[..4].copy_from_slice(&tries.wrong.to_le_bytes());
    out[4..].copy_from_slice(&tries.last_ms.to_le_bytes());
    out
}

fn read(bytes: &[u8]) -> Tries {
    let wrong = bytes.get(..4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
    let last_ms = bytes.get(4..12).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
    Tries { wrong, last_ms }
}
