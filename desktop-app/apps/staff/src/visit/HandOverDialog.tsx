import { type Visit, visits } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Dialog, Mark } from '@holdfast/ui';
import type { Room } from '@holdfast/visit-room';
import { Button, Skeleton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Failed } from '../problems/Failed';

interface Props {
  room: Room;
  visit: Visit;
  onClose: () => void;
}

/** Another clinician leads from now on; one stays in the visit until one leaves. */
export function HandOverDialog({ room, visit, onClose }: Props) {
  const { i18n } = useLingui();
  const all = useQuery({ queryKey: ['visit', visit.id, 'clinicians'], queryFn: () => visits.clinicians(visit.id) });
  const hand = useMutation({ mutationFn: (to: string) => room.handOver(to), onSuccess: onClose });
  return (
    <Dialog onClose={onClose} title={i18n.t('Hand over')} closeButtonProps={{ 'aria-label': i18n.t('Close') }}>
      <div className="stack">
        <p>{i18n.t('Who leads the visit from now on? You stay in it until you leave.')}</p>
        {all.isPending && <Skeleton height={120} />}
        {all.isError && <Failed error={all.error} retry={all.refetch} />}
        {hand.isError && (
          <p className="told danger" role="alert">
            {i18n.t('That did not work. Try again.')}
          </p>
        )}
        <ul className="rows panel">
          {all.data?.map(({ ref, name, here }) => (
            <li key={ref}>
              <span className="main">
                <bdi>{name}</bdi>
              </span>
              <Mark kind={here ? 'ok' : 'off'}>{here ? i18n.t('has the app open') : i18n.t('is not signed in')}</Mark>
              <span className="end">
                <Button size="compact-sm" variant="default" loading={hand.isPending} onClick={() => hand.mutate(ref)}>
                  {i18n.t('Hand over')}
                </Button>
              </span>
            </li>
          ))}
        </ul>
        {all.data?.length === 0 && <p className="soft">{i18n.t('Nobody else can take it over.')}</p>}
      </div>
    </Dialog>
  );
}
