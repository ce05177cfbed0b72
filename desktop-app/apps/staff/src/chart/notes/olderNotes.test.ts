import type { Bundle, ChartRecord, FhirResource } from '@holdfast/api';
import { expect, test } from 'vitest';
import type { Note } from './note';
import { firstNotes, nextNotes, threadsOf } from './olderNotes';

const note = (id: string, date: string, appends?: string) =>
  ({
    resourceType: 'Composition',
    id,
    date,
    relatesTo: appends && [{ code: 'appends', targetReference: { reference: `Composition/${appends}` } }],
  }) as unknown as Note;
const record = (resource: Note): ChartRecord<Note> => ({ resource, version: '1', savedAt: 'node', conflicts: [] });
const bundle = (resources: Note[], next?: string): Bundle<FhirResource> => ({
  resourceType: 'Bundle',
  type: 'searchset',
  link: next ? [{ relation: 'next', url: `http://host/fhir/${next}` }] : [],
  entry: resources.map((resource) => ({ resource })),
});
const ids = (threads: { resource: Note }[]) => threads.map(({ resource }) => resource.id);

const LATEST = [record(note('c', '2026-03-01')), record(note('b', '2026-02-01'))];

test('every type of note is searched, the newest first', () => {
  expect(Object.keys(firstNotes('p'))).toEqual(['Composition', 'DocumentReference', 'ClinicalImpression']);
  expect(firstNotes('p').DocumentReference).toContain('category=clinical-note');
  expect(firstNotes('p').Composition).toContain('_sort=-date');
});

test('before older ones are asked for there are those of the chart', () => {
  expect(ids(threadsOf(LATEST, []))).toEqual(['c', 'b']);
});

test('older ones follow, and each stands there once', () => {
  const pages = [{ Composition: bundle([note('c', '2026-03-01'), note('b', '2026-02-01'), note('a', '2020-01-01')]) }];
  const threads = threadsOf(LATEST, pages);
  expect(ids(threads)).toEqual(['c', 'b', 'a']);
  expect(threads.map(({ record: one }) => one !== undefined)).toEqual([true, true, false]);
  expect(nextNotes(pages)).toBeUndefined();
});

test('what another type may still have in between is waited for', () => {
  const pages = [
    {
      Composition: bundle([note('b', '2026-02-01')], 'more'),
      ClinicalImpression: bundle([{ ...note('x', '2019-01-01'), resourceType: 'ClinicalImpression' } as Note]),
    },
  ];
  expect(ids(threadsOf(LATEST, pages))).toEqual(['c', 'b']);
  expect(nextNotes(pages)).toEqual({ Composition: 'more' });
});

test('what was added stands below its note, the oldest first; without its note it stands by itself', () => {
  const latest = [record(note('late', '2026-05-01', 'b')), record(note('soon', '2026-04-01', 'b'))];
  expect(ids(threadsOf(latest, []))).toEqual(['late', 'soon']);
  const [thread] = threadsOf([...latest, record(note('b', '2026-02-01'))], []);
  expect(thread?.resource.id).toBe('b');
  expect(ids(thread?.addenda ?? [])).toEqual(['soon', 'late']);
});
