import { useEffect, useState } from 'preact/hooks';

const RETRY_MS = 1_500;

/** A part of the page, once it is wanted and has come. Over a network that breaks it is asked for until it has. */
export function useLazy<T extends object>(load: () => Promise<T>, isWanted: boolean): T | undefined {
  const [part, setPart] = useState<{ here?: T }>({});
  useEffect(() => {
    if (!isWanted || part.here) return;
    let timer: ReturnType<typeof setTimeout>;
    let isOver = false;
    const fetch = () =>
      load()
        .then((here) => !isOver && setPart({ here }))
        .catch(() => {
          timer = setTimeout(fetch, RETRY_MS);
        });
    fetch();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isWanted]);
  return part.here;
}
