import { type ResourceSetup, schedule, type WeeklyHours } from '@holdfast/api';
import { type I18n, useLingui, useLocale } from '@holdfast/i18n';
import { Mark, useToast } from '@holdfast/ui';
import { Button, NativeSelect } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { FormDialog } from '../../chart/FormDialog';
import { ClockField } from '../../forms/ClockField';
import { Failed } from '../../problems/Failed';
import { weekdayName } from '../zone';
import { faultOf, type HoursFault } from './hours';

type Row = WeeklyHours & { key: string };
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;

/** When somebody works, week by week. A break is the gap between two lines of a day. */
export function HoursForm({ one, onClose }: { one: ResourceSetup; onClose: () => void }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const client = useQueryClient();
  const say = useToast();
  const [rows, setRows] = useState<Row[]>(() => one.weekly.map((line) => ({ ...line, key: newId() })));
  const weekly = rows.map(({ key: _, ...line }) => line);
  const fault = faultOf(weekly);
  const save = useMutation({
    mutationFn: () => schedule.saveHours(one.ref, weekly),
    onSuccess: () => {
      say({ text: i18n.t('Saved: working hours of {name}', { name: one.name }) });
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['schedule'] }),
  });
  const change = (key: string, line: Partial<WeeklyHours>) =>
    setRows((all) => all.map((row) => (row.key === key ? { ...row, ...line } : row)));
  const add = () => {
    const last = rows.at(-1);
    const weekday = last ? (((last.weekday % 7) + 1) as WeeklyHours['weekday']) : 1;
    setRows([...rows, { weekday, from: last?.from ?? '08:00', to: last?.to ?? '17:00', key: newId() }]);
  };
  return (
    <FormDialog
      title={i18n.t('Working hours of {name}', { name: one.name })}
      onClose={onClose}
      onSave={() => !save.isPending && !fault && save.mutate()}
      incomplete={fault !== undefined || save.isPending}
    >
      <ul className="stack">
        {rows.map((row) => (
          <li key={row.key} className="in-line">
            <NativeSelect
              aria-label={i18n.t('Weekday')}
              value={String(row.weekday)}
              onChange={(event) =>
                change(row.key, { weekday: Number(event.currentTarget.value) as WeeklyHours['weekday'] })
              }
              data={WEEKDAYS.map((day) => ({ value: String(day), label: weekdayName(day, locale) }))}
            />
            <ClockField
              isLabelHidden
              label={i18n.t('From')}
              value={row.from}
              onChange={(from) => change(row.key, { from })}
            />
            <ClockField
              isLabelHidden
              label={i18n.t('Until')}
              value={row.to}
              onChange={(to) => change(row.key, { to })}
            />
            <button
              type="button"
              className="icon-button"
              aria-label={i18n.t('Remove {day} {from}', { day: weekdayName(row.weekday, locale), from: row.from })}
              onClick={() => setRows(rows.filter(({ key }) => key !== row.key))}
            >
              <IconTrash size={16} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={add}
        style={{ justifySelf: 'start', alignSelf: 'start' }}
      >
        {i18n.t('Add a line')}
      </Button>
      {fault && (
        <p role="status">
          <Mark kind="danger">{faultWords(i18n, fault)}</Mark>
        </p>
      )}
      {save.isError && <Failed error={save.error} />}
    </FormDialog>
  );
}

function faultWords(i18n: I18n, fault: HoursFault): string {
  const words: Record<HoursFault, string> = {
    'no-time': i18n.t('A time is missing, or is none.'),
    'ends-before': i18n.t('A line ends before it begins.'),
    overlaps: i18n.t('Two lines of one day overlap.'),
  };
  return words[fault];
}
