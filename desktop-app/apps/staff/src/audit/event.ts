import type { AuditEvent } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { typeWords } from '../conflicts/words';

/** One line of the trail, in words. */
export interface Look {
  id: string;
  at: string;
  who: string;
  what: string;
  refused: boolean;
  /** Whether a known record was looked at; not searched for, nor changed. */
  isLook: boolean;
  /** Of which patients, by id: a search shows several. */
  patients: string[];
}

export function lookOf(i18n: I18n, event: AuditEvent): Look {
  const agent = event.agent.find(({ requestor }) => requestor) ?? event.agent[0];
  const subtype = event.subtype?.[0]?.code ?? event.subtype?.[0]?.display;
  const references = (event.entity ?? []).map(({ what }) => what?.reference ?? '').filter(Boolean);
  const patients = references.flatMap((reference) =>
    reference.startsWith('Patient/') ? [reference.slice('Patient/'.length)] : [],
  );
  const other = references.find((reference) => !reference.startsWith('Patient/'));
  const type = other?.split('/')[0] ?? event.entity?.find(({ type: kind }) => kind?.code)?.type?.code;
  const query = event.entity?.find(({ query }) => query)?.query;
  return {
    id: event.id ?? `${event.recorded}${agent?.who?.reference ?? ''}`,
    at: event.recorded,
    who:
      agent?.name ??
      agent?.who?.display ??
      agent?.who?.reference ??
      agent?.who?.identifier?.value ??
      agent?.altId ??
      '',
    what: [actionWords(i18n, subtype, event.action), type && typeWords(i18n, type), query && askedFor(decoded(query))]
      .filter(Boolean)
      .join(' · '),
    isLook: LOOKS.has(subtype ?? ''),
    refused: event.outcome !== undefined && event.outcome !== '0',
    patients,
  };
}

function actionWords(i18n: I18n, subtype: string | undefined, action: string | undefined): string {
  const words: Record<string, string> = {
    read: i18n.t('Looked at'),
    vread: i18n.t('Looked at an older version'),
    search: i18n.t('Searched'),
    'search-type': i18n.t('Searched'),
    'history-instance': i18n.t('Looked at the history'),
    create: i18n.t('Added'),
    update: i18n.t('Changed'),
    patch: i18n.t('Changed'),
    delete: i18n.t('Deleted'),
    operation: i18n.t('Opened'),
    login: i18n.t('Signed in'),
    logout: i18n.t('Signed out'),
    // DICOM's codes, of which FHIR's own events are made.
    '110122': i18n.t('Signed in'),
    '110123': i18n.t('Signed out'),
    C: i18n.t('Added'),
    R: i18n.t('Looked at'),
    U: i18n.t('Changed'),
    D: i18n.t('Deleted'),
    E: i18n.t('Opened'),
  };
  return words[subtype ?? ''] ?? subtype ?? words[action ?? ''] ?? action ?? '';
}

const LOOKS = new Set(['read', 'vread', 'history-instance', 'operation']);

/** What somebody was looked for by; how many at a time and in what order tells nothing of them. */
const ASKED = new Set(['q', 'name', 'family', 'given', 'birthdate', 'identifier', 'phone', 'telecom', 'address']);

function askedFor(query: string): string {
  const asked = [...new URLSearchParams(query)].filter(([name, value]) => ASKED.has(name) && value);
  return asked.map(([, value]) => `“${value}”`).join(' ');
}

function decoded(query: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(query), (one) => one.charCodeAt(0)));
  } catch {
    return '';
  }
}
