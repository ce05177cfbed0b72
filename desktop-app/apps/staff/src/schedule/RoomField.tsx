import type { DaySheet } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { NativeSelect } from '@mantine/core';

interface Props {
  label?: string;
  'aria-label'?: string;
  sheet: Pick<DaySheet, 'resources'>;
  value: string | undefined;
  onChange: (room: string) => void;
}

/** Where somebody is now. */
export function RoomField({ label, 'aria-label': name, sheet, value, onChange }: Props) {
  const { i18n } = useLingui();
  return (
    <NativeSelect
      size="xs"
      label={label}
      aria-label={name}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: i18n.t('No room') },
        ...sheet.resources.filter(({ kind }) => kind === 'room').map(({ ref, name }) => ({ value: ref, label: name })),
      ]}
    />
  );
}
