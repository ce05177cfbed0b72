import type { ResourceSetup } from '@holdfast/api';

/** A language by its code and its name. */
export interface LanguageChoice {
  code: string;
  name: string;
}

/** Languages that are offered before anybody types: those that clinics meet most. Others are typed as their codes. */
const COMMON = 'ar bn de el en es fa fr hi ht it ja ko ps pl pt pa ro ru so sw ta ti tl tr uk ur vi zh'.split(' ');

/** Languages to choose from, by their names: the common ones, and those that somebody has already. */
export function languageChoices(locale: string, known: string[]): LanguageChoice[] {
  const names = new Intl.DisplayNames([locale], { type: 'language', fallback: 'code' });
  const nameOf = (code: string) => {
    try {
      return names.of(code) ?? code;
    } catch {
      return code;
    }
  };
  const all = [...new Set([...known, ...COMMON])].map((code) => ({ code, name: nameOf(code) }));
  return all.sort((a, b) => a.name.localeCompare(b.name, locale));
}

/** The codes of what was chosen by name; what has no name is a code that somebody typed. */
export function codesOf(chosen: string[], choices: LanguageChoice[]): string[] {
  return chosen.map((text) => choices.find(({ name }) => name === text)?.code ?? text.trim());
}

/** What anybody can do, and which languages anybody speaks: what free times can be searched for by. */
export function abilitiesOf(all: Pick<ResourceSetup, 'kind' | 'active' | 'skills' | 'qualifications' | 'languages'>[]) {
  const people = all.filter(({ kind, active }) => active && kind === 'practitioner');
  const sorted = (words: string[]) => [...new Set(words)].sort((a, b) => a.localeCompare(b));
  return {
    skills: sorted(people.flatMap(({ skills, qualifications }) => [...skills, ...qualifications])),
    languages: sorted(people.flatMap(({ languages }) => languages)),
  };
}
