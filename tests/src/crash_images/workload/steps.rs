//! The steps of a workload, drawn at random.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use anyhow::Result;
use holdfast_core::id::Lane;
use holdfast_store::StoreError;
use holdfast_store::author::Saved;

use super::Workload;
use super::saves::Draft;
use crate::crash_images::ledger::{Done, Sent};

/// Closed until it is opened: holds the first job of a group back until the others wait behind it.
#[derive(Default)]
struct Gate(Mutex<bool>, Condvar);

impl Gate {
    fn open(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.1.notify_all();
    }

    fn wait(&self) {
        let guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.1.wait_while(guard, |is_open| !*is_open));
    }
}

impl Workload {
    /// Does one thing.
    pub(super) fn step(&mut self, folder: &Path) -> Result<()> {
        match self.dice.below(100) {
            0..34 => self.save_together(1, 15),
            34..44 => {
                let n = self.dice.below(6) as usize + 2;
                self.save_together(n, 15)
            }
            44..58 => self.commit_group(),
            58..63 => {
                let n = self.dice.below(20) as usize + 12;
                self.save_together(n, 70)
            }
            63..67 => self.fail_to_save(),
            67..74 => self.seal(),
            74..84 => self.hub_and_session(),
            84..89 => self.save_beside_reader(),
            89..94 => Ok(self.store.as_ref().expect("the store is open").db.checkpoint()?),
            94..96 => self.copy(folder),
            _ => self.reopen(folder),
        }
    }

    fn drafts(&mut self, n: usize, new_percent: u64) -> Vec<Draft> {
        let busy = self.hub.busy();
        let drafts = self.drafts.draw(n, new_percent, &self.ledger, &busy, &mut self.dice);
        drafts.iter().for_each(|draft| self.drafts.know(&draft.entity));
        drafts
    }

    /// Several saves in one transaction.
    fn save_together(&mut self, n: usize, new_percent: u64) -> Result<()> {
        let drafts = self.drafts(n, new_percent);
        self.unit(|records| {
            let made =
                records.write(|tx| drafts.iter().map(|d| d.make(tx)).collect::<Result<Vec<Saved>, _>>())?;
            let saved =
                drafts.into_iter().zip(made).filter(|(_, s)| s.changed).map(|(d, s)| d.done(s)).collect();
            Ok(((), Done { saved, ..Done::default() }))
        })
    }

    /// Saves by many people at once through the store's own group commit: each is acknowledged for itself.
    fn commit_group(&mut self) -> Result<()> {
        let n = self.dice.below(20) as usize + 3;
        let drafts = self.drafts(n, 15);
        let units: Vec<usize> = drafts.iter().map(|_| self.ledger.begin(&self.recorder)).collect();
        let gate = Arc::new(Gate::default());
        let saves = drafts.iter().zip(&units).map(|(draft, unit)| {
            let (draft, gate, recorder) = (draft.clone(), gate.clone(), self.recorder.clone());
            let writer = self.store.as_ref().expect("the store is open").writer();
            let (is_first, unit) = (units.first() == Some(unit), *unit);
            async move {
                let work = move |tx: &mut holdfast_store::Tx<'_>| {
                    if is_first {
                        gate.wait();
                    }
                    draft.make(tx)
                };
                let saved = writer.write(work).await?;
                Ok::<_, StoreError>((recorder.acknowledged(unit), saved))
            }
        });
        let all = futures::future::join(futures::future::join_all(saves), async { gate.open() });
        let (made, ()) = tokio::runtime::Builder::new_current_thread().build()?.block_on(all);
        for ((draft, unit), made) in drafts.into_iter().zip(units).zip(made) {
            let (at, saved) = made?;
            let saved = if saved.changed { vec![draft.done(saved)] } else { Vec::new() };
            self.ledger.acknowledge(unit, at, Done { saved, ..Done::default() });
        }
        Ok(())
    }

    /// A transaction that is undone: nothing of it may ever be seen.
    fn fail_to_save(&mut self) -> Result<()> {
        let drafts = self.drafts.draw(12, 50, &self.ledger, &self.hub.busy(), &mut self.dice);
        let refused = self.records().write(|tx| {
            for draft in &drafts {
                draft.make(tx)?;
            }
            tx.view()?;
            Err::<(), _>(StoreError::Refused { code: "changed-mind", message: "undone on purpose".into() })
        });
        anyhow::ensure!(refused.is_err(), "a refused transaction was kept");
        Ok(())
    }

    /// Seals what waits; what is given out may be known elsewhere from then on.
    fn seal(&mut self) -> Result<()> {
        for lane in Lane::ALL {
            self.outgoing(lane, self.ledger.given_out()[usize::from(lane.0)])?;
        }
        Ok(())
    }

    /// The segments of a lane after a seq.
    pub(super) fn outgoing(&mut self, lane: Lane, after: u64) -> Result<Vec<Vec<u8>>> {
        self.unit(|records| {
            let out = records.outgoing(lane, after, 1000)?;
            let hash = |bytes: &[u8]| *blake3::hash(bytes).as_bytes();
            let sent = out
                .iter()
                .map(|o| Sent { lane, first: o.first, last: o.last, hash: hash(&o.bytes) })
                .collect();
            Ok((out.into_iter().map(|o| o.bytes).collect(), Done { sent, ..Done::default() }))
        })
    }

    /// Saves while a reader holds an old view: the WAL cannot start over.
    fn save_beside_reader(&mut self) -> Result<()> {
        let n = self.dice.below(5) + 1;
        let records = self.records();
        let mut outcome = Ok(());
        records.read(|view| {
            view.counts()?;
            outcome = (0..n).try_for_each(|_| self.save_together(2, 15));
            Ok(())
        })?;
        outcome
    }

    /// A backup while running; the copy itself is not part of the picture.
    fn copy(&mut self, folder: &Path) -> Result<()> {
        let to = folder.join("copy.db");
        self.store.as_ref().expect("the store is open").db.copy_to(&to)?;
        Ok(std::fs::remove_file(to)?)
    }

    /// The program ends and starts again. After a checkpoint, the end deletes the WAL.
    fn reopen(&mut self, folder: &Path) -> Result<()> {
        if self.dice.percent(70) {
            self.store.as_ref().expect("the store is open").db.checkpoint()?;
        }
        drop(self.store.take());
        self.open(folder)
    }
}
