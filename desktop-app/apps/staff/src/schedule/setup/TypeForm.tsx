import { type AppointmentType, schedule } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { FormDialog } from '../../chart/FormDialog';
import { fieldsOf } from '../../forms/fields';
import { Failed } from '../../problems/Failed';
import { useResources } from '../names';
import { AffectedDialog } from './AffectedDialog';
import { fieldsOfType, NEW_TYPE, type TypeFields, typeOf } from './typeForm';

/** Adds or changes a type of appointment. Appointments that are booked stay as they are. */
export function TypeForm({ type, onClose }: { type?: AppointmentType; onClose: () => void }) {
  const { i18n } = useLingui();
  const client = useQueryClient();
  const say = useToast();
  const resources = useResources();
  const [id] = useState(() => type?.id ?? newId());
  const [form, setForm] = useState<TypeFields>(() => (type ? fieldsOfType(type) : NEW_TYPE));
  const field = fieldsOf(form, setForm);
  const saved = i18n.t('Saved: {name}', { name: form.name });
  const whole = typeOf(id, form, type);
  const save = useMutation({
    mutationFn: schedule.saveType,
    onSuccess: ({ affected }) => {
      say({ text: saved });
      if (!affected) onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['schedule'] }),
  });
  const number = { inputMode: 'numeric' as const, dir: 'ltr' as const };
  if (save.data?.affected) return <AffectedDialog title={saved} affected={save.data.affected} onClose={onClose} />;
  return (
    <FormDialog
      title={type ? i18n.t('Change {name}', { name: type.name }) : i18n.t('Add a type')}
      onClose={onClose}
      onSave={() => whole && !save.isPending && save.mutate(whole)}
      incomplete={!whole || save.isPending}
    >
      <TextInput label={i18n.t('Name')} dir="auto" data-autofocus {...field('name')} />
      <div className="fields">
        <TextInput label={i18n.t('Minutes')} {...number} {...field('minutes')} />
        <TextInput
          label={i18n.t('Places')}
          description={i18n.t('More than one is a group session.')}
          {...number}
          {...field('capacity')}
        />
        <TextInput label={i18n.t('Minutes before, to prepare')} {...number} {...field('bufferBefore')} />
        <TextInput label={i18n.t('Minutes after, to tidy up')} {...number} {...field('bufferAfter')} />
        <NativeSelect
          label={i18n.t('With')}
          {...field('who')}
          data={[
            { value: 'clinician', label: i18n.t('Clinician') },
            { value: 'nurse', label: i18n.t('Nurse') },
            { value: 'any', label: i18n.t('Anybody') },
            { value: 'none', label: i18n.t('Nobody') },
          ]}
        />
        <NativeSelect
          label={i18n.t('Equipment')}
          {...field('equipment')}
          data={[
            { value: '', label: i18n.t('None') },
            ...(resources.data ?? [])
              .filter(({ kind }) => kind === 'equipment')
              .map(({ ref, name }) => ({ value: ref, label: name })),
          ]}
        />
        <TextInput
          label={i18n.t('Percent that may be sold on the web')}
          description={i18n.t('Head office confirms patients out of it at once, also while the link is down.')}
          {...number}
          {...field('webShare')}
        />
      </div>
      <Checkbox
        label={i18n.t('Needs a room')}
        checked={form.needsRoom}
        onChange={(event) => setForm({ ...form, needsRoom: event.currentTarget.checked })}
      />
      <Checkbox
        label={i18n.t('Remote: by video or phone')}
        checked={form.remote}
        onChange={(event) => setForm({ ...form, remote: event.currentTarget.checked })}
      />
      <Checkbox
        label={i18n.t('Is offered')}
        checked={form.active}
        onChange={(event) => setForm({ ...form, active: event.currentTarget.checked })}
      />
      {save.isError && <Failed error={save.error} />}
    </FormDialog>
  );
}
