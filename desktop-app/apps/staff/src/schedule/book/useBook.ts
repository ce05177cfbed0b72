import { type AppointmentShown, type Booking, schedule } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useUndoable } from '../../undo/UndoProvider';
import { titleOf } from '../names';
import { useChange } from '../useChange';

/** Books, says what came of it, and can take it back. */
export function useBook(onDone: () => void) {
  const client = useQueryClient();
  const { i18n } = useLingui();
  const say = useToast();
  const tell = useUndoable();
  const { complain } = useChange();
  const takeBack = (one: AppointmentShown) => () => {
    schedule
      .status(one.id, { version: one.version, status: 'cancelled', reasonCode: 'oth-err' })
      .then(() => say({ text: i18n.t('Undone.') }), complain)
      .finally(() => client.invalidateQueries({ queryKey: ['schedule'] }));
  };
  return useMutation({
    mutationFn: (booking: Booking) => schedule.book(booking),
    onSuccess: (one) => {
      const name = titleOf(i18n, one);
      const text =
        one.status === 'requested'
          ? i18n.t('A request for {name} is filed. It is answered when the node is back.', { name })
          : one.walkIn
            ? i18n.t('{name} has arrived.', { name })
            : i18n.t('{name} is booked.', { name });
      tell(text, takeBack(one));
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['schedule'] }),
  });
}
