import { type DaySheet, schedule } from '@holdfast/api';
import { type I18n, useLingui } from '@holdfast/i18n';
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useContinuity } from '../shell/ContinuityProvider';

/** So often a screen reads again while nothing tells it of changes. */
const FALL_BACK_MS = 5_000;

/** A day of the schedule. It is read again within a second of what others do: the host's state tells that something has changed. */
export function useDay(date: string) {
  const { i18n } = useLingui();
  const { reachable: isLive } = useContinuity();
  const select = useCallback((sheet: DaySheet) => namingWhoIsGone(i18n, sheet), [i18n]);
  return useQuery<DaySheet>({
    select,
    queryKey: ['schedule', 'day', date],
    queryFn: ({ signal }) => schedule.day(date, signal),
    // There are no decimals in it, and what has not changed is not drawn again.
    structuralSharing: true,
    refetchInterval: isLive ? false : FALL_BACK_MS,
  });
}

/** Nothing is known any more of whoever was deleted; their patients are still on the sheet. */
function namingWhoIsGone(i18n: I18n, sheet: DaySheet): DaySheet {
  if (!sheet.resources.some(({ gone }) => gone)) return sheet;
  const resources = sheet.resources.map((one) =>
    one.gone ? { ...one, name: i18n.t('No longer here: book these anew') } : one,
  );
  return { ...sheet, resources };
}

/** The seven days of a resource's week. */
export function useWeek(date: string, resource: string | undefined) {
  const { reachable: isLive } = useContinuity();
  return useQuery({
    queryKey: ['schedule', 'week', date, resource],
    queryFn: ({ signal }) => schedule.week(date, resource ?? '', signal),
    enabled: resource !== undefined,
    structuralSharing: true,
    refetchInterval: isLive ? false : FALL_BACK_MS,
  });
}
