import { api, type OpenConflict } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { nameOf } from '../fhir/words';
import { Failed } from '../problems/Failed';
import { Screen } from '../shell/Screen';
import { showTime } from '../time/dates';
import { ConflictDetail } from './ConflictDetail';
import { useWhose } from './useWhose';
import { elementWords, typeWords } from './words';

/** Records that were changed in two places at once, until somebody decides. */
export default function Conflicts({ params }: { params: { type?: string; id?: string } }) {
  const { i18n } = useLingui();
  const query = useInfiniteQuery({
    queryKey: ['conflicts'],
    queryFn: ({ pageParam }) => api.conflicts(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });
  const all = query.data?.pages.flatMap(({ conflicts }) => conflicts) ?? [];
  const records = [...new Map(all.map((one) => [`${one.type}/${one.id}`, one])).values()];
  const chosen = params.type && params.id ? { type: params.type, id: params.id } : records[0];
  return (
    <Screen title={i18n.t('Conflicts')}>
      <p className="soft lead">
        {i18n.t('Changed in two places at once. Both values are kept until somebody decides.')}
      </p>
      {query.isPending && <Skeleton height={240} />}
      {query.isError && <Failed error={query.error} retry={query.refetch} />}
      {query.isSuccess && records.length === 0 && !params.id && (
        <Panel title={i18n.t('To settle')}>
          <p>
            <Mark kind="ok">{i18n.t('None. Nothing here needs a decision.')}</Mark>
          </p>
        </Panel>
      )}
      {query.isSuccess && (records.length > 0 || params.id) && (
        <div className="with-side reversed">
          <div className="side">
            <Panel title={i18n.t('To settle')} flush>
              <ul className="rows">
                {records.map((record) => (
                  <Line
                    key={`${record.type}/${record.id}`}
                    record={record}
                    of={all}
                    isHere={record.type === chosen?.type && record.id === chosen?.id}
                  />
                ))}
              </ul>
              {records.length === 0 && <p className="empty">{i18n.t('None. Nothing here needs a decision.')}</p>}
              {query.hasNextPage && (
                <p className="panel-foot">
                  <Button size="compact-sm" variant="default" onClick={() => query.fetchNextPage()}>
                    {i18n.t('More')}
                  </Button>
                </p>
              )}
            </Panel>
          </div>
          {chosen && <ConflictDetail key={`${chosen.type}/${chosen.id}`} type={chosen.type} id={chosen.id} />}
        </div>
      )}
    </Screen>
  );
}

function Line({ record, of, isHere }: { record: OpenConflict; of: OpenConflict[]; isHere: boolean }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const elements = of
    .filter(({ type, id }) => type === record.type && id === record.id)
    .map(({ element }) => elementWords(i18n, element));
  const { patient, what } = useWhose(record.type, record.id);
  return (
    <li className={isHere ? 'chosen-row' : undefined}>
      <span>
        <Link
          href={`/conflicts/${record.type}/${record.id}`}
          className="main"
          aria-current={isHere ? 'true' : undefined}
        >
          <bdi>{nameOf(patient?.name) || typeWords(i18n, record.type)}</bdi>
        </Link>
        <br />
        <span className="small">
          {record.type !== 'Patient' && <bdi>{what || typeWords(i18n, record.type)}: </bdi>}
          {elements.join(', ')}
        </span>
      </span>
      <span className="end small soft number">{showTime(record.sinceMs, locale)}</span>
    </li>
  );
}
