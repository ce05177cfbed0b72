/** Months have other names in other countries of one language. */
const TAGS: Record<string, readonly string[]> = { ar: ['ar', 'ar-SY', 'ar-MA', 'ar-DZ'] };

/** What stands between the parts of a date: "20 de julio de 1962", "1er mars", "the 3rd of May". */
const FILLERS = new Set(['de', 'del', 'el', 'le', 'er', 'of', 'the', 'st', 'nd', 'rd', 'th', 'من', 'a', 'o', 'º']);

/** So many letters tell a month from a typing error. */
const SHORTEST = 3;

const known = new Map<string, Map<string, number>>();

/** The month, 1 to 12, that words of a date name, in the language of the reader or in English. Nothing if they name none, or several. */
export function monthNamed(words: string[], locale: string): number | undefined {
  const name = words
    .map(plain)
    .filter((word) => word && !FILLERS.has(word))
    .join(' ');
  if (name.length < SHORTEST) return undefined;
  const names = namesOf(locale);
  const exact = names.get(name);
  if (exact) return exact;
  const begun = new Set([...names].filter(([one]) => one.startsWith(name)).map(([, month]) => month));
  return begun.size === 1 ? [...begun][0] : undefined;
}

function namesOf(locale: string): Map<string, number> {
  const found = known.get(locale);
  if (found) return found;
  const names = new Map<string, number>();
  for (const tag of ['en', ...(TAGS[locale] ?? [locale])]) {
    for (let month = 1; month <= 12; month += 1) for (const name of written(tag, month)) names.set(plain(name), month);
  }
  known.set(locale, names);
  return names;
}

/** A month as a language writes it: short and long, alone and within a date. */
function written(tag: string, month: number): string[] {
  const day = new Date(Date.UTC(2001, month - 1, 15));
  return (['short', 'long'] as const).flatMap((length) =>
    [{ month: length }, { month: length, day: 'numeric' as const, year: 'numeric' as const }].flatMap((options) => {
      const format = new Intl.DateTimeFormat(tag, { ...options, calendar: 'gregory', timeZone: 'UTC' });
      return format.formatToParts(day).flatMap(({ type, value }) => (type === 'month' ? [value] : []));
    }),
  );
}

/** A word without what people leave out: capitals, accents, dots, the hamza of an alef. */
function plain(word: string): string {
  return word
    .normalize('NFD')
    .replace(/[\p{M}\p{Cf}.]/gu, '')
    .toLowerCase()
    .trim();
}
