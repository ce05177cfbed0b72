import { type Visit, visits } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Failed } from '../problems/Failed';
import { CallFacts } from './CallFacts';
import { Downtime } from './Downtime';
import { Links } from './Links';
import { begin } from './running';

/** Before one is in: what the visit is, its links, and the way in. */
export function EnterPanel({ visit, secret }: { visit: Visit; secret?: string }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const enter = useMutation({
    mutationFn: async () => {
      const { token } = await visits.join(visit.id);
      const { room, isHere } = begin({ visit: visit.id, name: visit.patient.name, token, secret, language: locale });
      if (isHere) await Promise.all([room.local.open('microphone'), room.local.open('camera')]);
      await room.knock();
    },
  });
  const lacksSecret = visit.sealed && !secret;
  return (
    <>
      <Panel title={i18n.t('Visit with {name}', { name: visit.patient.name })}>
        <div className="stack">
          {visit.sealed && (
            <Mark kind={lacksSecret ? 'danger' : 'ok'}>
              {lacksSecret
                ? i18n.t(
                    'Encrypted end to end, and its key is not in this window. Open it where it was begun, or begin a new visit.',
                  )
                : i18n.t('Encrypted end to end')}
            </Mark>
          )}
          {enter.isError && <Failed error={enter.error} retry={() => enter.mutate()} />}
          <Button
            size="md"
            onClick={() => enter.mutate()}
            loading={enter.isPending}
            disabled={lacksSecret}
            data-autofocus
          >
            {i18n.t('Enter the room')}
          </Button>
          <p className="soft">
            {i18n.t('Camera and microphone go on when you enter. Nobody comes in before you let them.')}
          </p>
        </div>
      </Panel>
      <Links visit={visit} secret={secret} />
      <CallFacts visit={visit} />
      <Downtime visit={visit} />
    </>
  );
}
