import { api, type Session, type Setup } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Button, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failed } from '../problems/Failed';
import { Entrance } from './Entrance';
import { PinField } from './PinField';
import { pinFault } from './pin';

/** Makes the first administrator, with the code that the node wrote into its log. */
export function FirstRun({ setup, onDone }: { setup: Setup; onDone: (session: Session) => void }) {
  const { i18n } = useLingui();
  const [form, setForm] = useState({ code: '', name: '', login: '', pin: '', again: '' });
  const create = useMutation({
    mutationFn: () =>
      api.firstAdmin({ code: form.code.trim(), login: form.login.trim(), name: form.name.trim(), pin: form.pin }),
    onSuccess: onDone,
  });
  const field = (name: keyof typeof form) => ({
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setForm((all) => ({ ...all, [name]: value }));
    },
    required: true,
    withAsterisk: false,
  });
  const fault = form.pin ? pinFault(i18n, form.pin) : '';
  const differs = form.again !== '' && form.again !== form.pin ? i18n.t('The two PINs differ.') : '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!fault && form.again === form.pin) create.mutate();
  };
  return (
    <Entrance
      title={i18n.t('Set up {clinic}', { clinic: setup.clinic || 'Holdfast' })}
      lead={i18n.t('Nobody can sign in yet. Make the first administrator; they add everybody else.')}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={i18n.t('Setup code')}
            description={i18n.t('It stands in the node’s log and in the file “setup-code” of its data folder.')}
            autoComplete="off"
            autoFocus
            {...field('code')}
          />
          <TextInput label={i18n.t('Your name')} autoComplete="name" {...field('name')} />
          <TextInput label={i18n.t('Login name')} autoComplete="username" autoCapitalize="none" {...field('login')} />
          <PinField
            label={i18n.t('PIN')}
            description={i18n.t('6 to 12 digits, not a run or a repetition')}
            error={fault}
            {...field('pin')}
          />
          <PinField label={i18n.t('PIN again')} error={differs} {...field('again')} />
          {create.isError && <Failed error={create.error} />}
          <Button type="submit" loading={create.isPending}>
            {i18n.t('Set up and sign in')}
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
}
