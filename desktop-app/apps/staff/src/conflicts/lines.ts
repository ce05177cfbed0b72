import type { I18n } from '@holdfast/i18n';
import { isolated } from '../fhir/words';
import { showTime } from '../time/dates';

/** A day, or a moment. */
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d.*)?$/;

/** Deeper lines are set in by this. */
const INSET = '\u2003';

/**
 * A value in lines of "name: value", in the words of the forms; what has no word here stands as FHIR writes it. Addresses of
 * code systems and ranks tell nobody anything and are left out.
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
  if (isContact(value)) return [`${inset}${contactWords(i18n, value)}`];
  return Object.entries(value)
    .filter(([name]) => !isMachines(name, value))
    .flatMap(([name, one]) => {
      const lines = linesOf(i18n, one, depth + 1);
      const heading = fieldWords(i18n, name);
      return lines.length === 1 && !lines[0]?.startsWith(INSET)
        ? [`${inset}${heading}: ${lines[0]}`]
        : [`${inset}${heading}:`, ...lines];
    });
}

interface Contact {
  system: string;
  value: string;
  use?: string;
  rank?: number;
}

const CONTACTS = new Set(['phone', 'fax', 'email', 'pager', 'url', 'sms', 'other']);

function isContact(value: object): value is Contact {
  const { system, value: number } = value as Partial<Contact>;
  return typeof system === 'string' && CONTACTS.has(system) && typeof number === 'string';
}

/** "Phone, Mobile: +33 6 11, preferred": numbers read from the left in any sentence. */
function contactWords(i18n: I18n, { system, value, use, rank }: Contact): string {
  const kind = [system, use].filter((one) => one !== undefined).map((one) => valueWords(i18n, one));
  const line = `${kind.join(', ')}: ${isolated(value)}`;
  return rank === 1 ? i18n.t('{contact}, preferred', { contact: line }) : line;
}

/** What is there for machines: nobody decides by it. */
function isMachines(name: string, value: object): boolean {
  if (name === 'system') return 'code' in value;
  if (name === 'reference') return 'display' in value;
  return ['id', 'rank', 'url'].includes(name) && Object.keys(value).length > 1;
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
    address: i18n.t('Address'),
    prefix: i18n.t('Title'),
    suffix: i18n.t('Behind the name'),
    district: i18n.t('District'),
    state: i18n.t('Region'),
    period: i18n.t('When'),
    rank: i18n.t('Order'),
    gender: i18n.t('Sex'),
    reference: i18n.t('Refers to'),
    extension: i18n.t('Further detail'),
    comparator: i18n.t('More or less than'),
    doseAndRate: i18n.t('Dose'),
    doseQuantity: i18n.t('Dose'),
    route: i18n.t('Route'),
    timing: i18n.t('How often'),
    title: i18n.t('Title'),
    type: i18n.t('Type'),
  };
  if (Object.hasOwn(words, name)) return words[name] as string;
  // FHIR writes the type of a value behind its name: valueString, valueBoolean.
  return /^value[A-Z]/.test(name) ? i18n.t('Value') : name;
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
    fax: i18n.t('Fax'),
    sms: i18n.t('Text message'),
    pager: i18n.t('Pager'),
    url: i18n.t('Web address'),
    temp: i18n.t('For a while'),
    usual: i18n.t('Usual'),
    nickname: i18n.t('Nickname'),
    maiden: i18n.t('Name before marriage'),
    billing: i18n.t('For bills'),
    postal: i18n.t('For letters'),
    physical: i18n.t('Where they live'),
    both: i18n.t('Where they live, and for letters'),
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
  if (DATE.test(text)) return showTime(text, i18n.locale);
  return Object.hasOwn(words, text) ? (words[text] as string) : text;
}
