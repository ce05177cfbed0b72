// What every Node client's check is made of: where the node is, steps that are reported, expectations.
//
// A step is one line on stdout, `step: NAME ok` or `step: NAME failed WHY`. The process ends with 1 if a step failed.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

export const URL = process.env.HOLDFAST_URL;
export const TOKEN = process.env.HOLDFAST_TOKEN;
// The control: searches are expected to find so many resources more than there are, so they must fail.
const EXPECT_MORE = Number(process.env.HOLDFAST_EXPECT_MORE ?? 0);

// One run's resources are told from another's by a tag and by the system of their identifiers.
export const SYSTEM = `urn:example:${randomUUID()}`;
// Resources a page, and how many there are: several pages, the last not full.
export const PAGE = 7;
export const SEEDED = 40;
// The orders that are paged in: the node's own, and one against the order in which the resources were made.
export const ORDERS = { paging: {}, 'paging-sorted': { _sort: '-family' } };

/** Reports whether what is done inside came to its end; the next step is tried all the same. */
export async function step(name, body) {
  try {
    await body();
    console.log(`step: ${name} ok`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`step: ${name} failed ${String(error).replace(/\s+/g, ' ').slice(0, 300)}`);
  }
}

export function expect(what, actual, expected) {
  assert.deepEqual(actual, expected, `${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
}

/** The ids that a search found against how many resources there are. */
export function expectFound(ids, thereAre) {
  expect('resources found', ids.length, thereAre + EXPECT_MORE);
  expect('resources found, each once', new Set(ids).size, ids.length);
}

/** Every resource that was there from the beginning was seen once; one that was added meanwhile at most once. */
export function expectExactlyOnce(seeded, added, seen) {
  const known = new Set([...seeded, ...added]);
  expect('resources lost between pages', seeded.filter((id) => !seen.includes(id)).length, 0);
  expect('resources seen twice', seen.length - new Set(seen).size, 0);
  expect('resources that nobody made', seen.filter((id) => !known.has(id)), []);
  const seenBefore = seen.filter((id) => seeded.includes(id)).length;
  expect('resources seen that were there before', seenBefore, seeded.length + EXPECT_MORE);
}

/** What is done inside must be refused; returns the error. */
export async function refusal(what, body) {
  let answer;
  try {
    answer = await body();
  } catch (error) {
    return error;
  }
  throw new Error(`${what} was accepted: ${JSON.stringify(answer)}`);
}

/** A Patient of this run, found by `_tag` and by `identifier`. */
export function patient(family, tag = 'chart') {
  return {
    resourceType: 'Patient',
    meta: { tag: [{ system: SYSTEM, code: tag }] },
    identifier: [{ system: SYSTEM, value: family }],
    name: [{ family, given: ['Zoë'] }],
  };
}

/** A transaction: a Patient, and an Observation that refers to it within the bundle. */
export function withHeartRate(family, status = 'final') {
  const fullUrl = `urn:uuid:${randomUUID()}`;
  const observation = {
    resourceType: 'Observation',
    status,
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: fullUrl },
    valueQuantity: { value: 72, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  };
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { fullUrl, resource: patient(family), request: { method: 'POST', url: 'Patient' } },
      { resource: observation, request: { method: 'POST', url: 'Observation' } },
    ],
  };
}

/** A transaction of the Patients that are paged through. */
export function waitingRoom(tag) {
  const entry = Array.from({ length: SEEDED }, (_, n) => ({
    resource: patient(`Seeded-${String(n).padStart(2, '0')}`, tag),
    request: { method: 'POST', url: 'Patient' },
  }));
  return { resourceType: 'Bundle', type: 'transaction', entry };
}

/** The ids in `…/Patient/ID/_history/VERSION`, one for each entry of a transaction's answer. */
export function idsOf(answer) {
  return answer.entry.map((entry) => entry.response.location.split('/_history/')[0].split('/').at(-1));
}
