import { api, type PatientHit } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useAnchored, useListbox } from '@holdfast/ui';
import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { HitLine } from './HitLine';

const NONE: PatientHit[] = [];

interface Props {
  label: string;
  value: PatientHit | undefined;
  onChange: (hit: PatientHit | undefined) => void;
  /** Who is not to be found: the patient whose chart this is. */
  except?: string;
  autoFocus?: boolean;
}

/** One patient, found as everywhere: by name, birth date, MRN or phone. */
export function PatientField({ label, value, onChange, except, autoFocus }: Props) {
  const { i18n } = useLingui();
  const [text, setText] = useState('');
  const q = text.trim();
  const found = useQuery({
    queryKey: ['patients', q],
    queryFn: ({ signal }) => api.findPatients(q, signal),
    enabled: q.length > 0 && !value,
  });
  // The same hits are the same list: a new one would take the choice back that an arrow has made.
  const patients = value || !q ? NONE : (found.data?.patients ?? NONE);
  const hits = useMemo(() => patients.filter(({ id }) => id !== except), [patients, except]);
  const list = useListbox({ items: hits, open: !value, onClose: () => setText(''), onChoose: onChange });
  const floating = useAnchored(hits.length > 0);
  return (
    <div className="code-field plain" ref={floating.anchor}>
      <TextInput
        label={label}
        dir="auto"
        data-autofocus={autoFocus || undefined}
        {...list.inputProps}
        value={value ? [value.name, value.mrn].filter(Boolean).join(' · ') : text}
        onChange={(event) => {
          onChange(undefined);
          setText(value ? '' : event.currentTarget.value);
        }}
      />
      {hits.length > 0 && (
        <div {...list.listProps} ref={floating.list} aria-label={i18n.t('Patients')}>
          {hits.map((hit, index) => (
            <div key={hit.id} {...list.optionProps(index)}>
              <HitLine hit={hit} />
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
