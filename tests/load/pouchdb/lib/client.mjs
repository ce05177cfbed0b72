// One process: a PouchDB on disk that replicates with the server.
import path from 'node:path';
import PouchDB from 'pouchdb';
import { DATABASE } from './database.mjs';
import { save } from './documents.mjs';

let db;

/** Opens the database in `dir`; `load` names a file to save first. */
export async function start({ dir, load }) {
  const Store = PouchDB.defaults({ prefix: dir + path.sep, adapter: 'leveldb' });
  db = new Store(DATABASE);
  return { loaded: load ? await save(db, load) : 0 };
}

/** Saves the documents of a file. */
export async function edit({ file }) {
  return { saved: await save(db, file) };
}

/** One replication, `to` the server or `from` it, timed from its start to its completion. */
export async function replicate({ way, remote, batchSize }) {
  const began = process.hrtime.bigint();
  const result = await db.replicate[way](new PouchDB(remote, { skip_setup: true }), { batch_size: batchSize });
  const ms = Number(process.hrtime.bigint() - began) / 1e6;
  if (!result.ok || result.doc_write_failures > 0) throw new Error(`the replication failed: ${JSON.stringify(result).slice(0, 500)}`);
  return { ms, docs: result.docs_written };
}

/** What the client has used and what it holds. */
export async function count() {
  const cpu = process.cpuUsage();
  return { docs: (await db.info()).doc_count, cpuMs: Math.round((cpu.user + cpu.system) / 1000) };
}

/** Closes the database, so that its folder can be copied. */
export async function stop() {
  await db.close();
}
