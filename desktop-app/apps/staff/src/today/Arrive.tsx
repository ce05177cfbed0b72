import { type Appointment, api } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { troubleOf } from '../problems/words';
import { useAbilities } from '../session/SessionContext';
import { useUndoable } from '../undo/UndoProvider';
import type { Visit } from './day';

/** Says that somebody is here, with a way back: names stand close to one another. */
export function Arrive({ visit: { appointment, name } }: { visit: Visit }) {
  const { i18n } = useLingui();
  const { writes } = useAbilities();
  const client = useQueryClient();
  const say = useToast();
  const tell = useUndoable();
  const about = `arrived ${appointment?.id}`;
  const complain = (error: unknown) => {
    const { what, todo } = troubleOf(i18n, error);
    say({ kind: 'danger', about, text: `${what} ${todo}` });
  };
  const readAgain = () => client.invalidateQueries({ queryKey: ['today'] });
  const arrive = useMutation({
    mutationFn: (booked: Appointment) => saveAs(booked, 'arrived', booked.meta?.versionId),
    onSuccess: ({ version }, booked) =>
      tell(
        i18n.t('{name} has arrived.', { name }),
        () => {
          saveAs(booked, booked.status, version)
            .then(() => say({ about, text: i18n.t('Undone.') }), complain)
            .finally(readAgain);
        },
        about,
      ),
    onError: complain,
    onSettled: readAgain,
  });
  if (appointment?.status !== 'booked' || !appointment.id || !writes) return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={arrive.isPending}
      onClick={() => arrive.mutate(appointment)}
      aria-label={i18n.t('{name} has arrived', { name })}
    >
      {i18n.t('Arrived')}
    </Button>
  );
}

function saveAs(appointment: Appointment, status: Appointment['status'], version: string | undefined) {
  return api.save({ ...appointment, id: appointment.id ?? '', status }, version);
}
