import type { Chart } from '@holdfast/api';
import { expect, test } from 'vitest';
import type { Note } from './note';
import { isOfChart, noteAt, noteItem, noteTo } from './noteAddress';

const note = (resourceType: string, id: string) => ({ resourceType, id, subject: { reference: 'Patient/p' } }) as Note;

test.each([
  ['Composition', '4f1c-7', '4f1c-7'],
  ['DocumentReference', 'a-b.1', 'DocumentReference-a-b.1'],
  ['ClinicalImpression', 'x', 'ClinicalImpression-x'],
] as const)('a %s is found again by its address', (type, id, item) => {
  expect(noteItem(note(type, id))).toBe(item);
  expect(noteAt(item)).toEqual({ type, id });
});

test('our own notes have plain addresses', () => {
  expect(noteTo(note('Composition', 'n1'))).toBe('notes/n1');
});

test('a note of somebody else is none of this chart, one of a joined record is', () => {
  const chart = (id: string, linked: string[] = []) =>
    ({
      patient: { resource: { resourceType: 'Patient', id } },
      linked: linked.map((one) => ({ resource: { resourceType: 'Patient', id: one } })),
    }) as unknown as Chart;
  expect(isOfChart(note('Composition', 'n'), chart('p'))).toBe(true);
  expect(isOfChart(note('Composition', 'n'), chart('q'))).toBe(false);
  expect(isOfChart(note('Composition', 'n'), chart('q', ['p']))).toBe(true);
});
