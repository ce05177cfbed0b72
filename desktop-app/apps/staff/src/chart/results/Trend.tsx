import { ScrollX } from '@holdfast/ui';
import 'uplot/dist/uPlot.min.css';
import { api, type Point } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import { Failed } from '../../problems/Failed';
import { intlTag, showDate, showTime } from '../../time/dates';
import { useChart } from '../ChartContext';
import { summaryOf } from './summary';

const HEIGHT = 220;

/** The course of one measurement: a plot, what it says in words, and the numbers. */
export default function Trend({ code, name }: { code: string; name: string }) {
  const { i18n } = useLingui();
  const { id } = useChart();
  const query = useQuery({ queryKey: ['points', id, code], queryFn: ({ signal }) => api.points(id, code, signal) });
  if (query.isPending) return <Skeleton height={HEIGHT} />;
  if (query.isError) return <Failed error={query.error} retry={query.refetch} />;
  const points = [...query.data.points].sort((a, b) => new Date(a.at).getTime() - new Date(b.at).getTime());
  if (points.length === 0) return <p className="empty">{i18n.t('Not measured yet.')}</p>;
  return (
    <div className="stack">
      {points.length > 1 && <Plot points={points} name={name} />}
      <p>{summaryOf(i18n, points, name)}</p>
      <Numbers points={points} name={name} />
    </div>
  );
}

function Plot({ points, name }: { points: Point[]; name: string }) {
  const box = useRef<HTMLDivElement>(null);
  const locale = useLocale();
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const plot = new UPlot(options(element.clientWidth, name, intlTag(locale), points), dataOf(points), element);
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [points, name, locale]);
  // The words and the table below say the same; time runs from left to right in every language.
  return <div ref={box} dir="ltr" className="plot" aria-hidden="true" />;
}

function dataOf(points: Point[]): UPlot.AlignedData {
  const at = points.map((point) => new Date(point.at).getTime() / 1000);
  const column = (name: 'low' | 'high') => points.map((point) => point[name] ?? null);
  return [at, points.map(({ value }) => value), column('low'), column('high')];
}

function options(width: number, label: string, tag: string, points: Point[]): UPlot.Options {
  const day = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short', year: '2-digit' });
  const limit = { stroke: '#87928f', dash: [4, 4], width: 1, points: { show: false } };
  const axis = {
    stroke: '#525e5c',
    font: '11px system-ui, sans-serif',
    grid: { stroke: '#e6ebe9' },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: true } },
    axes: [
      { ...axis, values: (_plot, ticks) => ticks.map((tick) => day.format(tick * 1000)), space: 80 },
      { ...axis, size: 44, label: points[0]?.unit, labelSize: 16, labelFont: '11px system-ui, sans-serif' },
    ],
    series: [
      {},
      { label, stroke: '#1c6668', width: 2, points: { show: true, size: 6, fill: '#1c6668' } },
      { label: 'low', ...limit },
      { label: 'high', ...limit },
    ],
  };
}

function Numbers({ points, name }: { points: Point[]; name: string }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  return (
    <details className="numbers">
      <summary>{i18n.t('All values as a table')}</summary>
      <ScrollX label={name}>
        <table className="table">
          <caption className="unseen">{name}</caption>
          <thead>
            <tr>
              <th scope="col">{i18n.t('When')}</th>
              <th scope="col" className="end">
                {i18n.t('Value')}
              </th>
              <th scope="col" className="end">
                {i18n.t('Normal')}
              </th>
            </tr>
          </thead>
          <tbody>
            {[...points].reverse().map((point) => (
              <tr key={point.id + point.at}>
                <td className="number">
                  {point.at.length > 10 ? showTime(point.at, locale) : showDate(point.at, locale)}
                </td>
                <td className="end number" dir="ltr">
                  {point.value} {point.unit} {point.flag}
                </td>
                <td className="end number soft" dir="ltr">
                  {point.low !== undefined || point.high !== undefined ? `${point.low ?? ''}–${point.high ?? ''}` : ''}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollX>
    </details>
  );
}
