import { type Continuity, followContinuity } from '@holdfast/api';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from 'react';

interface State {
  report?: Continuity;
  /** Whether the host of this app answers. */
  reachable: boolean;
  /** Now, by the host's clock, in Unix milliseconds; it moves on each minute. */
  now: number;
  /** The host's clock less that of this computer, in milliseconds. */
  offset: number;
}

const Context = createContext<State>({ reachable: true, now: Date.now(), offset: 0 });
export const useContinuity = () => use(Context);

const TICK_MS = 20_000;
/** What others have written comes in bursts while a link catches up. */
const CALM_MS = 200;

/** Follows the host's state for everything below, and reads again what is on the screen when records have changed. */
export function ContinuityProvider({ active, children }: { active: boolean; children: ReactNode }) {
  const client = useQueryClient();
  const [news, setNews] = useState<{ report?: Continuity; reachable: boolean; offset: number }>({
    reachable: true,
    offset: 0,
  });
  const [tick, setTick] = useState(Date.now);
  const seen = useRef<string>(undefined);

  useEffect(() => {
    if (!active) return;
    const stop = new AbortController();
    let calm: ReturnType<typeof setTimeout> | undefined;
    followContinuity(({ report, reachable }) => {
      setNews((last) => ({
        report: report ?? last.report,
        reachable,
        offset: report ? report.nowMs - Date.now() : last.offset,
      }));
      if (!report) return;
      // Each record says where it is saved: that changes with what others write, and once all is sent.
      const state = `${report.changes} ${report.unsent === 0}`;
      if (seen.current !== undefined && seen.current !== state) {
        clearTimeout(calm);
        calm = setTimeout(() => client.invalidateQueries({ predicate: isOfRecords }), CALM_MS);
      }
      seen.current = state;
    }, stop.signal);
    return () => {
      clearTimeout(calm);
      stop.abort();
    };
  }, [active, client]);

  useEffect(() => {
    const timer = setInterval(() => setTick(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);

  const state = useMemo(() => ({ ...news, now: Math.max(tick, Date.now()) + news.offset }), [news, tick]);
  return <Context value={state}>{children}</Context>;
}

const OF_RECORDS = new Set(['chart', 'today', 'conflicts', 'conflict', 'points', 'people', 'review', 'schedule']);
const isOfRecords = ({ queryKey }: { queryKey: readonly unknown[] }) => OF_RECORDS.has(String(queryKey[0]));
