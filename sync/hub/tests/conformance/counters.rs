//! Named counters.

use std::sync::{Arc, Mutex};

use holdfast_store::error::{Result, StoreError};

use crate::backend::{Backend, behaviours, write};

behaviours![
    a_counter_begins_at_one_and_gives_what_was_asked,
    a_counter_goes_on_after_reopening,
    a_counter_never_gives_a_number_twice_after_a_failed_write,
    ranges_taken_at_once_are_consecutive_and_apart,
];

fn a_counter_begins_at_one_and_gives_what_was_asked(backend: &Backend) {
    let db = backend.open();
    write(&*db, |sql| {
        assert_eq!(sql.allocate("apples", 1)?, 1);
        assert_eq!(sql.allocate("apples", 100_000)?, 2);
        assert_eq!(sql.allocate("pears", 2)?, 1, "each name counts by itself");
        assert_eq!(sql.allocate("apples", 3)?, 100_002);
        assert_eq!(sql.allocate("apples", 1)?, 100_005);
        Ok(())
    })
    .unwrap();
}

fn a_counter_goes_on_after_reopening(backend: &Backend) {
    write(&*backend.open(), |sql| sql.allocate("apples", 10)).unwrap();
    assert_eq!(write(&*backend.open(), |sql| sql.allocate("apples", 1)).unwrap(), 11);
}

fn a_counter_never_gives_a_number_twice_after_a_failed_write(backend: &Backend) {
    let db = backend.open();
    let kept = write(&*db, |sql| sql.allocate("apples", 5)).unwrap();
    let failed: Result<()> = write(&*db, |sql| {
        sql.allocate("apples", 5)?;
        Err(StoreError::Closed)
    });
    assert!(failed.is_err());
    let next = write(&*db, |sql| sql.allocate("apples", 1)).unwrap();
    assert!(next >= kept + 5, "{next} lies in a range that was kept");
}

const THREADS: u64 = 8;
const TAKES: u64 = 25;

fn ranges_taken_at_once_are_consecutive_and_apart(backend: &Backend) {
    let handles = [backend.open(), backend.open()];
    let taken = Arc::new(Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (db, taken) = (handles[thread as usize % 2].clone(), taken.clone());
            scope.spawn(move || {
                for take in 0..TAKES {
                    let n = 1 + (thread * 7 + take * 13) % 40;
                    let first = write(&*db, |sql| sql.allocate("apples", n)).unwrap();
                    taken.lock().unwrap().push((first, n));
                }
            });
        }
    });
    let mut taken = taken.lock().unwrap().clone();
    taken.sort_unstable();
    assert_eq!(taken.len() as u64, THREADS * TAKES);
    assert!(taken.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0), "two ranges overlap");
}
