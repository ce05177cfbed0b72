/**
 * Waits in the page until something is painted, and tells how many milliseconds that was after the next key; with `since` (by the
 * clock of the machine), after that. Resolves once it is watched for, so that the key cannot come too early.
 */
export function shown(page, what, text, since) {
  return page.evaluate(watch, { what, text, since });
}

/** Runs in the page; holds nothing from outside. */
export function watch({ what, text, since }) {
  const isThere = {
    search: () => {
      const box = document.querySelector('.search');
      return box?.getAttribute('aria-busy') === 'false' && box.querySelector('input')?.value.trim() === text;
    },
    chart: () =>
      document.querySelector('h1')?.textContent?.includes(text) &&
      document.querySelector('.chart-head') &&
      document.querySelector('.vitals') &&
      !document.querySelector('.mantine-Skeleton-root'),
    vital: () => [...document.querySelectorAll('.vitals dd')].some((one) => one.textContent?.includes(text)),
  }[what];
  return new Promise((done, fail) => {
    const limit = setTimeout(() => fail(new Error(`never painted: ${what} ${text}`)), 30_000);
    const from = since === undefined ? undefined : since - performance.timeOrigin;
    const look = (start) => {
      if (!isThere()) return requestAnimationFrame(() => look(start));
      // What stands in the document now is painted with this frame; a task after it runs when it is on the screen.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          clearTimeout(limit);
          done(performance.now() - start);
        };
        port2.postMessage(0);
      });
    };
    if (from !== undefined) return look(from);
    addEventListener('keydown', ({ timeStamp }) => look(timeStamp), { once: true, capture: true });
  });
}
