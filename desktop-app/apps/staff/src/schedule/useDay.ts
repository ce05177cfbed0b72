import { type DaySheet, schedule } from '@holdfast/api';
import { useQuery } from '@tanstack/react-query';
import { useIsLive } from './FollowProvider';

/** So often a screen reads again while nothing tells it of changes. */
const FALL_BACK_MS = 5_000;

/** A day of the schedule. It follows within a second what others do. */
export function useDay(date: string) {
  const isLive = useIsLive();
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
  const isLive = useIsLive();
  return useQuery({
    queryKey: ['schedule', 'week', date, resource],
    queryFn: ({ signal }) => schedule.week(date, resource ?? '', signal),
    enabled: resource !== undefined,
    structuralSharing: true,
    refetchInterval: isLive ? false : FALL_BACK_MS,
  });
}
