/** @jsxImportSource preact */
import { useEffect, useState } from 'preact/hooks';
import { api, type Free, type Slot } from './api';
import { Trouble } from './Trouble';
import { byDay, clockOf } from './time';
import { useWords } from './words';

interface Props {
  clinic: string;
  type: string;
  timeZone: string;
  onChoose: (slot: Slot, isRequest: boolean) => void;
}

/** The free times, day by day, each a button. */
export function Times({ clinic, type, timeZone, onChoose }: Props) {
  const { say, language } = useWords();
  const [pages, setPages] = useState<Free[]>();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const fetchPage = (before: Free[]) => {
    setBusy(true);
    setError(undefined);
    api
      .free(clinic, type, new Date().toISOString(), before.at(-1)?.next)
      .then((page) => setPages([...before, page]), setError)
      .finally(() => setBusy(false));
  };
  useEffect(() => fetchPage([]), [clinic, type]);
  const slots = pages?.flatMap((page) => page.slots) ?? [];
  const isRequest = pages?.some(({ request }) => request) ?? false;
  return (
    <section aria-label={say('when')} aria-busy={isBusy}>
      {!pages && !error && <p role="status">{say('loading')}</p>}
      {pages && slots.length === 0 && <p>{say('noTimes')}</p>}
      {isRequest && slots.length > 0 && <p class="told">{say('asked')}</p>}
      {byDay(slots, language, timeZone).map((one) => (
        <div key={one.day}>
          <h2>{one.day}</h2>
          <ul class="times">
            {one.slots.map((slot) => (
              <li key={slot.slot}>
                <button type="button" onClick={() => onChoose(slot, isRequest)}>
                  <strong>{clockOf(slot.start, language, timeZone)}</strong>
                  {slot.with && <bdi>{slot.with}</bdi>}
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <Trouble error={error} retry={() => fetchPage(pages ?? [])} />
      {pages?.at(-1)?.next && !error && (
        <button type="button" disabled={isBusy} onClick={() => fetchPage(pages)}>
          {say('moreTimes')}
        </button>
      )}
    </section>
  );
}
