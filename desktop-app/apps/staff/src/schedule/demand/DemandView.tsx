import { type Demand, schedule } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { NativeSelect, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Numbers } from '../../plots/Numbers';
import { AXIS, LINE, Plot, type PlotOptions } from '../../plots/Plot';
import { Failed } from '../../problems/Failed';
import { Screen } from '../../shell/Screen';
import { intlTag, showDate } from '../../time/dates';
import { useTypes } from '../names';
import { demandWords, seriesOf, ticksOf } from './demand';
import { HourTable } from './HourTable';

/** How many come, and how many are expected: for whoever plans who works when. */
export default function DemandView(_: { rest: string[] }) {
  const { i18n } = useLingui();
  const types = useTypes();
  const [type, setType] = useState('');
  const demand = useQuery({ queryKey: ['schedule', 'demand', type], queryFn: () => schedule.demand(type) });
  return (
    <Screen
      title={i18n.t('Demand')}
      actions={
        <NativeSelect
          size="xs"
          aria-label={i18n.t('Type')}
          value={type}
          onChange={(event) => setType(event.currentTarget.value)}
          data={[
            { value: '', label: i18n.t('All types') },
            ...(types.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      }
    >
      {demand.isPending && <Skeleton height={300} />}
      {demand.isError && <Failed error={demand.error} retry={demand.refetch} />}
      {demand.data && (
        <>
          <Panel title={i18n.t('Visits a week')}>
            <Weeks demand={demand.data} />
          </Panel>
          <Panel title={i18n.t('By weekday and hour')} flush>
            <HourTable byHour={demand.data.byHour} />
          </Panel>
        </>
      )}
    </Screen>
  );
}

function Weeks({ demand }: { demand: Demand }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const data = useMemo(() => seriesOf(demand), [demand]);
  const options = useMemo(() => optionsOf(intlTag(locale)), [locale]);
  const isKnown = demand.history.length > 1;
  return (
    <div className="stack">
      {isKnown && <Plot data={data} options={options} />}
      <p>{demandWords(i18n, demand)}</p>
      {isKnown && <p className="soft small">{i18n.t('Full line: as it was. Dashed: expected, between its bounds.')}</p>}
      <Numbers
        name={i18n.t('Visits a week')}
        headings={[i18n.t('Week from'), i18n.t('Visits'), i18n.t('Expected between')]}
      >
        {[...demand.forecast].reverse().map(({ week, value, low, high }) => (
          <tr key={week}>
            <td className="number">{showDate(week, locale)}</td>
            <td className="end number">{i18n.t('about {value}', { value: Math.round(value) })}</td>
            <td className="end number" dir="ltr">
              {Math.round(low)}–{Math.round(high)}
            </td>
          </tr>
        ))}
        {[...demand.history].reverse().map(({ week, value }) => (
          <tr key={week}>
            <td className="number">{showDate(week, locale)}</td>
            <td className="end number">{value}</td>
            <td />
          </tr>
        ))}
      </Numbers>
    </div>
  );
}

function optionsOf(tag: string): PlotOptions {
  const day = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  // A date in Arabic is written in its own direction, in a plot that runs from left to right.
  const written = (tick: number) => `\u2068${day.format(tick * 1000)}\u2069`;
  const bound = { stroke: '#87928f', dash: [4, 4], width: 1, points: { show: false } };
  return {
    scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, high * 1.1] } },
    axes: [
      // A tick stands at the Monday of a week, as the values do.
      {
        ...AXIS,
        size: 28,
        splits: ({ data: [weeks], width }) => ticksOf([...weeks], width),
        values: (_plot, ticks) => ticks.map(written),
      },
      { ...AXIS, size: 44 },
    ],
    series: [
      {},
      { label: 'was', ...LINE, points: { show: false } },
      { label: 'expected', ...LINE, dash: [8, 4], points: { show: false } },
      { label: 'low', ...bound },
      { label: 'high', ...bound },
    ],
  };
}
