import { desktop } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Button, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failed } from '../problems/Failed';
import { Entrance } from './Entrance';

/** A new computer joins the clinic, by what its node has shown to whoever looks after it. */
export function EnrolDesktop({ onDone }: { onDone: () => void }) {
  const { i18n } = useLingui();
  const [node, setNode] = useState('');
  const [token, setToken] = useState('');
  const enrol = useMutation({ mutationFn: () => desktop.enrol(node.trim(), token.trim()), onSuccess: onDone });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!enrol.isPending) enrol.mutate();
  };
  return (
    <Entrance
      title={i18n.t('This computer belongs to no clinic yet')}
      lead={i18n.t('The command “holdfast-node enrol-desktop” on the clinic’s node shows an address and a token.')}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={i18n.t('Address of the node')}
            placeholder="https://node.clinic.example:8444"
            dir="ltr"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            required
            withAsterisk={false}
            value={node}
            onChange={(event) => setNode(event.currentTarget.value)}
          />
          <TextInput
            label={i18n.t('Token')}
            description={i18n.t('Good once, for 15 minutes')}
            dir="ltr"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
          />
          {enrol.isError && <Failed error={enrol.error} />}
          <Button type="submit" loading={enrol.isPending}>
            {i18n.t('Join the clinic')}
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
}
