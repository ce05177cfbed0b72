import { api } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { Button, Stack, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failed } from '../problems/Failed';
import { Screen } from '../shell/Screen';
import { isOfNoHelp } from './glass';

const SHORTEST_REASON = 5;

interface Props {
  id: string;
  /** Why the chart does not open. */
  error: unknown;
  onOpen: () => void;
  retry: () => void;
}

/** Opens one chart in an emergency, with a reason that is looked at afterwards. */
export function BreakGlass({ id, error, onOpen, retry }: Props) {
  const { i18n } = useLingui();
  const [reason, setReason] = useState('');
  const open = useMutation({ mutationFn: () => api.breakGlass(id, reason.trim()), onSuccess: onOpen });
  const isShort = reason.trim().length < SHORTEST_REASON;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isShort) open.mutate();
  };
  return (
    <Screen title={i18n.t('This chart is closed to you')}>
      <Failed error={error} retry={retry} />
      {isOfNoHelp(open.error) ? (
        <Panel title={i18n.t('This cannot be opened in an emergency either')} className="narrow">
          <Failed error={open.error} />
        </Panel>
      ) : (
        <Panel title={i18n.t('Emergency: open it all the same')} className="narrow">
          <form onSubmit={submit}>
            <Stack gap="sm">
              <p>
                {i18n.t(
                  'The chart opens for 60 minutes. Your name, the time and this reason are reviewed by the manager.',
                )}
              </p>
              <Textarea
                label={i18n.t('Reason')}
                description={i18n.t('A few words: why you need this chart now')}
                autosize
                minRows={2}
                dir="auto"
                required
                withAsterisk={false}
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
              />
              {open.isError && <Failed error={open.error} />}
              <Button type="submit" color="red.9" disabled={isShort} loading={open.isPending}>
                {i18n.t('Open the chart')}
              </Button>
            </Stack>
          </form>
        </Panel>
      )}
    </Screen>
  );
}
