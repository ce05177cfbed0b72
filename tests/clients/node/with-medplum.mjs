// npm `@medplum/core`: Medplum's client, here against a server that is not Medplum's: plain FHIR, a ready token.
//
// It keeps the outcome of a refusal but not its status, so the status is read off the `fetch` that it is given.

import { MedplumClient } from '@medplum/core';
import {
  ORDERS, PAGE, SEEDED, SYSTEM, TOKEN, URL as NODE,
  expect, expectExactlyOnce, expectFound, idsOf, patient, refusal, step, waitingRoom, withHeartRate,
} from './check-in.mjs';

let lastStatus;
async function watchedFetch(url, options) {
  const response = await fetch(url, options);
  lastStatus = response.status;
  return response;
}

// `fhirUrlPath` tells where FHIR is below `baseUrl`. No retries: a 5xx is an answer, not something to hide. The client
// writes into the options that it is given, so each request gets its own.
const signIn = (fetch = globalThis.fetch) =>
  new MedplumClient({ baseUrl: `${NODE}/`, fhirUrlPath: 'fhir', accessToken: TOKEN, fetch });
const medplum = signIn(watchedFetch);
const once = () => ({ maxRetries: 0 });
const search = async (query) => (await medplum.searchResources('Patient', query, once())).map((one) => one.id);
const read = (id) => medplum.readResource('Patient', id, { cache: 'reload', ...once() });

let created;
let updated;
let observationId;

await step('metadata', async () => {
  expect('fhirVersion', (await medplum.get(medplum.fhirUrl('metadata'), once())).fhirVersion, '4.0.1');
});

await step('create', async () => {
  created = await medplum.createResource(patient('Nguyễn'), once());
  expect('family', created.name[0].family, 'Nguyễn');
  expect('status', lastStatus, 201);
});

await step('read', async () => {
  expect('the resource', await read(created.id), created);
});

await step('search', async () => {
  const found = await search({ identifier: `${SYSTEM}|Nguyễn` });
  expectFound(found, 1);
  expect('the id found', found, [created.id]);
  expect('patients named by a prefix', await search({ family: 'Nguy', _tag: `${SYSTEM}|` }), found);
  const one = await medplum.searchOne('Patient', { identifier: `${SYSTEM}|Nguyễn` }, once());
  expect('the first of them', one.id, created.id);
});

await step('update', async () => {
  updated = await medplum.updateResource({ ...created, birthDate: '1984-02-29' }, once());
  expect('birthDate', (await read(created.id)).birthDate, '1984-02-29');
  expect('a new version', updated.meta.versionId !== created.meta.versionId, true);
});

await step('if-match', async () => {
  const save = (version) =>
    medplum.updateResource({ ...updated, active: true }, { headers: { 'If-Match': `W/"${version}"` }, ...once() });
  const error = await refusal('a stale update', () => save(created.meta.versionId));
  expect('status', lastStatus, 412);
  expect('issue', error.outcome.issue[0].code, 'conflict');
  expect('active', (await read(created.id)).active, undefined);
  await save(updated.meta.versionId);
  expect('active', (await read(created.id)).active, true);
});

await step('patch', async () => {
  const operations = [
    { op: 'test', path: '/active', value: true },
    { op: 'add', path: '/gender', value: 'female' },
  ];
  await medplum.patchResource('Patient', created.id, operations, once());
  expect('gender', (await read(created.id)).gender, 'female');
});

await step('conditional-create', async () => {
  const query = `identifier=${SYSTEM}|once`;
  const first = await medplum.createResourceIfNoneExist(patient('once'), query, once());
  const second = await medplum.createResourceIfNoneExist(patient('once'), query, once());
  expect('the second answer', second, first);
  expect('ids', await search(query), [first.id]);
  const changed = await medplum.upsertResource({ ...patient('once'), gender: 'other' }, query, once());
  expect('a conditional update', [changed.id, changed.gender], [first.id, 'other']);
});

await step('history', async () => {
  const history = await medplum.readHistory('Patient', created.id, once());
  const versions = history.entry.map((entry) => entry.resource.meta.versionId);
  expect('versions', [versions.length, versions.at(-1)], [4, created.meta.versionId]);
  expect('the first version', await medplum.readVersion('Patient', created.id, created.meta.versionId, once()), created);
});

await step('transaction', async () => {
  const answer = await medplum.executeBatch(withHeartRate('Łukasiewicz'), once());
  expect('statuses', answer.entry.map((entry) => entry.response.status.slice(0, 3)), ['201', '201']);
  const [patientId, second] = idsOf(answer);
  observationId = second;
  const observation = await medplum.readResource('Observation', observationId, once());
  expect('subject', (await medplum.readReference(observation.subject, once())).id, patientId);
  const bad = withHeartRate('Nobody', 'no-such-status');
  const error = await refusal('a transaction with a bad status', () => medplum.executeBatch(bad, once()));
  expect('refused with a 4xx', lastStatus >= 400 && lastStatus < 500, true);
  expect('the refusal', error.outcome.resourceType, 'OperationOutcome');
  expect('stored in part', await search({ identifier: `${SYSTEM}|Nobody` }), []);
});

await step('delete', async () => {
  await medplum.deleteResource('Observation', observationId, once());
  await refusal('a read of what is deleted', () =>
    medplum.readResource('Observation', observationId, { cache: 'reload', ...once() }),
  );
  expect('status', lastStatus, 410);
});

async function pageThrough(tag, order) {
  const seeded = idsOf(await medplum.executeBatch(waitingRoom(tag), once()));
  const elsewhere = signIn();
  const [added, seen] = [[], []];

  /** One is added, three are edited (seen and not yet seen), one that was seen is deleted. */
  async function disturb(number, page) {
    added.push((await elsewhere.createResource(patient(`Added-${number}`, tag), once())).id);
    for (const id of [page[0], seeded[0], seeded.at(-1)]) {
      const resource = await elsewhere.readResource('Patient', id, { cache: 'reload', ...once() });
      const name = [{ ...resource.name[0], given: [`Edited-${number}`] }];
      await elsewhere.updateResource({ ...resource, name }, once());
    }
    if (page.length === PAGE) await elsewhere.deleteResource('Patient', page[1], once());
  }

  // The writes of one page run while the next page is read, and are done before the one after.
  let writes = Promise.resolve();
  let pages = 0;
  const query = { _tag: `${SYSTEM}|${tag}`, _count: PAGE, ...order };
  for await (const found of medplum.searchResourcePages('Patient', query, once())) {
    const page = found.map((one) => one.id);
    seen.push(...page);
    await writes;
    writes = disturb(pages, page);
    pages += 1;
  }
  await writes;
  expect('several pages', pages > SEEDED / PAGE, true);
  expectExactlyOnce(seeded, added, seen);
}

for (const [name, order] of Object.entries(ORDERS)) {
  await step(name, () => pageThrough(name, order));
}
