import { listWords } from '../time/listWords';

/** Languages by their names: "French, Arabic". What is no language tag stays as it is written. */
export function languageNames(codes: string[] = [], locale: string): string {
  const names = new Intl.DisplayNames([locale], { type: 'language', fallback: 'code' });
  const nameOf = (code: string) => {
    try {
      return names.of(code) ?? code;
    } catch {
      return code;
    }
  };
  return listWords(codes.map(nameOf), locale);
}
