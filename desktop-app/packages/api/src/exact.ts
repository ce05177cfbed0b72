// FHIR decimals carry meaning in their digits (a dose of 1.50 is not written 1.5), and a save assigns every element whose
// JSON differs. JavaScript numbers drop trailing zeros, so the text of such a number is kept beside the object that holds
// it and written back as it came. Objects are passed on by reference: what nobody touched keeps its digits.

const digits = new WeakMap<object, Map<string, string>>();

interface WithSource {
  source?: string;
}
interface RawJson {
  rawJSON?: (text: string) => unknown;
}

/** Parses JSON and remembers the digits of numbers that JavaScript would write differently. */
export function parseExact(text: string): unknown {
  return JSON.parse(text, function (this: object, key: string, value: unknown, ...rest: unknown[]) {
    const source = (rest[0] as WithSource | undefined)?.source;
    if (typeof value === 'number' && source !== undefined && String(value) !== source) {
      const kept = digits.get(this) ?? new Map<string, string>();
      kept.set(key, source);
      digits.set(this, kept);
    }
    return value;
  });
}

/** Writes JSON with the digits that {@link parseExact} has seen, for values that are still the same. */
export function writeExact(value: unknown): string {
  const raw = (JSON as RawJson).rawJSON;
  return JSON.stringify(value, function (this: object, key: string, item: unknown) {
    const source = typeof item === 'number' ? digits.get(this)?.get(key) : undefined;
    return raw && source !== undefined && Number(source) === item ? raw(source) : item;
  });
}

/** The number `holder[key]` as it was written: "1.50", not "1.5". Empty if there is none. */
export function digitsOf<T extends object>(holder: T | undefined, key: keyof T & string): string {
  const value = holder?.[key];
  if (typeof value !== 'number') return '';
  return digits.get(holder as object)?.get(key) ?? String(value);
}
