import './visit.css';
import { Problem, visits } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Failed } from '../problems/Failed';
import { Screen } from '../shell/Screen';
import { ChartBeside } from './ChartBeside';
import { Ended } from './Ended';
import { EnterPanel } from './EnterPanel';
import { RoomPanel } from './RoomPanel';
import { secrets, useRunning } from './running';

/** A visit: sound and pictures beside the patient's chart. `secret` is of a sealed one, and stands in the address alone. */
export default function VisitScreen({ id, secret }: { id: string; secret?: string }) {
  const { i18n } = useLingui();
  const query = useQuery({ queryKey: ['visit', id], queryFn: ({ signal }) => visits.get(id, signal) });
  const running = useRunning();
  const visit = query.data;
  if (query.isError && !visit) {
    const isGone = query.error instanceof Problem && query.error.status === 404;
    return (
      <Screen title={i18n.t('Visit')}>
        {isGone ? (
          <p className="told warn">{i18n.t('There is no such visit, or it is not yours to see.')}</p>
        ) : (
          <Failed error={query.error} retry={query.refetch} />
        )}
      </Screen>
    );
  }
  if (!visit) return <Skeleton height={360} m="md" aria-hidden />;
  const mine = running?.visit === id ? running : undefined;
  const isOver = visit.status === 'ended' || mine?.room.view.state.ended?.why === 'ended';
  return (
    <div className="visit">
      <div className="visit-side">
        {isOver ? (
          <Ended visit={visit} said={mine?.room.view.state.ended?.summary} />
        ) : mine ? (
          <RoomPanel running={mine} visit={visit} secret={secret ?? secrets.get(id)} />
        ) : (
          <EnterPanel visit={visit} secret={secret ?? secrets.get(id)} />
        )}
      </div>
      <ChartBeside patient={visit.patient.id} />
    </div>
  );
}
