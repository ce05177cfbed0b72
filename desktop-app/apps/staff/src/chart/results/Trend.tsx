import { api, type Point } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type UPlot from 'uplot';
import { rangeText } from '../../fhir/words';
import { Numbers } from '../../plots/Numbers';
import { AXIS, LINE, Plot, type PlotOptions } from '../../plots/Plot';
import { Failed } from '../../problems/Failed';
import { intlTag, showDate, showTime } from '../../time/dates';
import { useChart } from '../ChartContext';
import { summaryOf } from './summary';

/** The course of one measurement: a plot, what it says in words, and the numbers. */
export default function Trend({ code, name }: { code: string; name: string }) {
  const { i18n } = useLingui();
  const { id } = useChart();
  const query = useQuery({ queryKey: ['points', id, code], queryFn: ({ signal }) => api.points(id, code, signal) });
  const points = useMemo(
    () => [...(query.data?.points ?? [])].sort((a, b) => new Date(a.at).getTime() - new Date(b.at).getTime()),
    [query.data],
  );
  if (query.isPending) return <Skeleton height={220} />;
  if (query.isError) return <Failed error={query.error} retry={query.refetch} />;
  if (points.length === 0) return <p className="empty">{i18n.t('Not measured yet.')}</p>;
  return (
    <div className="stack">
      {points.length > 1 && <Course points={points} name={name} />}
      <p>{summaryOf(i18n, points, name)}</p>
      <Values points={points} name={name} />
    </div>
  );
}

function Course({ points, name }: { points: Point[]; name: string }) {
  const locale = useLocale();
  const data = useMemo(() => dataOf(points), [points]);
  const options = useMemo(() => optionsOf(name, intlTag(locale), points), [name, locale, points]);
  return <Plot data={data} options={options} />;
}

function dataOf(points: Point[]): UPlot.AlignedData {
  const at = points.map((point) => new Date(point.at).getTime() / 1000);
  const column = (name: 'low' | 'high') => points.map((point) => point[name] ?? null);
  return [at, points.map(({ value }) => value), column('low'), column('high')];
}

/** More dots than this would hide the line. */
const MOST_DOTS = 60;
const LONG_MS = 3 * 365 * 86_400_000;

function optionsOf(label: string, tag: string, points: Point[]): PlotOptions {
  const [first, last] = [points[0], points.at(-1)].map((point) => new Date(point?.at ?? 0).getTime());
  const isLong = (last ?? 0) - (first ?? 0) > LONG_MS;
  const day = new Intl.DateTimeFormat(
    tag,
    isLong ? { year: 'numeric' } : { day: 'numeric', month: 'short', year: '2-digit' },
  );
  // A date in Arabic is written in its own direction, in a plot that runs from left to right.
  const written = (tick: number) => `\u2068${day.format(tick * 1000)}\u2069`;
  const limit = { stroke: '#87928f', dash: [4, 4], width: 1, points: { show: false } };
  const line = points.length > MOST_DOTS ? { ...LINE, width: 1.5, points: { show: false } } : LINE;
  return {
    scales: { x: { time: true } },
    axes: [
      { ...AXIS, values: (_plot, ticks) => ticks.map(written), space: 80 },
      { ...AXIS, size: 44, label: points[0]?.unit },
    ],
    series: [{}, { label, ...line }, { label: 'low', ...limit }, { label: 'high', ...limit }],
  };
}

function Values({ points, name }: { points: Point[]; name: string }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  return (
    <Numbers name={name} headings={[i18n.t('When'), i18n.t('Value'), i18n.t('Normal')]}>
      {[...points].reverse().map((point) => (
        <tr key={point.id + point.at}>
          <td className="number">{point.at.length > 10 ? showTime(point.at, locale) : showDate(point.at, locale)}</td>
          <td className="end number" dir="ltr">
            {point.value} {point.unit} {point.flag}
          </td>
          <td className="end number soft" dir="ltr">
            {rangeText(point.low, point.high)}
          </td>
        </tr>
      ))}
    </Numbers>
  );
}
