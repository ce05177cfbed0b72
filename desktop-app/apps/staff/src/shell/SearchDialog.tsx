import './search.css';
import { api, type PatientHit } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Dialog, useListbox } from '@holdfast/ui';

import { IconUserPlus, IconWorldSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { HitLine } from '../patients/HitLine';
import { elsewhereWords, useElsewhere } from '../patients/useElsewhere';
import { Failed } from '../problems/Failed';
import { useAbilities } from '../session/SessionContext';

interface Props {
  onClose: () => void;
  /** A name that was typed is brought along in memory: addresses hold none. */
  onGo: (to: string, name?: string) => void;
}

type Choice = { hit: PatientHit } | { elsewhere: string } | { register: string };

/** Finds a patient by name, birth date, MRN or phone, here and at head office; whoever is not found can be registered at once. */
export function SearchDialog({ onClose, onGo }: Props) {
  const { i18n } = useLingui();
  const { writes } = useAbilities();
  const [text, setText] = useState('');
  const q = text.trim();
  const found = useQuery({
    queryKey: ['patients', q],
    queryFn: ({ signal }) => api.findPatients(q, signal),
    enabled: q.length > 0,
    placeholderData: keepPreviousData,
  });
  const isCurrent = found.isSuccess && !found.isPlaceholderData;
  const { hits: all, outcome, ask } = useElsewhere(q, isCurrent ? found.data.patients.length : undefined);
  const here = q ? found.data?.patients : undefined;
  const hits = q && all ? all : here;
  const choices = useMemo<Choice[]>(() => {
    const known: Choice[] = (hits ?? []).map((hit) => ({ hit }));
    if (known.length > 0 && !outcome) known.push({ elsewhere: q });
    return q && writes ? [...known, { register: q }] : known;
  }, [hits, q, writes, outcome]);
  const choose = (choice: Choice) => {
    if ('hit' in choice) onGo(`/patients/${choice.hit.id}`);
    else if ('elsewhere' in choice) ask();
    else onGo('/register', choice.register);
  };
  const list = useListbox({ items: choices, onChoose: choose, onClose, open: true });

  return (
    <Dialog
      onClose={onClose}
      withCloseButton={false}
      size="xl"
      padding={0}
      yOffset="8vh"
      aria-label={i18n.t('Find a patient')}
    >
      <div className="search" aria-busy={q !== '' && (found.isPending || found.isPlaceholderData)}>
        <input
          {...list.inputProps}
          data-autofocus
          aria-label={i18n.t('Find a patient')}
          placeholder={i18n.t('Name, birth date, MRN or phone')}
          value={text}
          dir="auto"
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            // Enter takes the best hit when none was picked with the arrows.
            const best = choices[0];
            if (event.key === 'Enter' && list.active < 0 && best && !found.isPlaceholderData) choose(best);
            else list.inputProps.onKeyDown(event);
          }}
        />
        {q && choices.length > 0 && (
          <div {...list.listProps} aria-label={i18n.t('Patients')}>
            {choices.map((choice, index) => (
              <div key={keyOf(choice)} {...list.optionProps(index)}>
                <ChoiceLine choice={choice} />
              </div>
            ))}
          </div>
        )}
        <p className="search-foot soft small" role="status">
          {q === '' && i18n.t('Type a few letters. Accents and small typing errors do not matter.')}
          {q !== '' && isCurrent && hits?.length === 0 && i18n.t('Nobody was found.')}
          {q !== '' &&
            hits &&
            hits.length > 0 &&
            i18n.t('{count, plural, one {# patient} other {# patients}}', { count: hits.length })}{' '}
          {q !== '' && elsewhereWords(i18n, outcome)}
        </p>
        {found.isError && <Failed error={found.error} retry={found.refetch} />}
      </div>
    </Dialog>
  );
}

function keyOf(choice: Choice): string {
  return 'hit' in choice ? choice.hit.id : Object.keys(choice).join('');
}

function ChoiceLine({ choice }: { choice: Choice }) {
  const { i18n } = useLingui();
  if ('hit' in choice) return <HitLine hit={choice.hit} />;
  return (
    <span className="hit">
      {'elsewhere' in choice ? <IconWorldSearch size={16} aria-hidden /> : <IconUserPlus size={16} aria-hidden />}
      <span>
        {'elsewhere' in choice
          ? i18n.t('Look at head office too')
          : i18n.t('Register “{name}” as a new patient', { name: choice.register })}
      </span>
    </span>
  );
}
