import { api } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Panel, useToast } from '@holdfast/ui';
import { Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failed } from '../problems/Failed';
import { Screen } from '../shell/Screen';
import { PinField } from './PinField';
import { addPasskey, hasPasskeys, wasLeft } from './passkey';
import { pinFault } from './pin';

/** Sets one's own PIN. */
export default function ChangePin() {
  const { i18n } = useLingui();
  const say = useToast();
  const [old, setOld] = useState('');
  const [pin, setPin] = useState('');
  const fault = pin ? pinFault(i18n, pin) : '';
  const change = useMutation({
    mutationFn: () => api.changePin(old, pin),
    onSuccess: () => {
      setOld('');
      setPin('');
      say({ text: i18n.t('Your PIN is changed.') });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!fault) change.mutate();
  };
  return (
    <Screen title={i18n.t('Change my PIN')}>
      <Panel title={i18n.t('New PIN')} className="narrow">
        <form onSubmit={submit}>
          <Stack gap="sm">
            <PinField
              label={i18n.t('PIN until now')}
              value={old}
              onChange={(event) => setOld(event.currentTarget.value)}
            />
            <PinField
              label={i18n.t('New PIN')}
              description={i18n.t('6 to 12 digits, not a run or a repetition')}
              error={fault}
              value={pin}
              onChange={(event) => setPin(event.currentTarget.value)}
            />
            {change.isError && <Failed error={change.error} />}
            <Button type="submit" loading={change.isPending}>
              {i18n.t('Change PIN')}
            </Button>
          </Stack>
        </form>
      </Panel>
      {hasPasskeys() && <NewPasskey />}
    </Screen>
  );
}

function NewPasskey() {
  const { i18n } = useLingui();
  const say = useToast();
  const add = useMutation({
    mutationFn: addPasskey,
    onSuccess: () => say({ text: i18n.t('The passkey is added.') }),
  });
  return (
    <Panel title={i18n.t('Passkey')} className="narrow">
      <Stack gap="sm">
        <p>{i18n.t('A passkey of this device signs you in by fingerprint, face or its own code.')}</p>
        {add.isError && !wasLeft(add.error) && <Failed error={add.error} />}
        <Button variant="default" loading={add.isPending} onClick={() => add.mutate()}>
          {i18n.t('Add a passkey')}
        </Button>
      </Stack>
    </Panel>
  );
}
