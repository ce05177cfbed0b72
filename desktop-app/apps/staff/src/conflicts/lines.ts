import type { I18n } from '@holdfast/i18n';

/** Deeper lines are set in by this. */
const INSET = '\u2003';

/**
 * A value in lines of "name: value", in the words of the forms; what has no word here stands as FHIR writes it. Addresses of
 * code systems tell nobody anything and are left out.
 */
export function linesOf(i18n: I18n, value: unknown, depth = 0): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object') return [valueWords(i18n, value)];
  const inset = INSET.repeat(depth);
  if (Array.isArray(value)) {
    const isPlain = value.every((one) => typeof one !== 'object');
    return isPlain
      ? [value.map((one) => valueWords(i18n, one)).join(', ')]
      : value.flatMap((one) => linesOf(i18n, one, depth));
  }
  // A dose or a name in one text needs no heading.
  if (Object.keys(value).length === 1 && 'text' in value) return [`${inset}${String(value.text)}`];
  return Object.entries(value)
    .filter(([name]) => name !== 'system' || !('code' in value))
    .flatMap(([name, one]) => {
      const lines = linesOf(i18n, one, depth + 1);
      const heading = fieldWords(i18n, name);
      return lines.length === 1 && !lines[0]?.startsWith(INSET)
        ? [`${inset}${heading}: ${lines[0]}`]
        : [`${inset}${heading}:`, ...lines];
    });
}

/** What is inside of an element, as the forms name it. */
function fieldWords(i18n: I18n, name: string): string {
  const words: Record<string, string> = {
    given: i18n.t('Given names'),
    family: i18n.t('Family name'),
    line: i18n.t('Street and number'),
    city: i18n.t('Town'),
    postalCode: i18n.t('Post code'),
    country: i18n.t('Country'),
    use: i18n.t('Used for'),
    system: i18n.t('Kind'),
    value: i18n.t('Value'),
    unit: i18n.t('Unit'),
    code: i18n.t('Code'),
    coding: i18n.t('Code'),
    display: i18n.t('Name'),
    text: i18n.t('In words'),
    start: i18n.t('From'),
    end: i18n.t('Until'),
    manifestation: i18n.t('How it shows'),
    severity: i18n.t('How bad'),
    language: i18n.t('Language'),
    preferred: i18n.t('Preferred'),
    name: i18n.t('Name'),
    relationship: i18n.t('Relation'),
    telecom: i18n.t('Phone and e-mail'),
  };
  return Object.hasOwn(words, name) ? (words[name] as string) : name;
}

/** FHIR's own short words. */
function valueWords(i18n: I18n, value: unknown): string {
  const words: Record<string, string> = {
    true: i18n.t('Yes'),
    false: i18n.t('No'),
    home: i18n.t('Home'),
    work: i18n.t('Work'),
    mobile: i18n.t('Mobile'),
    old: i18n.t('Former'),
    official: i18n.t('Official'),
    phone: i18n.t('Phone'),
    email: i18n.t('E-mail'),
    female: i18n.t('Female'),
    male: i18n.t('Male'),
    other: i18n.t('Other'),
    unknown: i18n.t('Not known'),
    active: i18n.t('Active'),
    resolved: i18n.t('Over'),
    stopped: i18n.t('Stopped'),
    completed: i18n.t('Completed'),
    high: i18n.t('Severe: may be life-threatening'),
    low: i18n.t('Unpleasant'),
  };
  const text = String(value);
  return Object.hasOwn(words, text) ? (words[text] as string) : text;
}
