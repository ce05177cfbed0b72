import { type DaySheet, schedule } from '@holdfast/api';
import { useQuery } from '@tanstack/react-query';
import { useContinuity } from '../shell/ContinuityProvider';

/** So often a screen reads again while nothing tells it of changes. */
const FALL_BACK_MS = 5_000;

/** A day of the schedule. It is read again within a second of what others do: the host's state tells that something has changed. */
export function useDay(date: string) {
  const { reachable: isLive } = useContinuity();
  return useQuery<DaySheet>({
    queryKey: ['schedule', 'day', date],
    queryFn: ({ signal }) => schedule.day(date, signal),
    // There are no decimals in it, and what has not changed is not drawn again.
    structuralSharing: true,
    refetchInterval: isLive ? false : FALL_BACK_MS,
  });
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
