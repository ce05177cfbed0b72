import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import {
  appendedTo,
  isBlank,
  isSigned,
  isWithdrawn,
  type NoteDraft,
  says,
  sectionsOfNote,
  signatureOf,
  signed,
  templatesOf,
  underTemplate,
} from './note';

const i18n = setupI18n({ locale: 'en', messages: { en: {} } });
const draft: NoteDraft = {
  id: 'n',
  template: 'visit',
  title: 'Visit',
  sections: [
    { title: 'S', text: 'Cough <3 days' },
    { title: 'O', text: '' },
    { title: 'A', text: 'Cold' },
    { title: 'P', text: 'Rest' },
  ],
};
const signing = { patient: 'p', author: { display: 'Dr Rahimi' }, at: '2026-11-27T10:00:00+00:00' };

test('another template keeps every word', () => {
  const free = templatesOf(i18n).find(({ key }) => key === 'free');
  const moved = free && underTemplate(draft, free);
  expect(moved?.sections).toEqual([{ title: 'Note', text: 'Cough <3 days\n\nCold\n\nRest' }]);
});

test('a signed note reads as it was written, without its empty parts', () => {
  const note = signed(draft, signing);
  expect(note.status).toBe('final');
  expect(sectionsOfNote(note)).toEqual([
    { title: 'S', text: 'Cough <3 days' },
    { title: 'A', text: 'Cold' },
    { title: 'P', text: 'Rest' },
  ]);
});

test('an addendum names its note', () => {
  expect(appendedTo(signed({ ...draft, appends: 'first' }, signing))).toBe('first');
  expect(appendedTo(signed(draft, signing))).toBeUndefined();
});

test('white space is no note', () => {
  expect(isBlank({ ...draft, sections: [{ title: 'S', text: ' \n' }] })).toBe(true);
  expect(isBlank(draft)).toBe(false);
});

test('a note says what its draft does, and no more', () => {
  const note = signed(draft, signing);
  expect(says(note, draft)).toBe(true);
  expect(says(note, { ...draft, sections: [...draft.sections, { title: 'P', text: 'And water' }] })).toBe(false);
});

test('a signed note says by whom and when; one that was taken back says so', () => {
  const note = signed(draft, { ...signing, author: { reference: 'Practitioner/r', display: 'Dr Rahimi' } });
  expect(signatureOf(note)).toEqual({ time: signing.at, name: 'Dr Rahimi' });
  expect([isSigned(note), isWithdrawn(note)]).toEqual([true, false]);
  expect(isSigned({ ...note, status: 'preliminary' })).toBe(false);
  expect(isWithdrawn({ ...note, status: 'entered-in-error' })).toBe(true);
});

test('an imported note counts as signed by its author', () => {
  const letter = { resourceType: 'DocumentReference', date: '2020-01-01', author: [{ display: 'Dr Koné' }] };
  expect(signatureOf(letter as never)).toEqual({ time: '2020-01-01', name: 'Dr Koné' });
  expect(isSigned(letter as never)).toBe(true);
});

test('a note can be of another time than its signature', () => {
  const note = signed({ ...draft, when: { date: '2026-11-26', clock: '22:30' } }, signing);
  expect(note.date?.slice(0, 16)).toBe('2026-11-26T22:30');
  expect(signatureOf(note).time).toBe(signing.at);
  expect(signed(draft, signing).date).toBe(signing.at);
});
