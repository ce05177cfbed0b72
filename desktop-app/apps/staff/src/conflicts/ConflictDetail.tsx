import './conflicts.css';
import { api, type ConflictedRecord, type ConflictValue } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel, useToast } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { mrnOf, nameOf } from '../fhir/words';
import { Failed } from '../problems/Failed';
import { Settle } from '../schedule/appointment/Settle';
import { useAbilities } from '../session/SessionContext';
import { showTime } from '../time/dates';
import { linesOf } from './lines';
import { useUnsettled } from './useUnsettled';
import { useWhose } from './useWhose';
import { elementWords, placeWords, typeWords } from './words';

/** What two sides said of an appointment is told in one piece, and not element by element. */
const OF_APPOINTMENT = ['status', 'cancelationReason'];

interface Decision {
  element: string;
  choose?: number;
  keep?: boolean;
}

/** One record's values side by side; a press on one settles it. */
export function ConflictDetail({ type, id }: { type: string; id: string }) {
  const { i18n } = useLingui();
  const client = useQueryClient();
  const say = useToast();
  const query = useQuery({ queryKey: ['conflict', type, id], queryFn: () => api.conflict(type, id) });
  const settle = useMutation({
    mutationFn: (decision: Decision) => api.settle(query.data as ConflictedRecord, decision),
    onSuccess: () => say({ text: i18n.t('Settled.') }),
    onSettled: () => {
      client.invalidateQueries({ queryKey: ['conflict'] });
      client.invalidateQueries({ queryKey: ['conflicts'] });
      client.invalidateQueries({ queryKey: ['chart'] });
    },
  });
  const unsettled = useUnsettled(type, id);
  if (query.isPending) return <Skeleton height={240} />;
  if (query.isError) return <Failed error={query.error} retry={query.refetch} />;
  const apart = unsettled
    ? query.data.conflicts.filter(({ element }) => !OF_APPOINTMENT.includes(element))
    : query.data.conflicts;
  return (
    <div className="stack">
      <Whose type={type} id={id} />
      {unsettled?.one.unsettled && (
        <Panel title={i18n.t('To decide')}>
          <Settle one={unsettled.one} unsettled={unsettled.one.unsettled} timeZone={unsettled.timeZone} />
        </Panel>
      )}
      {query.data.conflicts.length === 0 && (
        <p className="told ok">
          <Mark kind="ok">{i18n.t('This is settled.')}</Mark>
        </p>
      )}
      {apart.map(({ element, values }) => (
        <Panel key={element} title={elementWords(i18n, element)}>
          {element === '@deleted' ? (
            <Deleted values={values} isBusy={settle.isPending} onDecide={settle.mutate} />
          ) : (
            <Values element={element} values={values} isBusy={settle.isPending} onDecide={settle.mutate} />
          )}
        </Panel>
      ))}
      {settle.isError && <Failed error={settle.error} />}
    </div>
  );
}

function Whose({ type, id }: { type: string; id: string }) {
  const { i18n } = useLingui();
  const { patient, what } = useWhose(type, id);
  return (
    <p className="lead">
      {patient && (
        <Link href={`/patients/${patient.id}`}>
          <bdi>{nameOf(patient.name)}</bdi> <bdi dir="ltr">{mrnOf(patient)}</bdi>
        </Link>
      )}{' '}
      {type !== 'Patient' && (
        <span>
          {typeWords(i18n, type)}: <bdi>{what}</bdi>
        </span>
      )}
    </p>
  );
}

interface ChoiceProps {
  values: ConflictValue[];
  isBusy: boolean;
  onDecide: (decision: Decision) => void;
}

function Values({ element, values, isBusy, onDecide }: ChoiceProps & { element: string }) {
  const { i18n } = useLingui();
  const { writes } = useAbilities();
  const texts = values.map(({ value, removed }) => (removed ? [i18n.t('(removed)')] : linesOf(i18n, value)));
  const differs = (line: string) => !texts.every((lines) => lines.includes(line));
  return (
    <div className="choices">
      {values.map((value, index) => (
        <div key={value.actor + value.atMs} className="choice">
          <div className="choice-text" dir="auto">
            {(texts[index] ?? []).map((line) =>
              differs(line) ? <strong key={line}>{line}</strong> : <span key={line}>{line}</span>,
            )}
          </div>
          <Written value={value} />
          {writes && (
            <Button
              size="compact-md"
              variant="default"
              disabled={isBusy}
              onClick={() => onDecide({ element, choose: index })}
            >
              {value.removed ? i18n.t('Remove it') : i18n.t('Keep this value')}
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}

function Deleted({ values, isBusy, onDecide }: ChoiceProps) {
  const { i18n } = useLingui();
  const { writes } = useAbilities();
  return (
    <div className="stack">
      {values.map((value) => (
        <Written key={value.actor + value.atMs} value={value} />
      ))}
      <p>{i18n.t('Somebody else changed the record without having seen that.')}</p>
      {writes && (
        <div className="form-foot">
          <Button disabled={isBusy} onClick={() => onDecide({ element: '@deleted', keep: true })}>
            {i18n.t('Keep the record')}
          </Button>
          <Button variant="default" disabled={isBusy} onClick={() => onDecide({ element: '@deleted', keep: false })}>
            {i18n.t('Delete it')}
          </Button>
        </div>
      )}
    </div>
  );
}

function Written({ value }: { value: ConflictValue }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  return (
    <p className="soft small">
      <bdi>{value.name || i18n.t('Somebody')}</bdi>, {placeWords(i18n, value)}, {showTime(Number(value.atMs), locale)}
    </p>
  );
}
