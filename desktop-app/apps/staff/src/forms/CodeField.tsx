import { api, type Code, type CodeableConcept, type CodeSystem } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useAnchored, useListbox } from '@holdfast/ui';
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

interface Props {
  label: string;
  description?: string;
  system: CodeSystem;
  value: CodeableConcept;
  onChange: (value: CodeableConcept) => void;
  autoFocus?: boolean;
}

const SHORTEST = 2;
const PAUSE_MS = 80;
const NONE: Code[] = [];

/** A concept: a code of a list, chosen while typing, or the typed words alone, which is always possible. */
export function CodeField({ label, description, system, value, onChange, autoFocus }: Props) {
  const { i18n } = useLingui();
  const [isOpen, setOpen] = useState(false);
  const text = value.text ?? '';
  const [q] = useDebouncedValue(text.trim(), PAUSE_MS);
  const found = useQuery({
    queryKey: ['codes', system, q],
    queryFn: ({ signal }) => api.codes(system, q, signal),
    enabled: isOpen && q.length >= SHORTEST,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  const codes = isOpen && q.length >= SHORTEST ? (found.data?.codes ?? NONE) : NONE;
  const list = useListbox({
    items: codes,
    open: isOpen,
    onClose: () => setOpen(false),
    onChoose: ({ system: url, code, display }) => {
      onChange({ coding: [{ system: url, code, display }], text: display });
      setOpen(false);
    },
  });
  const floating = useAnchored(isOpen && codes.length > 0);
  const coding = value.coding?.[0];
  const kept = coding
    ? i18n.t('Code {code}', { code: coding.code ?? '' })
    : text
      ? i18n.t('Kept as free text')
      : description;
  return (
    <div className="code-field" ref={floating.anchor}>
      <TextInput
        label={label}
        value={text}
        dir="auto"
        description={kept}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        data-autofocus={autoFocus || undefined}
        {...list.inputProps}
        onChange={(event) => {
          onChange({ text: event.currentTarget.value });
          setOpen(true);
        }}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => {
          const wasOpen = isOpen && codes.length > 0;
          if (wasOpen || event.key !== 'Escape') list.inputProps.onKeyDown(event);
          // Whoever presses Enter on a word that was begun means the list, not to save the piece of a word.
          const isLooking = isOpen && text.trim().length >= SHORTEST;
          if (event.key === 'Enter' && isLooking && !event.ctrlKey && !event.metaKey) {
            event.preventDefault();
            setOpen(false);
          }
        }}
      />
      {isOpen && codes.length > 0 && (
        <div {...list.listProps} ref={floating.list} aria-label={label}>
          {codes.map(({ system: url, code, display }, index) => (
            <div key={`${url}|${code}`} {...list.optionProps(index)}>
              <bdi>{display}</bdi>{' '}
              <bdi className="soft small" dir="ltr">
                {code}
              </bdi>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
