import { type Affected, schedule } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Panel, useToast } from '@holdfast/ui';
import { Button, Skeleton, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { DateField } from '../../forms/DateField';
import { Failed } from '../../problems/Failed';
import { today } from '../../time/dates';
import { longDay } from '../zone';
import { AffectedDialog } from './AffectedDialog';

/** Days on which the clinic is closed: nothing is offered on them. */
export function Holidays() {
  const { i18n } = useLingui();
  const locale = useLocale();
  const client = useQueryClient();
  const say = useToast();
  const holidays = useQuery({ queryKey: ['schedule', 'holidays'], queryFn: schedule.holidays });
  const [form, setForm] = useState({ date: '', name: '', no: 0 });
  const [affected, setAffected] = useState<Affected>();
  const save = useMutation({
    mutationFn: schedule.saveHolidays,
    onSuccess: ({ affected }) => {
      say({ text: i18n.t('Saved: holidays') });
      setAffected(affected);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['schedule'] }),
  });
  const all = [...(holidays.data ?? [])].sort((a, b) => a.date.localeCompare(b.date));
  const ahead = all.filter(({ date }) => date >= today());
  const isWhole = form.date.length === 10 && form.name.trim() !== '';
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!isWhole || save.isPending || !holidays.data) return;
    const others = all.filter(({ date }) => date !== form.date);
    save.mutate([...others, { date: form.date, name: form.name.trim() }]);
    setForm({ date: '', name: '', no: form.no + 1 });
  };
  return (
    <Panel title={i18n.t('Holidays')} flush>
      {holidays.isPending && <Skeleton height={120} m="sm" />}
      {holidays.isError && <Failed error={holidays.error} retry={holidays.refetch} />}
      {holidays.isSuccess && ahead.length === 0 && <p className="empty">{i18n.t('None ahead.')}</p>}
      <ul className="rows">
        {ahead.map(({ date, name }) => (
          <li key={date}>
            <bdi className="main">{name}</bdi>
            <span className="number">{longDay(date, locale)}</span>
            <span className="end">
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => save.mutate(all.filter((one) => one.date !== date))}
                aria-label={i18n.t('Remove {name}', { name })}
              >
                {i18n.t('Remove')}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      <form className="filter" onSubmit={add}>
        <DateField
          key={form.no}
          plain
          label={i18n.t('Day')}
          value={form.date}
          onChange={(date) => setForm({ ...form, date })}
        />
        <TextInput
          label={i18n.t('Name')}
          dir="auto"
          value={form.name}
          onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
        />
        <Button type="submit" variant="default" disabled={!isWhole}>
          {i18n.t('Add a holiday')}
        </Button>
      </form>
      {save.isError && <Failed error={save.error} />}
      {affected && (
        <AffectedDialog title={i18n.t('Saved: holidays')} affected={affected} onClose={() => setAffected(undefined)} />
      )}
    </Panel>
  );
}
