import type { Chart, Observation } from '@holdfast/api';
import { setupI18n } from '@lingui/core';
import { afterEach, expect, test, vi } from 'vitest';
import type { Note } from '../chart/notes/note';
import { dayOf, inOrder, measuredLine, measuredOf, readVisit } from './visit';

const i18n = setupI18n({ locale: 'en', messages: { en: {} } });
const chart = { patient: { resource: { resourceType: 'Patient', id: 'p' } }, linked: [] } as unknown as Chart;
const pulse = (id: string, at: string, value: number, more: Partial<Observation> = {}): Observation => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ code: '8867-4' }] },
  subject: { reference: 'Patient/p' },
  effectiveDateTime: at,
  valueQuantity: { value, unit: '/min' },
  ...more,
});
const note = (id: string, date: string, appends?: string) =>
  ({
    resourceType: 'Composition',
    id,
    date,
    subject: { reference: 'Patient/p' },
    relatesTo: appends && [{ code: 'appends', targetReference: { reference: `Composition/${appends}` } }],
  }) as unknown as Note;

afterEach(() => vi.unstubAllGlobals());

test('what was taken back or is of somebody else is not printed, the rest in the order of the visit', () => {
  const found = [
    pulse('late', '2026-01-01T11:00:00Z', 80),
    pulse('early', '2026-01-01T10:00:00Z', 90),
    pulse('wrong', '2026-01-01T10:30:00Z', 900, { status: 'entered-in-error' }),
    pulse('other', '2026-01-01T10:30:00Z', 60, { subject: { reference: 'Patient/q' } }),
  ];
  expect(measuredOf(chart, found).map(({ id }) => id)).toEqual(['early', 'late']);
});

test('a value is printed with its time', () => {
  const line = measuredLine(i18n, pulse('a', '2026-01-01T10:00:00', 76), 'en');
  expect(line.replace(/[\u2066\u2069]/g, '')).toMatch(/^Pulse: 76 \/min, .*Jan.*2026.*10:00/);
});

test('what has no name among the vital signs is printed by its own', () => {
  const code = { coding: [{ code: '2160-0' }], text: 'Creatinine' };
  expect(measuredLine(i18n, pulse('a', '', 1, { code }), 'en')).toContain('Creatinine: ');
});

test('a day begins and ends at midnight here', () => {
  for (const at of ['2026-05-04', '2026-05-04T13:00:00']) {
    const [start, end] = dayOf(at);
    expect([start.slice(0, 19), end.slice(0, 19)]).toEqual(['2026-05-04T00:00:00', '2026-05-05T00:00:00']);
  }
});

test('an addendum follows its note', () => {
  const notes = [note('added', '2026-03-01', 'first'), note('second', '2026-02-01'), note('first', '2026-01-01')];
  expect(inOrder(notes).map(({ id }) => id)).toEqual(['first', 'added', 'second']);
});

test('a visit is asked for by its encounter, not by what is newest', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(decodeURIComponent(url));
    const resource = url.includes('/Observation?')
      ? pulse('of-the-visit', '2020-01-01T10:00:00Z', 70)
      : url.includes('related-ref')
        ? note('added', '2026-01-01', 'n')
        : url.includes('/Composition?')
          ? note('n', '2020-01-01')
          : undefined;
    const body = { resourceType: 'Bundle', entry: resource ? [{ resource }] : [] };
    return new Response(JSON.stringify(body), { status: 200 });
  });
  const read = await readVisit(chart, 'e1', new AbortController().signal);
  expect(asked).toContain('/fhir/Observation?encounter=Encounter/e1&_count=100');
  expect(read.measured.map(({ id }) => id)).toEqual(['of-the-visit']);
  expect(read.notes.map(({ id }) => id)).toEqual(['n', 'added']);
});
