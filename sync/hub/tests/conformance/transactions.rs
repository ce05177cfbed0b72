//! A transaction happens whole or not at all, one after the other as far as anybody can see.

use std::panic::{AssertUnwindSafe, catch_unwind};

use holdfast_store::error::{Result, StoreError};
use holdfast_store::schema::META;
use holdfast_store::sql::{Database, Sql};

use crate::backend::{Backend, behaviours, read, write};

behaviours![
    failed_write_leaves_nothing,
    panicking_write_leaves_nothing_and_blocks_nobody,
    nested_failure_undoes_its_own_part_alone,
    nested_work_survives_a_refused_statement,
    nested_goes_deep,
    read_sees_one_moment,
    read_cannot_write,
    what_was_written_is_there_after_reopening,
    writers_of_one_row_all_count,
];

fn put(sql: &mut dyn Sql, name: &str, value: i64) -> Result<()> {
    sql.upsert(&META, vec![vec![name.into(), value.to_le_bytes().to_vec().into()]])
}

fn get(sql: &mut dyn Sql, name: &str) -> Result<Option<i64>> {
    let rows = sql.query("SELECT value FROM meta WHERE name = $1", &[name.into()])?;
    rows.first().map(|row| row.array(0).map(i64::from_le_bytes)).transpose()
}

fn names(db: &dyn Database) -> Vec<String> {
    let rows = read(db, |sql| sql.query("SELECT name FROM meta ORDER BY name", &[])).unwrap();
    rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect()
}

fn failed_write_leaves_nothing(backend: &Backend) {
    let db = backend.open();
    let done: Result<()> = write(&*db, |sql| {
        put(sql, "a", 1)?;
        Err(StoreError::Exists("it".into()))
    });
    assert_eq!(done.unwrap_err().code(), "exists", "the work's own error comes back");
    assert!(write(&*db, |sql| sql.query("SELECT nonsense FROM nowhere", &[])).is_err());
    assert!(names(&*db).is_empty());
    write(&*db, |sql| put(sql, "b", 1)).unwrap();
    assert_eq!(names(&*db), ["b"]);
}

fn panicking_write_leaves_nothing_and_blocks_nobody(backend: &Backend) {
    let db = backend.open();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        write(&*db, |sql| {
            put(sql, "a", 1)?;
            assert!(get(sql, "a")?.is_none(), "this panic is part of the test");
            Ok(())
        })
    }));
    assert!(panicked.is_err());
    write(&*db, |sql| put(sql, "b", 1)).unwrap();
    assert_eq!(names(&*db), ["b"]);
}

fn nested_failure_undoes_its_own_part_alone(backend: &Backend) {
    let db = backend.open();
    write(&*db, |sql| {
        put(sql, "before", 1)?;
        let inner = sql.nested(&mut |sql| {
            put(sql, "inside", 1)?;
            put(sql, "before", 2)?;
            Err(StoreError::Exists("it".into()))
        });
        assert_eq!(inner.unwrap_err().code(), "exists");
        assert_eq!((get(sql, "before")?, get(sql, "inside")?), (Some(1), None));
        sql.nested(&mut |sql| put(sql, "good", 1))?;
        put(sql, "after", 1)
    })
    .unwrap();
    assert_eq!(names(&*db), ["after", "before", "good"]);
}

fn nested_work_survives_a_refused_statement(backend: &Backend) {
    let db = backend.open();
    write(&*db, |sql| {
        put(sql, "before", 1)?;
        assert!(sql.nested(&mut |sql| sql.query("SELECT nonsense FROM nowhere", &[]).map(|_| ())).is_err());
        put(sql, "after", 1)
    })
    .unwrap();
    assert_eq!(names(&*db), ["after", "before"]);
}

fn nested_goes_deep(backend: &Backend) {
    fn down(sql: &mut dyn Sql, level: i64) -> Result<()> {
        put(sql, &format!("level{level}"), level)?;
        if level < 5 {
            let _undone = sql.nested(&mut |sql| down(sql, level + 1));
        }
        if level == 3 { Err(StoreError::Closed) } else { Ok(()) }
    }
    let db = backend.open();
    write(&*db, |sql| down(sql, 0)).unwrap();
    assert_eq!(names(&*db), ["level0", "level1", "level2"]);
}

fn read_sees_one_moment(backend: &Backend) {
    if !backend.is_shared {
        return;
    }
    let db = backend.open();
    write(&*db, |sql| put(sql, "a", 1)).unwrap();
    read(&*db, |sql| {
        assert_eq!(get(sql, "a")?, Some(1));
        write(&*db, |sql| put(sql, "a", 2))?;
        assert_eq!(get(sql, "a")?, Some(1), "a view does not move");
        Ok(())
    })
    .unwrap();
    assert_eq!(read(&*db, |sql| get(sql, "a")).unwrap(), Some(2));
}

fn read_cannot_write(backend: &Backend) {
    if !backend.is_shared {
        return;
    }
    let db = backend.open();
    assert!(read(&*db, |sql| put(sql, "a", 1)).is_err());
    assert!(names(&*db).is_empty());
}

fn what_was_written_is_there_after_reopening(backend: &Backend) {
    write(&*backend.open(), |sql| put(sql, "a", 7)).unwrap();
    assert_eq!(read(&*backend.open(), |sql| get(sql, "a")).unwrap(), Some(7));
}

const THREADS: i64 = 6;
const STEPS: i64 = 20;

fn writers_of_one_row_all_count(backend: &Backend) {
    let handles = [backend.open(), backend.open()];
    write(&*handles[0], |sql| put(sql, "sum", 0)).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let db = handles[thread as usize % 2].clone();
            scope.spawn(move || {
                for step in 0..STEPS {
                    let once = |sql: &mut dyn Sql| {
                        let sum = get(sql, "sum")?.unwrap();
                        put(sql, "sum", sum + 1)?;
                        put(sql, &format!("t{thread}-{step}"), sum)
                    };
                    write(&*db, once).unwrap();
                }
            });
        }
    });
    assert_eq!(
        read(&*handles[1], |sql| get(sql, "sum")).unwrap(),
        Some(THREADS * STEPS),
        "an update was lost"
    );
    assert_eq!(names(&*handles[0]).len() as i64, 1 + THREADS * STEPS);
}
