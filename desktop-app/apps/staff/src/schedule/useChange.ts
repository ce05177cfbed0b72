import { type AppointmentShown, type DaySheet, type FlowStatus, refusalOf, schedule } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { troubleOf } from '../problems/words';
import { useContinuity } from '../shell/ContinuityProvider';
import { useUndoable } from '../undo/UndoProvider';
import { inWeek, withAppointment } from './patch';
import { refusalWords } from './refusalWords';
import { inStatus } from './status';

/** What goes along with a new status. */
export interface StatusExtras {
  room?: string;
  reason?: string;
  /** HL7's code of it. */
  reasonCode?: string;
}

/** Where an appointment goes. */
export interface Target {
  start: string;
  resources: string[];
  minutes?: number;
}

/** Changes appointments: seen at once, taken back if the host refuses, with a way back. */
export function useChange() {
  const client = useQueryClient();
  const { i18n } = useLingui();
  const { now } = useContinuity();
  const say = useToast();
  const tell = useUndoable();

  const show = useCallback(
    (one: AppointmentShown) => {
      client.setQueriesData<DaySheet>({ queryKey: ['schedule', 'day'] }, (day) => day && withAppointment(day, one));
      client.setQueriesData<{ days: DaySheet[] }>(
        { queryKey: ['schedule', 'week'] },
        (week) => week && inWeek(week, one),
      );
    },
    [client],
  );

  /** Shows `guess`, asks, and shows what came of it; what is refused is as it was. */
  const change = useCallback(
    async (before: AppointmentShown, guess: AppointmentShown, ask: () => Promise<AppointmentShown>) => {
      await client.cancelQueries({ queryKey: ['schedule'] });
      show(guess);
      try {
        const after = await ask();
        show(after);
        return after;
      } catch (error) {
        show(before);
        throw error;
      } finally {
        client.invalidateQueries({ queryKey: ['schedule'] });
      }
    },
    [client, show],
  );

  const complain = useCallback(
    (error: unknown, about?: string) => {
      const refusal = refusalOf(error);
      const { what, todo } = troubleOf(i18n, error);
      say({ kind: 'danger', about, text: refusal ? refusalWords(i18n, refusal) : `${what} ${todo}` });
    },
    [i18n, say],
  );

  const setStatus = useCallback(
    async (one: AppointmentShown, status: FlowStatus, text: string, extras: StatusExtras = {}) => {
      const instant = new Date(now).toISOString();
      try {
        const after = await change(one, inStatus(one, status, instant, extras.room), () =>
          schedule.status(one.id, { version: one.version, status, ...extras }),
        );
        // FHIR leads nowhere from there: who takes it back books again.
        if (status === 'cancelled') {
          say({ text });
          return after;
        }
        tell(
          text,
          () => {
            change(after, inStatus(after, one.status, instant, one.room), () =>
              schedule.status(one.id, { version: after.version, status: one.status, room: one.room, undo: true }),
            ).then(
              () => say({ about: one.id, text: i18n.t('Undone.') }),
              (error) => complain(error, one.id),
            );
          },
          one.id,
        );
        return after;
      } catch (error) {
        complain(error, one.id);
        return undefined;
      }
    },
    [change, complain, tell, say, i18n, now],
  );

  /** @throws what the host has refused. */
  const move = useCallback(
    async (one: AppointmentShown, guess: AppointmentShown, target: Target, text: string) => {
      const after = await change(one, guess, () => schedule.move(one.id, { version: one.version, ...target }));
      tell(
        text,
        () => {
          change(after, { ...one, version: after.version }, () =>
            schedule.move(one.id, { version: after.version, start: one.start, resources: one.resources }),
          ).then(
            () => say({ about: one.id, text: i18n.t('Undone.') }),
            (error) => complain(error, one.id),
          );
        },
        one.id,
      );
      return after;
    },
    [change, complain, tell, say, i18n],
  );

  return { setStatus, move, complain };
}
