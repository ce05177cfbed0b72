import { useEffect, useRef } from 'react';

/** Sent by a part of the app that knows somebody to be there, as a visit does: who talks to a patient touches nothing. */
export const PRESENT = 'holdfast-present';

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', PRESENT] as const;
const CHECK_MS = 5_000;

/** Calls back once nobody has touched the device for so long. By the clock, so that a sleeping computer counts as idle. */
export function useIdle(afterMs: number, onIdle: () => void, enabled: boolean): void {
  const latest = useRef(onIdle);
  latest.current = onIdle;
  useEffect(() => {
    if (!enabled) return;
    let touched = Date.now();
    const touch = () => {
      touched = Date.now();
    };
    const check = () => {
      if (Date.now() - touched >= afterMs) latest.current();
    };
    for (const sign of SIGNS) addEventListener(sign, touch, { passive: true });
    const timer = setInterval(check, CHECK_MS);
    return () => {
      clearInterval(timer);
      for (const sign of SIGNS) removeEventListener(sign, touch);
    };
  }, [afterMs, enabled]);
}
