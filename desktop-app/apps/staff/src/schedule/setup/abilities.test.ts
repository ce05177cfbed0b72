import { expect, test } from 'vitest';
import { abilitiesOf, codesOf, languageChoices } from './abilities';

test('languages are chosen by name and kept by code', () => {
  const choices = languageChoices('en', ['pt-BR', 'fr']);
  expect(choices.find(({ code }) => code === 'fr')?.name).toBe('French');
  expect(choices.filter(({ code }) => code === 'fr')).toHaveLength(1);
  expect(codesOf(['Brazilian Portuguese', 'Arabic', ' gsw '], choices)).toEqual(['pt-BR', 'ar', 'gsw']);
});

test('what nobody can do is not offered to search by', () => {
  const one = {
    kind: 'practitioner' as const,
    active: true,
    skills: ['ECG'],
    qualifications: ['MD'],
    languages: ['fr'],
  };
  const gone = { ...one, active: false, skills: ['juggling'] };
  const room = { ...one, kind: 'room' as const, skills: ['echo'] };
  expect(abilitiesOf([one, { ...one, skills: ['casts', 'ECG'], languages: ['ar'] }, gone, room])).toEqual({
    skills: ['casts', 'ECG', 'MD'],
    languages: ['ar', 'fr'],
  });
  expect(abilitiesOf([])).toEqual({ skills: [], languages: [] });
});
