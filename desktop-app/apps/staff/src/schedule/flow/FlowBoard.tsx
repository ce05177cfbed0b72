import './flow.css';
import type { DaySheet } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { NativeSelect, Skeleton, useDirection } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { Failed } from '../../problems/Failed';
import { today } from '../../time/dates';
import { DayNav } from '../DayNav';
import { HeadActions } from '../HeadActions';
import { Notices } from '../Notices';
import { statusWords } from '../status';
import { useDay } from '../useDay';
import { columnsOf } from './board';
import { FlowCard } from './FlowCard';

/** Where everybody is: from booked to done, with how long they wait and in which room. */
export default function FlowBoard({ rest: [date = today()] }: { rest: string[] }) {
  const { i18n } = useLingui();
  const [, go] = useLocation();
  const [who, setWho] = useState('');
  const day = useDay(date);
  const sheet = day.data;
  return (
    <div className="screen fill">
      <div className="stack">
        <div className="schedule-head">
          <h1>{i18n.t('Flow board')}</h1>
          <DayNav date={date} onChange={(to) => go(`/schedule/flow/${to}`)} />
          {sheet && (
            <NativeSelect
              size="xs"
              className="no-print"
              aria-label={i18n.t('Who is shown')}
              value={who}
              onChange={(event) => setWho(event.currentTarget.value)}
              data={[
                { value: '', label: i18n.t('All') },
                ...sheet.resources
                  .filter(({ kind }) => kind === 'practitioner')
                  .map(({ ref, name }) => ({ value: ref, label: name })),
              ]}
            />
          )}
          <HeadActions date={date} sheet={sheet} />
        </div>
        {sheet && <Notices sheet={sheet} />}
      </div>
      {day.isPending && <Skeleton height={420} />}
      {day.isError && !sheet && <Failed error={day.error} retry={day.refetch} />}
      {sheet && <Board sheet={sheet} who={who || undefined} />}
    </div>
  );
}

function Board({ sheet, who }: { sheet: DaySheet; who: string | undefined }) {
  const { i18n } = useLingui();
  const { dir } = useDirection();
  const columns = columnsOf(sheet.appointments, who);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows go between the buttons of the cards, which all can be reached by Tab.
    <div className="flow" onKeyDown={(event) => walk(event, dir === 'rtl')}>
      {columns.map(({ step, cards, more }) => (
        <section key={step} className="flow-column" aria-label={statusWords(i18n, step)}>
          <h2>
            {statusWords(i18n, step)} <span className="soft number">{cards.length + more}</span>
          </h2>
          <ul>
            {cards.map((one) => (
              <FlowCard key={one.id} one={one} sheet={sheet} />
            ))}
          </ul>
          {cards.length === 0 && <p className="soft small">{i18n.t('Nobody')}</p>}
          {more > 0 && (
            <p className="soft small">{i18n.t('{count, plural, one {# more} other {# more}}', { count: more })}</p>
          )}
        </section>
      ))}
    </div>
  );
}

/** An arrow goes to the next card's button, or to the same height of the next column that has one. */
function walk(event: KeyboardEvent<HTMLElement>, isRtl: boolean) {
  const at = (event.target as HTMLElement).closest<HTMLElement>('.flow-card');
  if (!at || !(event.target instanceof HTMLButtonElement)) return;
  const columns = [...event.currentTarget.querySelectorAll('.flow-column')].map((column) => [
    ...column.querySelectorAll<HTMLElement>('.flow-card'),
  ]);
  const column = columns.findIndex((cards) => cards.includes(at));
  const row = columns[column]?.indexOf(at) ?? 0;
  const on = isRtl ? -1 : 1;
  const aside: Record<string, number> = { ArrowLeft: -on, ArrowRight: on };
  const along: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 };
  let to: HTMLElement | undefined;
  if (along[event.key]) to = columns[column]?.[row + (along[event.key] ?? 0)];
  const step = aside[event.key];
  for (let next = column + (step ?? 0); step && !to && columns[next]; next += step) {
    to = columns[next]?.[Math.min(row, (columns[next]?.length ?? 0) - 1)];
  }
  if (!to) return;
  event.preventDefault();
  to.querySelector<HTMLElement>('.flow-step, button')?.focus();
}
