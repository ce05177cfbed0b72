// The peer that bench-reconcile compares with: PouchDB 9 replicating to express-pouchdb 4.2, LevelDB on disk at both
// ends, each end a process of its own, on loopback.
//
//   node peer.mjs push --base FILE --changes FILE   both ends hold the base; the client replicates the changes up
//   node peer.mjs pull --docs FILE                  the server holds the documents; an empty client replicates them down
//
// Options: --batch 100,500,1000 (batch sizes to try; the fastest counts), --limit-s 600 (for each step), --work DIR.
// FILE holds one FHIR resource a line; its _id is Type:id. Progress goes to stderr; stdout gets one JSON line:
// {mode, docs, ms, bytes_up, bytes_down, batch_size, docs_per_s, trials: […], versions}.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pull, push } from './lib/trials.mjs';
import { versions } from './lib/versions.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    base: { type: 'string' },
    changes: { type: 'string' },
    docs: { type: 'string' },
    batch: { type: 'string', default: '100,500,1000' },
    'limit-s': { type: 'string', default: '600' },
    work: { type: 'string' },
  },
});

function required(name) {
  if (!values[name]) throw new Error(`cannot run ${positionals[0]}: --${name} FILE is missing`);
  return path.resolve(values[name]);
}

async function run(mode, work) {
  const batches = values.batch.split(',').map(Number);
  if (!batches.every((size) => Number.isInteger(size) && size > 0)) throw new Error(`--batch ${values.batch} is no list of sizes`);
  const plan = { work, batches, limitMs: Number(values['limit-s']) * 1000 };
  if (mode === 'push') return push({ ...plan, base: required('base'), changes: required('changes') });
  if (mode === 'pull') return pull({ ...plan, docs: required('docs') });
  throw new Error(`no such command: ${mode}; use push or pull`);
}

const parent = values.work ? path.resolve(values.work) : tmpdir();
const work = await mkdtemp(path.join(parent, 'holdfast-pouchdb-'));
try {
  const best = await run(positionals[0], work);
  console.log(JSON.stringify({ ...best, versions: versions() }));
} catch (error) {
  console.error(`peer: ${error.message}`);
  process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
