import { useLingui } from '@holdfast/i18n';
import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { DateField } from '../forms/DateField';
import { fieldsOf } from '../forms/fields';
import { genderWords } from './genderWords';
import type { Registration } from './registration';

interface Props {
  form: Registration;
  onChange: (form: Registration) => void;
  /** Somebody new: the first field is typed into at once, and consent is asked for. */
  isNew?: boolean;
}

const GENDERS = ['female', 'male', 'other', 'unknown'];

/** Who somebody is, how to reach them, and what they need. */
export function RegistrationFields({ form, onChange, isNew }: Props) {
  const { i18n } = useLingui();
  const field = fieldsOf(form, onChange);
  const check = (name: 'interpreter' | 'consent') => ({
    checked: form[name],
    onChange: (event: { currentTarget: { checked: boolean } }) =>
      onChange({ ...form, [name]: event.currentTarget.checked }),
  });
  return (
    <>
      <fieldset className="fields">
        <legend>{i18n.t('Who')}</legend>
        <TextInput label={i18n.t('Given names')} dir="auto" autoComplete="off" autoFocus={isNew} {...field('given')} />
        <TextInput label={i18n.t('Family name')} dir="auto" autoComplete="off" {...field('family')} />
        <DateField
          label={i18n.t('Birth date')}
          value={form.birthDate}
          onChange={(birthDate) => onChange({ ...form, birthDate })}
          withAge
        />
        <NativeSelect
          label={i18n.t('Sex')}
          {...field('gender')}
          data={[
            { value: '', label: i18n.t('Choose…') },
            ...GENDERS.map((value) => ({ value, label: genderWords(i18n, value) })),
          ]}
        />
      </fieldset>
      <fieldset className="fields">
        <legend>{i18n.t('How to reach them')}</legend>
        <TextInput label={i18n.t('Phone')} type="tel" dir="ltr" autoComplete="off" {...field('phone')} />
        <TextInput label={i18n.t('E-mail')} type="email" dir="ltr" autoComplete="off" {...field('email')} />
        <TextInput label={i18n.t('Street and number')} dir="auto" autoComplete="off" {...field('line')} />
        <TextInput label={i18n.t('Town')} dir="auto" autoComplete="off" {...field('city')} />
      </fieldset>
      <fieldset className="fields">
        <legend>{i18n.t('What they need')}</legend>
        <TextInput label={i18n.t('Preferred language')} dir="auto" autoComplete="off" {...field('language')} />
        <TextInput
          label={i18n.t('Access needs')}
          description={i18n.t('Wheelchair, hearing, sight, …')}
          dir="auto"
          {...field('access')}
        />
        <Checkbox label={i18n.t('Needs an interpreter')} {...check('interpreter')} />
      </fieldset>
      <fieldset className="fields">
        <legend>{i18n.t('Whom to call')}</legend>
        <TextInput label={i18n.t('Name of the contact')} dir="auto" autoComplete="off" {...field('contactName')} />
        <TextInput label={i18n.t('Relation')} dir="auto" autoComplete="off" {...field('contactRelation')} />
        <TextInput
          label={i18n.t('Phone of the contact')}
          type="tel"
          dir="ltr"
          autoComplete="off"
          {...field('contactPhone')}
        />
      </fieldset>
      {isNew && (
        <Checkbox
          my="sm"
          label={i18n.t('Agrees that the clinic keeps and uses a record for treatment')}
          {...check('consent')}
        />
      )}
    </>
  );
}
