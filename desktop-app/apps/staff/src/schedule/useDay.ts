import { type DaySheet, followSchedule, schedule } from '@holdfast/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

/** So often a screen reads again while nothing tells it of changes. */
const FALL_BACK_MS = 5_000;
/** Changes come in bursts: a series, a node that catches up. */
const CALM_MS = 120;

/** A day of the schedule. It follows within a second what others do. */
export function useDay(date: string) {
  const isLive = useFollow(date);
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
  const isLive = useFollow(date);
  return useQuery({
    queryKey: ['schedule', 'week', date, resource],
    queryFn: ({ signal }) => schedule.week(date, resource ?? '', signal),
    enabled: resource !== undefined,
    structuralSharing: true,
    refetchInterval: isLive ? false : FALL_BACK_MS,
  });
}

/** Follows a day while somebody looks, and reads again what is shown of the schedule. Says whether the stream is there. */
function useFollow(date: string): boolean {
  const client = useQueryClient();
  const [isLive, setLive] = useState(false);
  const isSeen = useIsSeen();
  useEffect(() => {
    // A browser has six connections to a host: a window that nobody sees keeps none of them.
    if (!isSeen) return;
    let calm: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      clearTimeout(calm);
      calm = setTimeout(() => client.invalidateQueries({ queryKey: ['schedule'] }), CALM_MS);
    };
    const stop = followSchedule(date, changed, setLive);
    return () => {
      clearTimeout(calm);
      stop();
      setLive(false);
    };
  }, [date, client, isSeen]);
  return isLive;
}

function useIsSeen(): boolean {
  const [isSeen, setSeen] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setSeen(!document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return isSeen;
}
