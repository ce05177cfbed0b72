import { api } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Numbers } from '../../plots/Numbers';
import { AXIS, LINE, Plot, type PlotOptions } from '../../plots/Plot';
import { Failed } from '../../problems/Failed';
import { ageOn, ageWords } from '../../time/age';
import { showDate } from '../../time/dates';
import { listWords } from '../../time/listWords';
import { useChart } from '../ChartContext';
import { LOINC, vitalName } from '../vitals/vitals';
import { type Grown, type GrowthRow, grownOf, growthWords, percentileWords, plotOf, rowsOf } from './growth';
import { PERCENTILES, percentileOf, referenceOf } from './reference';

const WEIGHT = '29463-7';
const HEIGHT = '8302-2';
const CURVES = PERCENTILES.map((percentile) => ({
  label: String(percentile),
  stroke: '#87928f',
  width: percentile === 50 ? 1.5 : 1,
  dash: percentile === 50 ? undefined : [4, 4],
  points: { show: false },
}));

/** How a child grows: weight and height by age, in words, and as a table. */
export default function Growth({ birthDate }: { birthDate: string }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const weight = usePoints(WEIGHT);
  const height = usePoints(HEIGHT);
  const weights = useMemo(() => grownOf(birthDate, weight.data?.points ?? [], 'kg'), [birthDate, weight.data]);
  const heights = useMemo(() => grownOf(birthDate, height.data?.points ?? [], 'cm'), [birthDate, height.data]);
  const failed = [weight, height].find(({ isError }) => isError);
  if (failed) return <Failed error={failed.error} retry={failed.refetch} />;
  if (weight.isPending || height.isPending) return <Skeleton height={220} />;
  const rows = rowsOf(weights, heights);
  if (rows.length === 0) return <p className="empty">{i18n.t('Not measured yet.')}</p>;
  return (
    <div className="stack">
      <Part name={vitalName(i18n, WEIGHT)} unit="kg" grown={weights} birthDate={birthDate} />
      <Part name={vitalName(i18n, HEIGHT)} unit="cm" grown={heights} birthDate={birthDate} />
      <p className="soft small">
        {i18n.t('Grey: percentiles {all} of WHO, of children born at term.', {
          all: listWords(PERCENTILES.map(String), locale),
        })}
      </p>
      <Values rows={rows} birthDate={birthDate} />
    </div>
  );
}

function usePoints(code: string) {
  const { id } = useChart();
  const full = `${LOINC}|${code}`;
  return useQuery({ queryKey: ['points', id, full], queryFn: ({ signal }) => api.points(id, full, signal) });
}

interface PartProps {
  name: string;
  unit: 'kg' | 'cm';
  grown: Grown[];
  birthDate: string;
}

/** One measurement by age, before the percentiles of WHO. */
function Part({ name, unit, grown, birthDate }: PartProps) {
  const { i18n } = useLingui();
  const { chart } = useChart();
  const sex = chart.patient.resource.gender;
  const reference = useMemo(() => referenceOf(unit, sex), [unit, sex]);
  const data = useMemo(() => plotOf(grown, reference), [grown, reference]);
  const ageLabel = i18n.t('Age in years');
  const options = useMemo<PlotOptions>(
    () => ({
      scales: { x: { time: false } },
      axes: [
        { ...AXIS, label: ageLabel },
        { ...AXIS, size: 44, label: unit },
      ],
      series: [{}, { label: name, ...LINE, spanGaps: true }, ...(reference ? CURVES : [])],
    }),
    [ageLabel, name, unit, reference],
  );
  const last = grown.at(-1);
  const percentile = reference && last && percentileOf(reference, last.age, last.value);
  return (
    <>
      {grown.length > 1 && <Plot data={data} options={options} />}
      <p>
        {growthWords(i18n, birthDate, name, unit, grown)}{' '}
        {percentile !== undefined && (
          <strong>{i18n.t('Now on percentile {percentile}.', { percentile: percentileWords(percentile) })}</strong>
        )}
      </p>
    </>
  );
}

function Values({ rows, birthDate }: { rows: GrowthRow[]; birthDate: string }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const headings = [i18n.t('When'), i18n.t('Age'), vitalName(i18n, WEIGHT), vitalName(i18n, HEIGHT)];
  return (
    <Numbers name={i18n.t('Growth')} headings={headings}>
      {rows.map(({ on, kg, cm }) => (
        <tr key={on}>
          <td className="number">{showDate(on, locale)}</td>
          <td className="end">{ageWords(i18n, ageOn(birthDate, on))}</td>
          <td className="end number" dir="ltr">
            {kg !== undefined && `${kg} kg`}
          </td>
          <td className="end number" dir="ltr">
            {cm !== undefined && `${cm} cm`}
          </td>
        </tr>
      ))}
    </Numbers>
  );
}
