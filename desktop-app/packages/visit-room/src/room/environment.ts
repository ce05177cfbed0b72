// What the browser notices of network, sleep and attention. Each is only a hint to look at once.

const TICK_MS = 1_000;
/** No timer is late by so much, not even in a page behind others. */
const SLEPT_MS = 4_000;

type Connection = { addEventListener?: (type: 'change', listener: () => void) => void } & Partial<EventTarget>;

/** Calls back when it is worth to look whether everything still flows. Gives back what ends it. */
export function watchEnvironment(nudge: () => void, tick: () => void): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  addEventListener('online', nudge, { signal });
  addEventListener('offline', tick, { signal });
  addEventListener('pageshow', nudge, { signal });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && nudge(), { signal });
  const connection = (navigator as Navigator & { connection?: Connection }).connection;
  connection?.addEventListener?.('change', nudge);
  let lastMs = Date.now();
  const timer = setInterval(() => {
    const nowMs = Date.now();
    if (nowMs - lastMs > TICK_MS + SLEPT_MS) nudge();
    lastMs = nowMs;
    tick();
  }, TICK_MS);
  return () => {
    stop.abort();
    clearInterval(timer);
    connection?.removeEventListener?.('change', nudge);
  };
}

/** Keeps the screen awake while a visit runs, where the browser can. Gives back what ends it. */
export function stayAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let isOver = false;
  const take = () => {
    if (isOver || document.visibilityState !== 'visible') return;
    navigator.wakeLock
      ?.request('screen')
      .then((taken) => {
        if (isOver) taken.release().catch(() => undefined);
        else lock = taken;
      })
      .catch(() => undefined);
  };
  take();
  document.addEventListener('visibilitychange', take);
  return () => {
    isOver = true;
    document.removeEventListener('visibilitychange', take);
    lock?.release().catch(() => undefined);
  };
}

const DEVICE_KEY = 'holdfast-visit-device';

/** This tab's random id: a reload keeps it. */
export function deviceId(make: () => string): string {
  try {
    const known = sessionStorage.getItem(DEVICE_KEY);
    if (known) return known;
    const id = make();
    sessionStorage.setItem(DEVICE_KEY, id);
    return id;
  } catch {
    // Without storage a reload is another device.
    return make();
  }
}
