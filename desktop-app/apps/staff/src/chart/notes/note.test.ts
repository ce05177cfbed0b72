import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { appendedTo, isBlank, type NoteDraft, says, sectionsOfNote, signed, templatesOf, underTemplate } from './note';

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
