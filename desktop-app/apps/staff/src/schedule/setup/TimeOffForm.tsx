import { schedule, type TimeOff } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { FormDialog } from '../../chart/FormDialog';
import { ClockField } from '../../forms/ClockField';
import { DateField } from '../../forms/DateField';
import { Failed } from '../../problems/Failed';
import { today } from '../../time/dates';
import { useResources } from '../names';
import { useDay } from '../useDay';
import { daysLater, instantAt, timeAt } from '../zone';
import { AffectedDialog } from './AffectedDialog';
import { AffectedList } from './AffectedList';

/** When somebody is away, beside their working hours. What is booked in that time stays, and is shown. */
export function TimeOffForm({ resource, onClose }: { resource: string; onClose: () => void }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const client = useQueryClient();
  const say = useToast();
  const one = useResources().data?.find(({ ref }) => ref === resource);
  const zone = useDay(today()).data?.timeZone;
  const [id] = useState(newId);
  const [form, setForm] = useState({ from: today(), fromClock: '00:00', until: today(), untilClock: '24:00', why: '' });
  const off = zone && offOf(id, form, zone);
  const saved = i18n.t('Saved: time off of {name}', { name: one?.name ?? '' });
  const span = zone && spanOf(form, zone);
  // What lies in it is seen before it is saved, while somebody can still choose other days.
  const inIt = useQuery({
    queryKey: ['schedule', 'affected', resource, span],
    queryFn: ({ signal }) => schedule.affected({ resource, ...span }, signal),
    enabled: Boolean(span),
  });
  const settled = () => client.invalidateQueries({ queryKey: ['schedule'] });
  const save = useMutation({
    mutationFn: (given: TimeOff) => schedule.takeOff(resource, given),
    onSuccess: ({ affected }) => {
      say({ text: saved });
      if (!affected) onClose();
    },
    onSettled: settled,
  });
  const end = useMutation({
    mutationFn: (given: string) => schedule.endTimeOff(resource, given),
    onSuccess: () => say({ text: i18n.t('The time off is taken back.') }),
    onSettled: settled,
  });
  const set = (change: Partial<typeof form>) => setForm({ ...form, ...change });
  if (save.data?.affected) return <AffectedDialog title={saved} affected={save.data.affected} onClose={onClose} />;
  return (
    <FormDialog
      title={i18n.t('Time off of {name}', { name: one?.name ?? '' })}
      onClose={onClose}
      onSave={() => off && !save.isPending && save.mutate(off)}
      incomplete={!off || save.isPending}
    >
      <TextInput
        label={i18n.t('Why')}
        dir="auto"
        data-autofocus
        value={form.why}
        onChange={(event) => set({ why: event.currentTarget.value })}
      />
      <div className="in-line">
        <DateField plain label={i18n.t('From')} value={form.from} onChange={(from) => set({ from })} />
        <ClockField label={i18n.t('Time')} value={form.fromClock} onChange={(fromClock) => set({ fromClock })} />
      </div>
      <div className="in-line">
        <DateField plain label={i18n.t('Until')} value={form.until} onChange={(until) => set({ until })} />
        <ClockField label={i18n.t('Time')} value={form.untilClock} onChange={(untilClock) => set({ untilClock })} />
      </div>
      {zone && <AffectedList affected={inIt.data} timeZone={zone} />}
      {one && one.timeOff.length > 0 && (
        <ul className="rows panel">
          {one.timeOff.map(({ id: known, from, until, why }) => (
            <li key={known}>
              <bdi className="main">{why}</bdi>
              <span className="number">{zone && `${timeAt(from, zone, locale)} – ${timeAt(until, zone, locale)}`}</span>
              <span className="end">
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => end.mutate(known)}
                  aria-label={i18n.t('Take back: {why}', { why })}
                >
                  {i18n.t('Take back')}
                </Button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {(save.error ?? end.error) && <Failed error={save.error ?? end.error} />}
    </FormDialog>
  );
}

interface OffFields {
  from: string;
  fromClock: string;
  until: string;
  untilClock: string;
  why: string;
}

/** The time off of a form, with instants of the clinic. Nothing while it has no beginning, no end or no reason. */
function offOf(id: string, form: OffFields, zone: string): TimeOff | undefined {
  const span = spanOf(form, zone);
  return span && form.why.trim() ? { id, ...span, why: form.why.trim() } : undefined;
}

function spanOf(form: OffFields, zone: string): Pick<TimeOff, 'from' | 'until'> | undefined {
  if (form.from.length < 10 || form.until.length < 10) return undefined;
  const [from, until] = [instant(form.from, form.fromClock, zone), instant(form.until, form.untilClock, zone)];
  return from && until && from < until ? { from, until } : undefined;
}

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;

function instant(date: string, clock: string, zone: string): string | undefined {
  if (clock === '24:00') return instantAt(daysLater(date, 1), '00:00', zone);
  return CLOCK.test(clock) ? instantAt(date, clock, zone) : undefined;
}
