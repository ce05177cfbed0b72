import {
  type CodeableConcept,
  type ContactPoint,
  digitsOf,
  type HumanName,
  type Patient,
  type Quantity,
} from '@holdfast/api';

/** A name as it is said; the official one first, a former one last. */
export function nameOf(names: HumanName[] | undefined): string {
  const rank = ({ use }: HumanName) => (use === 'official' ? 0 : use === 'old' ? 2 : 1);
  const best = [...(names ?? [])].sort((a, b) => rank(a) - rank(b))[0];
  if (!best) return '';
  return best.text ?? [...(best.prefix ?? []), ...(best.given ?? []), best.family ?? ''].filter(Boolean).join(' ');
}

/** What a concept says: the text a person chose, else the name of its code. */
export function textOf(concept: CodeableConcept | undefined): string {
  if (!concept) return '';
  return concept.text ?? concept.coding?.find(({ display }) => display)?.display ?? concept.coding?.[0]?.code ?? '';
}

/** Whether a concept has this code, of any system unless one is named. */
export function hasCode(concept: CodeableConcept | undefined, code: string, system?: string): boolean {
  return concept?.coding?.some((one) => one.code === code && (!system || one.system === system)) ?? false;
}

/** A quantity with its digits as written. */
export function quantityText(quantity: Quantity | undefined): string {
  if (quantity?.value === undefined) return '';
  return `${quantity.comparator ?? ''}${digitsOf(quantity, 'value')}${quantity.unit ? ` ${quantity.unit}` : ''}`;
}

/** What is normal: "36–50", or one end of it. */
export function rangeText(low: string | number | undefined, high: string | number | undefined): string {
  const [from, to] = [low ?? '', high ?? ''];
  if (from === '' && to === '') return '';
  if (to === '') return `≥ ${from}`;
  return from === '' ? `≤ ${to}` : `${from}–${to}`;
}

/** The medical record number. */
export function mrnOf(patient: Patient): string {
  const identifier = patient.identifier?.find(({ type }) => hasCode(type, 'MR')) ?? patient.identifier?.[0];
  return identifier?.value ?? '';
}

/** Whether nobody at a desk has seen them yet: they gave their name when they booked on the web, and have no number. */
export function isSelfRegistered(patient: Patient): boolean {
  const isTagged = patient.meta?.tag?.some(
    ({ system, code }) => system === 'urn:holdfast:patient' && code === 'self-registered',
  );
  return isTagged === true && mrnOf(patient) === '';
}

export function phoneOf(telecom: ContactPoint[] | undefined): string {
  return telecom?.find(({ system }) => system === 'phone')?.value ?? '';
}

/** The text of a narrative, as plain text in paragraphs. */
export function plainText(div: string | undefined): string {
  if (!div) return '';
  const breaks = div.replace(/<br\s*\/?>/gi, '\n').replace(/<\/(p|div|li|tr|h\d)>/gi, '\n');
  return new DOMParser().parseFromString(breaks, 'text/html').body.textContent?.trim() ?? '';
}

/** Plain text as the narrative of a section. */
export function narrative(text: string): { status: 'generated'; div: string } {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const paragraphs = escaped
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.replace(/\n/g, '<br/>')}</p>`);
  return { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${paragraphs.join('')}</div>` };
}

/** A value with its unit, read from left to right in any sentence: "76 /min" in Arabic too. */
export function isolated(text: string): string {
  return text && `\u2066${text}\u2069`;
}
