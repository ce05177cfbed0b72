import { api } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark, Panel } from '@holdfast/ui';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Failed } from '../problems/Failed';
import { becauseWords } from './becauseWords';
import { HitLine } from './HitLine';
import { likelyQuery, type Registration } from './registration';

const PAUSE_MS = 150;
/** From here on the same person is more likely than not. */
const STRONG = 0.8;

/** Patients who may be the one that is being registered. */
export function Likely({ form }: { form: Registration }) {
  const { i18n } = useLingui();
  const asked = likelyQuery(form);
  const [query] = useDebouncedValue(asked === null ? '' : JSON.stringify(asked), PAUSE_MS);
  const found = useQuery({
    queryKey: ['likely', query],
    queryFn: ({ signal }) => api.likelyPatients(JSON.parse(query), signal),
    enabled: query !== '',
    placeholderData: keepPreviousData,
  });
  const patients = query === '' ? [] : (found.data?.patients ?? []);
  return (
    <Panel title={i18n.t('Already here?')} flush className="side">
      <div role="status">
        {patients.length === 0 && !found.isError && (
          <p className="empty">
            {query === ''
              ? i18n.t('Those who may be the same person appear here while you type.')
              : i18n.t('Nobody like this is registered.')}
          </p>
        )}
        {patients.length > 0 && (
          <p className="unseen">
            {i18n.t(
              '{count, plural, one {# patient may be the same person.} other {# patients may be the same person.}}',
              { count: patients.length },
            )}
          </p>
        )}
      </div>
      {found.isError && <Failed error={found.error} retry={found.refetch} />}
      <ul className="rows">
        {patients.map((hit) => (
          <li key={hit.id}>
            <Link href={`/patients/${hit.id}`} className="plain-link">
              <HitLine hit={hit} />
              <span className="soft small">
                {hit.likeness >= STRONG ? (
                  <Mark kind="warn">{i18n.t('Very likely the same person')}</Mark>
                ) : (
                  <Mark kind="off">{i18n.t('Perhaps the same person')}</Mark>
                )}
                {hit.because.length > 0 && ` · ${hit.because.map((one) => becauseWords(i18n, one)).join(', ')}`}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
