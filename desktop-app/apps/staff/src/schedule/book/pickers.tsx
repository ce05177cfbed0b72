import type { AppointmentType, DaySheet } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { NativeSelect } from '@mantine/core';

interface Choice {
  value: string;
  onChange: (value: string) => void;
}

interface TypeProps extends Choice {
  types: AppointmentType[];
  autoFocus?: boolean;
}

/** What for. Types that are not offered any more are left out. */
export function TypeField({ types, value, onChange, autoFocus }: TypeProps) {
  const { i18n } = useLingui();
  return (
    <NativeSelect
      label={i18n.t('Type')}
      data-autofocus={autoFocus || undefined}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: i18n.t('Choose…') },
        ...types.filter(({ active, id }) => active || id === value).map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}

interface SheetProps extends Choice {
  sheet: Pick<DaySheet, 'resources'>;
}

/** With whom: somebody, anybody, or anybody of a role. */
export function WhoField({ sheet, value, onChange }: SheetProps) {
  const { i18n } = useLingui();
  const people = sheet.resources.filter(({ kind }) => kind === 'practitioner');
  const roles: Record<string, string> = {
    nurse: i18n.t('Any nurse'),
    clinician: i18n.t('Any clinician'),
  };
  const known = Object.keys(roles).filter((role) => people.some((one) => one.role === role));
  return (
    <NativeSelect
      label={i18n.t('With')}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: 'any', label: i18n.t('Anybody') },
        ...known.map((role) => ({ value: `role:${role}`, label: roles[role] ?? role })),
        ...people.map(({ ref, name }) => ({ value: ref, label: name })),
      ]}
    />
  );
}

/** Where, or with what. */
export function PlaceField({ sheet, value, onChange }: SheetProps) {
  const { i18n } = useLingui();
  return (
    <NativeSelect
      label={i18n.t('Room or equipment')}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: 'any', label: i18n.t('As the type needs') },
        ...sheet.resources
          .filter(({ kind }) => kind !== 'practitioner')
          .map(({ ref, name }) => ({ value: ref, label: name })),
      ]}
    />
  );
}
