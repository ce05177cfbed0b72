import { intlTag } from './dates';

/** Words one after the other, with the comma of the language. */
export function listWords(words: string[], locale: string): string {
  return new Intl.ListFormat(intlTag(locale), { type: 'unit', style: 'short' }).format(words);
}
