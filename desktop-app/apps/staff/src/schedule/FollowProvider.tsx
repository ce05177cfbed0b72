import { followSchedule } from '@holdfast/api';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useState } from 'react';

/** Changes come in bursts: a series, a node that catches up. */
const CALM_MS = 120;

const Context = createContext(false);

/** Whether the screen is told of changes; else it has to ask. */
export const useIsLive = () => use(Context);

/** Follows the day that is shown, for everything below: one stream, however many read of that day. */
export function FollowProvider({ date, children }: { date: string; children: ReactNode }) {
  return <Context value={useFollow(date)}>{children}</Context>;
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
