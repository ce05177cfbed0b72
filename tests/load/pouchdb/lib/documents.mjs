import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** Documents in one bulkDocs call while loading; loading is not timed. */
const LOAD_BATCH = 2000;

/** Batches of FHIR resources of an NDJSON file, each with its _id. */
export async function* batches(file, size = LOAD_BATCH) {
  let batch = [];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (!line.trim()) continue;
    const doc = JSON.parse(line);
    doc._id ??= `${doc.resourceType}:${doc.id}`;
    batch.push(doc);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Saves every document of a file, as new ones or over what is there. Returns how many. */
export async function save(db, file) {
  let count = 0;
  for await (const docs of batches(file)) {
    const present = await db.allDocs({ keys: docs.map((doc) => doc._id) });
    present.rows.forEach((row, i) => {
      if (row.value && !row.value.deleted) docs[i]._rev = row.value.rev;
    });
    const refused = (await db.bulkDocs(docs)).filter((result) => result.error);
    if (refused.length > 0) throw new Error(`PouchDB refused ${refused.length} documents of ${file}: ${refused[0].message}`);
    count += docs.length;
  }
  return count;
}
