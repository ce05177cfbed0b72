import type { DayResource, DaySheet, FlowStatus } from '@holdfast/api';
import { type I18n, useLingui, useLocale } from '@holdfast/i18n';
import { NativeSelect, Skeleton } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Failed } from '../../problems/Failed';
import { DayNav } from '../DayNav';
import { HeadActions } from '../HeadActions';
import { languageNames } from '../languageNames';
import { Notices } from '../Notices';
import { singly } from '../places';
import { roleName } from '../roleName';
import { isHere } from '../status';
import { useDay } from '../useDay';
import { longDay } from '../zone';
import { columnOf, isAtWork } from './columns';
import { DayGrid } from './DayGrid';
import { useDayActions } from './useDayActions';

type Kind = 'practitioners' | 'places';

interface Props {
  date: string;
  kind: Kind;
  onDate: (date: string) => void;
}

/** A day of the clinic, of those who work in it or of its rooms. */
export function DaySheetView({ date, kind, onDate }: Props) {
  const locale = useLocale();
  const day = useDay(date);
  const sheet = day.data;
  const [choice, setChoice] = useState<Choice>('at-work');
  const all = useMemo(
    () => (sheet?.resources ?? []).filter((one) => (one.kind === 'practitioner') === (kind === 'practitioners')),
    [sheet, kind],
  );
  return (
    <div className="screen fill">
      <div className="stack">
        <div className="schedule-head">
          <h1>{longDay(date, locale)}</h1>
          <DayNav date={date} onChange={onDate} />
          <WhoIsShown all={all} kind={kind} value={choice} onChange={setChoice} />
          {sheet && <Counts sheet={sheet} />}
          <HeadActions date={date} sheet={sheet} />
        </div>
        {sheet && <Notices sheet={sheet} />}
      </div>
      {day.isPending && <Skeleton height={420} />}
      {day.isError && !sheet && <Failed error={day.error} retry={day.refetch} />}
      {sheet && <Sheet key={date} sheet={sheet} all={all} choice={choice} />}
    </div>
  );
}

/** How the day stands, in one line. */
function Counts({ sheet: { appointments } }: { sheet: DaySheet }) {
  const { i18n } = useLingui();
  const count = (is: (status: FlowStatus) => boolean) => singly(appointments).filter(({ status }) => is(status)).length;
  const booked = count((status) => status === 'booked');
  const done = count((status) => status === 'done');
  return (
    <p className="soft small number">
      {i18n.t('{booked} booked · {here} here · {done} done', { booked, here: count(isHere), done })}
    </p>
  );
}

/** Who is shown: those at work, everybody, or those of one role. */
type Choice = 'at-work' | 'all' | `role:${string}`;

interface ChoiceProps {
  all: DayResource[];
  kind: Kind;
  value: Choice;
  onChange: (choice: Choice) => void;
}

function WhoIsShown({ all, kind, value, onChange }: ChoiceProps) {
  const { i18n } = useLingui();
  const roles = [...new Set(all.map(roleOf).filter((role) => role !== undefined))];
  return (
    <NativeSelect
      className="no-print"
      size="xs"
      aria-label={i18n.t('Who is shown')}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as Choice)}
      data={[
        { value: 'at-work', label: kind === 'places' ? i18n.t('Those in use') : i18n.t('Those at work') },
        { value: 'all', label: i18n.t('All') },
        ...roles.map((role) => ({ value: `role:${role}`, label: roleName(i18n, role) })),
      ]}
    />
  );
}

function Sheet({ sheet, all, choice }: { sheet: DaySheet; all: DayResource[]; choice: Choice }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { actions, canChange, dialog } = useDayActions();
  const columns = useMemo(
    () =>
      all
        .filter((one) => isChosen(sheet, one, choice))
        .map((one) => columnOf(sheet, one, one.name, detailOf(i18n, one, locale))),
    [sheet, all, choice, i18n, locale],
  );
  return (
    <div className="day-sheet">
      {columns.length === 0 ? (
        <p className="empty panel">
          {all.length === 0
            ? i18n.t('Nobody is set up yet. A manager adds working hours under “Set-up”.')
            : i18n.t('Nobody works on this day. Choose “All” to see everybody.')}
        </p>
      ) : (
        <DayGrid label={i18n.t('Day sheet')} columns={columns} canChange={canChange} actions={actions} />
      )}
      {dialog}
    </div>
  );
}

/** What somebody is here for. The codes of rooms and equipment are none of the clinic's words. */
function roleOf({ kind, role }: DayResource): string | undefined {
  return kind === 'practitioner' ? role : undefined;
}

function isChosen(sheet: DaySheet, one: DayResource, choice: Choice): boolean {
  if (choice === 'all') return true;
  if (choice === 'at-work') return isAtWork(sheet, one);
  return `role:${roleOf(one)}` === choice;
}

function detailOf(i18n: I18n, one: DayResource, locale: string): string {
  const kinds = { practitioner: '', room: i18n.t('Room'), equipment: i18n.t('Equipment') };
  const role = roleOf(one);
  return [role ? roleName(i18n, role) : kinds[one.kind], languageNames(one.languages, locale)]
    .filter(Boolean)
    .join(' · ');
}
