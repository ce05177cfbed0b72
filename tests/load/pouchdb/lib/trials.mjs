// The runs: prepare the two ends once, then one trial a batch size, each on copies of the prepared folders.
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { End } from './process.mjs';
import { DATABASE } from './database.mjs';

const folder = async (work, name) => {
  const dir = path.join(work, name);
  await mkdir(dir, { recursive: true });
  return dir;
};

const remote = (port) => `http://127.0.0.1:${port}/${DATABASE}`;
const say = (text) => console.error(`peer: ${text}`);

/** Runs `body` with a fresh server and client process, and ends both whatever happens. */
async function withEnds(limitMs, body) {
  const ends = [];
  try {
    for (const role of ['server', 'client']) ends.push(await End.start(role, limitMs));
    return await body(...ends);
  } finally {
    await Promise.all(ends.map((end) => end.end()));
  }
}

/** Both ends hold the base and know that they do; then the client alone gets the changes. */
async function preparePush({ work, base, changes, limitMs }) {
  const dirs = { server: await folder(work, 'server'), client: await folder(work, 'client') };
  return withEnds(limitMs, async (server, client) => {
    const { port } = await server.call('start', { dir: dirs.server, port: 0 });
    const { loaded } = await client.call('start', { dir: dirs.client, load: base });
    if (loaded > 0) await client.call('replicate', { way: 'to', remote: remote(port), batchSize: 1000 });
    const { saved } = await client.call('edit', { file: changes });
    say(`prepared: ${loaded} documents at both ends, ${saved} changes at the client`);
    await client.call('stop');
    await server.call('stop');
    return { dirs, port, expected: saved };
  });
}

/** The server holds the documents; the client has nothing. */
async function preparePull({ work, docs, limitMs }) {
  const dirs = { server: await folder(work, 'server'), client: await folder(work, 'client') };
  return withEnds(limitMs, async (server) => {
    const { port } = await server.call('start', { dir: dirs.server, port: 0, load: docs });
    const { docs: expected } = await server.call('count');
    say(`prepared: ${expected} documents at the server`);
    await server.call('stop');
    return { dirs, port, expected };
  });
}

/** One timed replication on copies of the prepared folders. The port stays: it is part of PouchDB's checkpoint. */
async function trial({ work, limitMs }, { dirs, port, expected }, way, batchSize) {
  const dir = path.join(work, `trial-${batchSize}`);
  await cp(dirs.server, path.join(dir, 'server'), { recursive: true });
  await cp(dirs.client, path.join(dir, 'client'), { recursive: true });
  const measured = await withEnds(limitMs, async (server, client) => {
    await server.call('start', { dir: path.join(dir, 'server'), port });
    await client.call('start', { dir: path.join(dir, 'client') });
    const before = [await server.call('count'), await client.call('count')];
    const { ms, docs } = await client.call('replicate', { way, remote: remote(port), batchSize });
    const after = [await server.call('count'), await client.call('count')];
    if (docs !== expected || after[0].docs !== after[1].docs) {
      throw new Error(`batch ${batchSize}: ${docs} of ${expected} documents came over; server ${after[0].docs}, client ${after[1].docs}`);
    }
    return line({ batchSize, ms, docs }, before, after);
  });
  await rm(dir, { recursive: true, force: true });
  say(`batch ${batchSize}: ${JSON.stringify(measured)}`);
  return measured;
}

function line({ batchSize, ms, docs }, before, after) {
  return {
    batch_size: batchSize,
    docs,
    ms: Math.round(ms),
    docs_per_s: Math.round((docs / ms) * 1000),
    bytes_up: after[0].bytes.up - before[0].bytes.up,
    bytes_down: after[0].bytes.down - before[0].bytes.down,
    server_cpu_ms: after[0].cpuMs - before[0].cpuMs,
    client_cpu_ms: after[1].cpuMs - before[1].cpuMs,
  };
}

/** Every batch size in turn; the fastest counts. */
async function bestOf(mode, way, plan, prepared) {
  const trials = [];
  for (const batchSize of plan.batches) trials.push(await trial(plan, prepared, way, batchSize));
  const best = trials.reduce((a, b) => (b.ms < a.ms ? b : a));
  return { mode, ...best, trials };
}

/** Changes of one end replicated up. */
export async function push(plan) {
  return bestOf('push', 'to', plan, await preparePush(plan));
}

/** A first sync of an empty client. */
export async function pull(plan) {
  return bestOf('pull', 'from', plan, await preparePull(plan));
}
