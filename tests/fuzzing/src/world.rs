//! A small store for the targets that search: made-up records that never change, in a real database in memory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use holdfast_clinical::FhirRules;
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::Sqlite;
use holdfast_store::view::View;
use holdfast_store::{Place, Records, StoreError, Surroundings};
use serde_json::Value;

/// When the records are searched (Unix milliseconds): 2026-09-22.
pub(crate) const NOW_MS: u64 = 1_790_035_200_000;

/// What a resource says: its text, and for one that two people changed at once the other's text too.
const RESOURCES: [&[&str]; 18] = [
    &[
        r#"{"resourceType":"Patient","id":"p1","active":true,"gender":"female","birthDate":"1980-02-29","identifier":[{"system":"http://mrn","value":"A-1"},{"value":"B2"}],"name":[{"family":"Müller","given":["Anna","Maria"],"prefix":["Dr."]},{"text":"Anna Beck"}],"telecom":[{"system":"phone","value":"555-1"},{"system":"email","value":"a@example.org"}],"address":[{"line":["Main St 5"],"city":"Zürich","country":"CH"}],"meta":{"tag":[{"system":"http://t","code":"vip"}]}}"#,
    ],
    &[
        r#"{"resourceType":"Patient","id":"p2","active":false,"gender":"male","birthDate":"1975","deceasedBoolean":true,"identifier":[{"system":"http://mrn","value":"a-1"}],"name":[{"family":"O'Hara-Smith","given":["Sean"]}],"address":[{"city":"Bern"}]}"#,
    ],
    &[
        r#"{"resourceType":"Patient","id":"p3","birthDate":"1999-12","identifier":[{"system":"http://other","value":"B2"}],"name":[{"text":"田中 花子"}],"deceasedDateTime":"2020-05-01T23:30:00-05:00"}"#,
    ],
    &[
        r#"{"resourceType":"Patient","id":"p4","gender":"male","birthDate":"1980-03-01","name":[{"family":"Smith","given":["Jo"]}]}"#,
        r#"{"resourceType":"Patient","id":"p4","gender":"other","birthDate":"1980-03-02","name":[{"family":"Smythe","given":["Jo"]}]}"#,
    ],
    &[r#"{"resourceType":"Patient","id":"p5","gender":"unknown"}"#],
    &[
        r#"{"resourceType":"Patient","id":"gone","active":true,"gender":"male","birthDate":"1980","name":[{"family":"Smith"}]}"#,
    ],
    &[
        r#"{"resourceType":"Observation","id":"o1","status":"final","category":[{"coding":[{"system":"http://c","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"8867-4","display":"Heart rate"},{"code":"hr"}],"text":"Pulse"},"subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"effectiveDateTime":"2024-03-10T10:15:00+01:00","valueQuantity":{"value":72,"unit":"beats/minute","system":"http://unitsofmeasure.org","code":"/min"}}"#,
    ],
    &[
        r#"{"resourceType":"Observation","id":"o2","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure"}]},"subject":{"reference":"Patient/p1"},"effectivePeriod":{"start":"2024-01-01","end":"2024-03-10"},"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic"}],"text":"Upper"},"valueQuantity":{"value":120.50,"unit":"mmHg"}},{"code":{"coding":[{"code":"8867-4"}]}}]}"#,
    ],
    &[
        r#"{"resourceType":"Observation","id":"o3","status":"entered-in-error","code":{"text":"Heart murmur"},"subject":{"reference":"Patient/p2"},"valueString":"Loud, systolic","effectivePeriod":{"start":"2024-03-10T09:15:00.500Z"}}"#,
    ],
    &[
        r#"{"resourceType":"Observation","id":"o4","status":"preliminary","code":{"coding":[{"system":"http://loinc.org","code":"hr"}]},"effectiveInstant":"2024-03-10T09:15:00.123Z","subject":{"reference":"Group/g1"},"performer":[{"reference":"Practitioner/d1"}],"valueQuantity":{"value":-0.001}}"#,
    ],
    &[
        r#"{"resourceType":"Observation","id":"o5","status":"final","code":{"coding":[{"code":"hr"}]},"subject":{"reference":"Patient/gone"},"effectiveDateTime":"2024"}"#,
    ],
    &[
        r#"{"resourceType":"Encounter","id":"e1","status":"finished","class":{"system":"http://c","code":"AMB"},"type":[{"coding":[{"code":"checkup"}]}],"subject":{"reference":"Patient/p1"},"period":{"start":"2024-03-10T09:00:00Z","end":"2024-03-10T10:00:00Z"},"length":{"value":60,"code":"min","system":"http://unitsofmeasure.org"}}"#,
    ],
    &[
        r#"{"resourceType":"Encounter","id":"e2","status":"planned","class":{"code":"AMB"},"subject":{"reference":"Patient/p4"},"period":{"end":"2025-01"}}"#,
    ],
    &[
        r#"{"resourceType":"Encounter","id":"e3","status":"in-progress","class":{"system":"http://c","code":"IMP"},"partOf":{"reference":"Encounter/e1"},"serviceProvider":{"identifier":{"system":"http://o","value":"7"}}}"#,
    ],
    &[
        r#"{"resourceType":"Practitioner","id":"d1","name":[{"family":"Beck","given":["Ruth"]}],"identifier":[{"type":{"coding":[{"system":"http://v2","code":"MD"}]},"system":"http://license","value":"77"}]}"#,
    ],
    &[
        r#"{"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/p1"},"code":{"text":"Asthma"},"clinicalStatus":{"coding":[{"code":"active"}]},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Severe asthma</div>"},"onsetDateTime":"2019-07"}"#,
    ],
    &[
        r#"{"resourceType":"Appointment","id":"a1","status":"booked","start":"2026-01-02T03:04:05Z","end":"2026-01-02T04:00:00Z","participant":[{"actor":{"reference":"Patient/p1"},"status":"accepted"},{"actor":{"reference":"Practitioner/d1"},"status":"accepted"}]}"#,
    ],
    &[r#"{"resourceType":"ValueSet","id":"v1","url":"http://example.org/vs/a","status":"active"}"#],
];

/// A resource as an oracle knows it.
pub(crate) struct Record {
    pub(crate) kind: String,
    pub(crate) id: String,
    /// What each of those who changed it wrote.
    pub(crate) texts: Vec<Value>,
    pub(crate) updated_ms: u64,
}

/// The records, and the store that holds them.
pub(crate) struct World {
    store: Records,
    /// Those that are there, in the order of their making.
    pub(crate) records: Vec<Record>,
}

impl World {
    /// Runs `work` on the store.
    pub(crate) fn read<T>(
        &self,
        work: impl FnMut(&mut View<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.store.read(work)
    }
}

/// The world; made once.
pub(crate) fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| make().expect("the world's resources can be stored"))
}

fn make() -> Result<World, StoreError> {
    let now = AtomicU64::new(1_790_000_000_000);
    let surroundings = Surroundings {
        now_ms: Box::new(move || now.fetch_add(1_000, Ordering::Relaxed)),
        random: Box::new(|bytes| bytes.fill(7)),
    };
    let identity = Identity::beside(Arc::new(MemorySidecar::default()));
    let place = Place { clinic: "north".into(), schema: 1 };
    let db = Arc::new(Sqlite::in_memory()?);
    let store = Records::open(db, Arc::new(FhirRules), identity, place, surroundings)?;
    let mut records = Vec::new();
    for texts in RESOURCES {
        let read = |text: &&str| serde_json::from_str(text).expect("the world is made of JSON");
        let texts_read: Vec<Value> = texts.iter().map(read).collect();
        let name = |member: &str| texts_read[0][member].as_str().unwrap_or_default().to_owned();
        let (kind, id) = (name("resourceType"), name("id"));
        let entity = Entity::new(&*kind, &*id);
        put(&store, &entity, texts)?;
        if id == "gone" {
            store.write(|tx| tx.delete(&entity, &Base::Blind, "fuzz"))?;
            continue;
        }
        let updated_ms = store.read(|view| view.read(&entity))?.updated_ms;
        records.push(Record { kind, id, texts: texts_read, updated_ms });
    }
    while store.index_step()?.is_some() {}
    Ok(World { store, records })
}

/// The one text, or several beside each other, each by somebody who saw none of the others.
fn put(store: &Records, entity: &Entity, texts: &[&str]) -> Result<(), StoreError> {
    if let [text] = texts {
        return store.write(|tx| tx.put(entity, text, &Base::Absent, "fuzz")).map(drop);
    }
    let empty = format!(r#"{{"resourceType":"{}","id":"{}"}}"#, entity.kind, entity.id);
    let base = store.write(|tx| tx.put(entity, &empty, &Base::Absent, "fuzz"))?;
    for text in texts {
        store.write(|tx| tx.put(entity, text, &Base::Seen(base.version.clone()), "fuzz"))?;
    }
    Ok(())
}
