import { api, type Elsewhere, type PatientHit } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

/** A pause that says that a name is written to its end. */
const PAUSE_MS = 600;
/** Fewer letters are half the country. */
const LEAST = 3;
/** Records that are on their way are looked for again. */
const AGAIN_MS = 1_500;

export type Outcome = Elsewhere | 'asking';

interface Asked {
  /** Everybody who fits, here and at head office; none until it has answered. */
  hits?: PatientHit[];
  outcome?: Outcome;
  /** Asks although somebody was found here. */
  ask: () => void;
}

/**
 * Looks at head office for whom nobody here fits, once the typing pauses, or when somebody wants it.
 * @param found how many were found here; none until that is known.
 */
export function useElsewhere(q: string, found: number | undefined): Asked {
  const [calm] = useDebouncedValue(q, PAUSE_MS);
  const [wanted, setWanted] = useState('');
  const isAsked = q.length >= LEAST && (wanted === q || (found === 0 && calm === q));
  const query = useQuery({
    queryKey: ['patients', 'everywhere', q],
    queryFn: ({ signal }) => api.findPatientsEverywhere(q, signal),
    enabled: isAsked,
    refetchInterval: ({ state }) => (state.data?.elsewhere === 'coming' ? AGAIN_MS : false),
  });
  const ask = () => setWanted(q);
  if (!isAsked) return { ask };
  const outcome = query.isPending ? 'asking' : (query.data?.elsewhere ?? 'unreachable');
  return { hits: query.data?.patients, outcome, ask };
}

/** What asking head office came to, beside whom it found. */
export function elsewhereWords(i18n: I18n, outcome: Outcome | undefined): string {
  switch (outcome) {
    case 'asking':
      return i18n.t('Asking head office…');
    case 'all':
      return i18n.t('Head office was asked too.');
    case 'more':
      return i18n.t('Head office has more: type more of the name, or a record number.');
    case 'too-wide':
      return i18n.t('For head office that is too little: type more of the name, or a record number.');
    case 'coming':
      return i18n.t('Head office has found somebody; the record is on its way.');
    case 'unreachable':
      return i18n.t('Head office cannot be asked now.');
    default:
      return '';
  }
}
