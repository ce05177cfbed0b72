/**
 * Watches in the page until something is painted. Answers once it watches, with what waits for the end: how many milliseconds that
 * was after the next key, or, with `since` (by the clock of the machine), after that.
 */
export async function watch(page, what, text, since) {
  await page.evaluate(begin, { what, text, since });
  return () => page.evaluate(() => window.painted);
}

/** Runs in the page; holds nothing from outside. */
function begin({ what, text, since }) {
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
    // Another day than that: what is seen of it first, or that nobody works.
    day: () =>
      document.querySelector('h1')?.textContent !== text &&
      !document.querySelector('.mantine-Skeleton-root') &&
      document.querySelector('.block, .day-sheet .empty'),
    vital: () => [...document.querySelectorAll('.vitals dd')].some((one) => one.textContent?.includes(text)),
  }[what];
  window.painted = new Promise((done, fail) => {
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
    // A letter that no key has, such as á, comes as text alone.
    const first = new AbortController();
    for (const kind of ['keydown', 'beforeinput'])
      addEventListener(kind, press, { capture: true, signal: first.signal });
    function press({ timeStamp }) {
      first.abort();
      look(timeStamp);
    }
  });
}
