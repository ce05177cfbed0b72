import { api, type Observation, path } from '@holdfast/api';
import { useQuery } from '@tanstack/react-query';
import { resourcesOf } from '../../fhir/merged';
import { useContinuity } from '../../shell/ContinuityProvider';
import { nowInstant } from '../../time/dates';
import { useChart } from '../ChartContext';
import { isInError } from '../placeInChart';
import { aheadOf, LOINC, type Measurement, newestOf } from './vitals';

/** So many may have been taken back before one that holds. */
const TRIES = 5;

/** The last value of each vital sign. Of one that is dated in the future the host gives that alone, so what was before it is asked for. */
export function useLatestVitals(shown: readonly string[]) {
  const { id, chart } = useChart();
  const { now } = useContinuity();
  const { latest, news2 } = chart.vitals;
  const ahead = aheadOf(latest, shown, now);
  const hidden = ahead.map(({ code }) => code);
  const before = useQuery({
    queryKey: ['chart', id, 'not-ahead', hidden],
    queryFn: ({ signal }) => Promise.all(hidden.map((code) => newestUntilNow(id, code, signal))),
    enabled: hidden.length > 0,
  });
  const known: Measurement[] = [...latest, ...(before.data ?? []).flat()];
  return {
    of: (code: string) => newestOf(known, code, now),
    /** Those that are dated in the future, by code. */
    aheadOf: (code: string) => ahead.find((one) => one.code === code)?.record,
    isEmpty: latest.length === 0,
    // A score that is made of what has not been yet says nothing of now.
    news2: hidden.length > 0 ? undefined : news2,
    hasAhead: hidden.length > 0,
  };
}

async function newestUntilNow(patient: string, code: string, signal: AbortSignal): Promise<Measurement[]> {
  const asked = { patient, code: `${LOINC}|${code}`, date: `le${nowInstant()}`, _sort: '-date', _count: TRIES };
  const found = resourcesOf(await api.search<Observation>(path('Observation', asked), signal));
  return found.filter((one) => !isInError(one)).map((resource) => ({ resource }));
}
