import { type Booking, type SeriesRule, schedule } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

/** What a series would be, asked as soon as it can be said. */
export function useSeriesPreview(id: string, booking: Booking | undefined, rule: SeriesRule | undefined) {
  return useQuery({
    queryKey: ['schedule', 'series', id, booking, rule],
    queryFn: () => schedule.series({ id, booking: booking as Booking, rule: rule as SeriesRule, dry: true }),
    enabled: booking !== undefined && rule !== undefined,
  });
}

/** Books all of a series that is free, and says how many were. */
export function useSeries(id: string, onDone: () => void) {
  const client = useQueryClient();
  const { i18n } = useLingui();
  const say = useToast();
  return useMutation({
    mutationFn: ({ booking, rule }: { booking: Booking; rule: SeriesRule }) =>
      schedule.series({ id, booking, rule, dry: false }),
    onSuccess: ({ instances }) => {
      const booked = instances.filter((one) => one.booked).length;
      const refused = instances.length - booked;
      say({
        text:
          refused === 0
            ? i18n.t('{count, plural, one {# appointment is booked.} other {# appointments are booked.}}', {
                count: booked,
              })
            : i18n.t('{booked} appointments are booked, {refused} could not be.', { booked, refused }),
      });
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['schedule'] }),
  });
}
