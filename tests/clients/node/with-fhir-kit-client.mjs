// npm `fhir-kit-client`: Vermonster's thin client; one function for each interaction, plain objects.

import { Client } from 'fhir-kit-client';
import {
  ORDERS, PAGE, SEEDED, SYSTEM, TOKEN, URL,
  expect, expectExactlyOnce, expectFound, idsOf, patient, refusal, step, waitingRoom, withHeartRate,
} from './check-in.mjs';

const signIn = () => new Client({ baseUrl: `${URL}/fhir`, bearerToken: TOKEN });
const client = signIn();
const resourceType = 'Patient';
const idsIn = (bundle) => (bundle.entry ?? []).map((entry) => entry.resource.id);
const search = async (searchParams) => idsIn(await client.search({ resourceType, searchParams }));
const withHeader = (name, value) => ({ headers: { [name]: value } });

let created;
let updated;
let observationId;

await step('metadata', async () => {
  expect('fhirVersion', (await client.capabilityStatement()).fhirVersion, '4.0.1');
});

await step('create', async () => {
  created = await client.create({ resourceType, body: patient('Nguyễn') });
  expect('family', created.name[0].family, 'Nguyễn');
  expect('status', Client.httpFor(created).response.status, 201);
});

await step('read', async () => {
  expect('the resource', await client.read({ resourceType, id: created.id }), created);
});

await step('search', async () => {
  const found = await search({ identifier: `${SYSTEM}|Nguyễn` });
  expectFound(found, 1);
  expect('the id found', found, [created.id]);
  expect('patients named by a prefix', await search({ family: 'Nguy', _tag: `${SYSTEM}|` }), found);
  const options = { postSearch: true };
  const posted = await client.search({ resourceType, searchParams: { identifier: `${SYSTEM}|Nguyễn` }, options });
  expect('patients found by POST', idsIn(posted), found);
});

await step('update', async () => {
  updated = await client.update({ resourceType, id: created.id, body: { ...created, birthDate: '1984-02-29' } });
  expect('birthDate', (await client.read({ resourceType, id: created.id })).birthDate, '1984-02-29');
  expect('a new version', updated.meta.versionId !== created.meta.versionId, true);
});

await step('if-match', async () => {
  const save = (version) =>
    client.update({
      resourceType,
      id: created.id,
      body: { ...updated, active: true },
      options: withHeader('If-Match', `W/"${version}"`),
    });
  const error = await refusal('a stale update', () => save(created.meta.versionId));
  expect('status', error.response.status, 412);
  expect('active', (await client.read({ resourceType, id: created.id })).active, undefined);
  await save(updated.meta.versionId);
  expect('active', (await client.read({ resourceType, id: created.id })).active, true);
});

await step('patch', async () => {
  const jsonPatch = [
    { op: 'test', path: '/active', value: true },
    { op: 'add', path: '/gender', value: 'female' },
  ];
  await client.patch({ resourceType, id: created.id, jsonPatch });
  expect('gender', (await client.read({ resourceType, id: created.id })).gender, 'female');
});

await step('conditional-create', async () => {
  const options = withHeader('If-None-Exist', `identifier=${SYSTEM}|once`);
  const first = await client.create({ resourceType, body: patient('once'), options });
  await client.create({ resourceType, body: patient('once'), options });
  const searchParams = { identifier: `${SYSTEM}|once` };
  expect('ids', await search(searchParams), [first.id]);
  const body = { ...patient('once'), gender: 'other' };
  expect('a conditional update', (await client.update({ resourceType, searchParams, body })).id, first.id);
});

await step('history', async () => {
  const history = await client.resourceHistory({ resourceType, id: created.id });
  const versions = history.entry.map((entry) => entry.resource.meta.versionId);
  expect('versions', [versions.length, versions.at(-1)], [4, created.meta.versionId]);
  const old = await client.vread({ resourceType, id: created.id, version: created.meta.versionId });
  expect('the first version', old, created);
});

await step('transaction', async () => {
  const answer = await client.transaction({ body: withHeartRate('Łukasiewicz') });
  expect('statuses', answer.entry.map((entry) => entry.response.status.slice(0, 3)), ['201', '201']);
  const [patientId, second] = idsOf(answer);
  observationId = second;
  const observation = await client.read({ resourceType: 'Observation', id: observationId });
  const subject = await client.resolve({ reference: observation.subject.reference });
  expect('subject', subject.id, patientId);
  const body = withHeartRate('Nobody', 'no-such-status');
  const { status, data } = (await refusal('a transaction with a bad status', () => client.transaction({ body }))).response;
  expect('refused with a 4xx', status >= 400 && status < 500, true);
  expect('the refusal', data.resourceType, 'OperationOutcome');
  expect('stored in part', await search({ identifier: `${SYSTEM}|Nobody` }), []);
});

await step('delete', async () => {
  const observation = { resourceType: 'Observation', id: observationId };
  await client.delete(observation);
  const error = await refusal('a read of what is deleted', () => client.read(observation));
  expect('status', error.response.status, 410);
});

async function pageThrough(tag, order) {
  const seeded = idsOf(await client.transaction({ body: waitingRoom(tag) }));
  const elsewhere = signIn();
  const [added, seen] = [[], []];

  /** One is added, three are edited (seen and not yet seen), one that was seen is deleted. */
  async function disturb(number, page) {
    added.push((await elsewhere.create({ resourceType, body: patient(`Added-${number}`, tag) })).id);
    for (const id of [page[0], seeded[0], seeded.at(-1)]) {
      const edited = await elsewhere.read({ resourceType, id });
      edited.name[0].given = [`Edited-${number}`];
      await elsewhere.update({ resourceType, id, body: edited });
    }
    if (page.length === PAGE) await elsewhere.delete({ resourceType, id: page[1] });
  }

  // The writes of one page run while the next page is read, and are done before the one after.
  let writes = Promise.resolve();
  let pages = 0;
  let bundle = await client.search({ resourceType, searchParams: { _tag: `${SYSTEM}|${tag}`, _count: PAGE, ...order } });
  while (bundle) {
    const page = idsIn(bundle);
    seen.push(...page);
    await writes;
    writes = disturb(pages, page);
    pages += 1;
    bundle = await client.nextPage({ bundle });
  }
  await writes;
  expect('several pages', pages > SEEDED / PAGE, true);
  expectExactlyOnce(seeded, added, seen);
}

for (const [name, order] of Object.entries(ORDERS)) {
  await step(name, () => pageThrough(name, order));
}
