import type { ClinicalImpression, Composition, CompositionSection, DocumentReference, Reference } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { narrative, plainText, textOf } from '../../fhir/words';
import { instantOfWhen, type When } from '../../forms/when';

/** What a note holds while it is written. */
export interface NoteDraft {
  /** Made once, so that signing twice makes one note. */
  id: string;
  template: string;
  title: string;
  sections: { title: string; text: string }[];
  /** The note that this one adds to. */
  appends?: string;
  /** When it was first signed in these words: signed again after an answer was lost, it is the same note. */
  at?: string;
  /** Of when it is, if not of when it is signed. */
  when?: When;
}

export interface Template {
  key: string;
  name: string;
  sections: string[];
}

/** The template for a visit whose video failed; also which draft it is. */
export const DOWNTIME = 'downtime';

/** Ready-made headings. */
export function templatesOf(i18n: I18n): Template[] {
  return [
    {
      key: 'visit',
      name: i18n.t('Visit (SOAP)'),
      sections: [i18n.t('Subjective'), i18n.t('Objective'), i18n.t('Assessment'), i18n.t('Plan')],
    },
    { key: 'free', name: i18n.t('Free text'), sections: [i18n.t('Note')] },
    {
      key: 'nursing',
      name: i18n.t('Nursing note'),
      sections: [i18n.t('Observed'), i18n.t('Done'), i18n.t('Hand over')],
    },
    { key: 'phone', name: i18n.t('Phone call'), sections: [i18n.t('Who called, and why'), i18n.t('Advice given')] },
    {
      key: DOWNTIME,
      name: i18n.t('Visit by telephone, because video failed'),
      sections: [
        i18n.t('What failed, and when'),
        i18n.t('Called at which number, and how it was made sure who it is'),
        i18n.t('What was said'),
        i18n.t('Plan'),
      ],
    },
  ];
}

/** The same text under the headings of another template: nothing that was typed is lost. */
export function underTemplate(draft: NoteDraft, template: Template): NoteDraft {
  const texts = draft.sections.map(({ text }) => text);
  const fitting = template.sections.map((title, index) => ({ title, text: texts[index] ?? '' }));
  const rest = texts.slice(fitting.length).filter((text) => text.trim());
  const last = fitting.at(-1);
  if (last && rest.length > 0) last.text = [last.text, ...rest].filter((text) => text.trim()).join('\n\n');
  return { ...draft, template: template.key, title: template.name, sections: fitting };
}

/** Whether the note says what the draft does, and all of it. */
export function says(note: Note, draft: NoteDraft): boolean {
  const written = draft.sections.filter(({ text }) => text.trim()).map(({ title, text }) => ({ title, text }));
  return JSON.stringify(sectionsOfNote(note)) === JSON.stringify(written);
}

export function isBlank(draft: NoteDraft): boolean {
  return draft.sections.every(({ text }) => !text.trim());
}

interface Signing {
  /** The visit that is under way. */
  encounter?: Reference;
  patient: string;
  author: Reference;
  at: string;
}

/** The signed note: nothing of it changes any more, later words are notes that append to it. */
export function signed(draft: NoteDraft, { patient, author, at, encounter }: Signing): Composition & { id: string } {
  return {
    resourceType: 'Composition',
    id: draft.id,
    status: 'final',
    type: { coding: [{ system: 'http://loinc.org', code: '11506-3', display: 'Progress note' }] },
    subject: { reference: `Patient/${patient}` },
    encounter,
    date: draft.when ? instantOfWhen(draft.when, new Date(at)) : at,
    author: [author],
    title: draft.title,
    attester: [{ mode: 'professional', time: at, party: author.reference ? author : undefined }],
    relatesTo: draft.appends
      ? [{ code: 'appends', targetReference: { reference: `Composition/${draft.appends}` } }]
      : undefined,
    section: draft.sections
      .filter(({ text }) => text.trim())
      .map(({ title, text }) => ({ title, text: narrative(text) })),
  };
}

/** A note of this clinic, or one that was imported. */
export type Note = Composition | DocumentReference | ClinicalImpression;

export function authorOfNote(note: Note): string {
  if (note.resourceType === 'ClinicalImpression') return note.assessor?.display ?? '';
  return note.author?.[0]?.display ?? '';
}

export function titleOfNote(note: Note): string {
  if (note.resourceType === 'Composition') return note.title;
  const kind = note.resourceType === 'DocumentReference' ? note.type : note.code;
  return note.description ?? textOf(kind);
}

/** The sections of a note as plain text. */
export function sectionsOfNote(note: Note): { title: string; text: string }[] {
  if (note.resourceType === 'ClinicalImpression')
    return [{ title: '', text: note.summary ?? plainText(note.text?.div) }];
  if (note.resourceType === 'DocumentReference')
    return [{ title: '', text: attachedText(note) || plainText(note.text?.div) }];
  const flat = (sections: CompositionSection[] | undefined): CompositionSection[] =>
    (sections ?? []).flatMap((section) => [section, ...flat(section.section)]);
  const read = flat(note.section).map(({ title, text }) => ({ title: title ?? '', text: plainText(text?.div) }));
  return read.length > 0 ? read : [{ title: '', text: plainText(note.text?.div) }];
}

/** What stands in the document itself, if it is text. */
function attachedText({ content }: DocumentReference): string {
  const { contentType, data } = content?.[0]?.attachment ?? {};
  if (!data || !contentType?.startsWith('text/plain')) return '';
  return new TextDecoder().decode(Uint8Array.from(atob(data), (one) => one.charCodeAt(0)));
}

/** The note that a note adds to. */
export function appendedTo(note: Note): string | undefined {
  if (note.resourceType !== 'Composition') return undefined;
  const target = note.relatesTo?.find(({ code }) => code === 'appends')?.targetReference?.reference;
  return target?.startsWith('Composition/') ? target.slice('Composition/'.length) : undefined;
}

/** The visit that a note belongs to, as a reference. */
export function visitOf(note: Note): string | undefined {
  const visit = note.resourceType === 'DocumentReference' ? note.context?.encounter?.[0] : note.encounter;
  return visit?.reference;
}

/** Whether its author has taken it back as a mistake. */
export function isWithdrawn(note: Note): boolean {
  return note.status === 'entered-in-error';
}

/** Whether somebody stands for its words: a note that was imported was signed where it comes from. */
export function isSigned(note: Note): boolean {
  return note.resourceType !== 'Composition' || note.status !== 'preliminary';
}

/** Who signed a note, and when. */
export function signatureOf(note: Note): { time: string; name: string } {
  const attester = note.resourceType === 'Composition' ? note.attester?.find(({ time }) => time) : undefined;
  return { time: attester?.time ?? note.date ?? '', name: attester?.party?.display ?? authorOfNote(note) };
}
