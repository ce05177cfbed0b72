import { type Visit, visits } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Failed } from '../problems/Failed';
import { Downtime } from './Downtime';
import { Ended } from './Ended';
import { leave, type Running } from './running';
import { useRoomView } from './useRoomView';

interface Props {
  running: Running;
  visit: Visit;
  secret?: string;
}

/** Out of the visit, or not let in: why, and the way back. */
export function Over({ running, visit }: Props) {
  const { i18n } = useLingui();
  const { state } = useRoomView(running.room);
  const fresh = useMutation({ mutationFn: () => visits.get(visit.id), onSuccess: leave });
  const why = state.ended?.why ?? state.refused?.code;
  if (why === 'ended') return <Ended visit={visit} said={state.ended?.summary ?? state.refused?.summary} />;
  const isMoved = why === 'moved' || why === 'elsewhere';
  return (
    <>
      <Panel title={i18n.t('Visit with {name}', { name: visit.patient.name })}>
        <div className="stack">
          <p>
            {isMoved && i18n.t('You are in this visit in another window.')}
            {why === 'visit-full' && i18n.t('Six people are in this visit: it is full.')}
            {(why === 'left' || why === 'removed') && i18n.t('You have left the visit.')}
            {!isMoved &&
              why !== 'visit-full' &&
              why !== 'left' &&
              why !== 'removed' &&
              i18n.t('The node did not let you in. ({code})', { code: why ?? '–' })}
          </p>
          {fresh.isError && <Failed error={fresh.error} />}
          <div className="form-foot">
            <Button onClick={() => (isMoved ? running.room.again(true) : fresh.mutate())} loading={fresh.isPending}>
              {isMoved ? i18n.t('Go on here') : i18n.t('Back to the visit')}
            </Button>
          </div>
        </div>
      </Panel>
      <Downtime visit={visit} />
    </>
  );
}
