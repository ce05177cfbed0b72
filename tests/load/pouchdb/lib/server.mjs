// One process: express-pouchdb on a loopback port. It counts what crosses its sockets, so that no proxy slows it.
import path from 'node:path';
import express from 'express';
import expressPouchDB from 'express-pouchdb';
import PouchDB from 'pouchdb';
import { DATABASE } from './database.mjs';
import { save } from './documents.mjs';

const open = new Set();
const closed = { up: 0, down: 0 };

function watch(socket) {
  socket.setNoDelay(true);
  open.add(socket);
  socket.on('close', () => {
    open.delete(socket);
    closed.up += socket.bytesRead;
    closed.down += socket.bytesWritten;
  });
}

/** TCP payload bytes so far: up is what the client sent. */
function bytes() {
  const total = { ...closed };
  for (const socket of open) {
    total.up += socket.bytesRead;
    total.down += socket.bytesWritten;
  }
  return total;
}

let db;

/** Serves the databases in `dir`; `load` names a file to save first, without the network. */
export async function start({ dir, port, load }) {
  const Store = PouchDB.defaults({ prefix: dir + path.sep, adapter: 'leveldb' });
  db = new Store(DATABASE);
  if (load) await save(db, load);
  const app = express();
  app.use('/', expressPouchDB(Store, { mode: 'minimumForPouchDB' }));
  return new Promise((resolve, reject) => {
    const server = app.listen(port, '127.0.0.1', () => resolve({ port: server.address().port }));
    server.on('connection', watch).on('error', reject);
  });
}

/** What the server has used and what it holds. */
export async function count() {
  const cpu = process.cpuUsage();
  return { bytes: bytes(), docs: (await db.info()).doc_count, cpuMs: Math.round((cpu.user + cpu.system) / 1000) };
}

/** Closes the database, so that its folder can be copied. */
export async function stop() {
  await db.close();
}
