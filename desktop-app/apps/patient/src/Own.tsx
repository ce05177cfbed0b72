/** @jsxImportSource preact */
import { useEffect, useState } from 'preact/hooks';
import { api, type Mine } from './api';
import { Chosen } from './Chosen';
import { StepHead } from './StepHead';
import { Times } from './Times';
import { Trouble } from './Trouble';
import { timeOf } from './time';
import { type Key, useWords } from './words';

const HEADS: Record<Mine['status'], Key> = {
  booked: 'booked',
  requested: 'requested',
  cancelled: 'cancelled',
  unsettled: 'unsettled',
  past: 'past',
};

/** One's own appointment, by its link: seen, put into a calendar, moved, cancelled. */
export function Own({ link, onLink }: { link: string; onLink: (link: string) => void }) {
  const { say, language } = useWords();
  const [mine, setMine] = useState<Mine>();
  const [error, setError] = useState<unknown>();
  const [asks, setAsks] = useState<'move' | 'cancel'>();
  const [isBusy, setBusy] = useState(false);
  const run = (work: () => Promise<Mine>) => {
    if (isBusy) return;
    setBusy(true);
    setError(undefined);
    work()
      .then((now) => {
        setMine(now);
        setAsks(undefined);
        if (now.link !== link) onLink(now.link);
      }, setError)
      .finally(() => setBusy(false));
  };
  useEffect(() => run(() => api.mine(link)), [link]);
  if (!mine) {
    if (error) return <Trouble error={error} retry={() => run(() => api.mine(link))} />;
    return <p role="status">{say('loading')}</p>;
  }
  const canChange = mine.status === 'booked' || mine.status === 'requested';
  return (
    <>
      <StepHead key={mine.status + mine.start}>{say(HEADS[mine.status])}</StepHead>
      <Chosen type={mine.type} start={mine.start} timeZone={mine.timeZone} who={mine.with} where={mine.where} />
      {mine.status === 'requested' && <p class="told">{say('requestedHint')}</p>}
      {mine.status === 'unsettled' && <p class="told">{say('unsettledHint')}</p>}
      <Trouble error={error} />
      {mine.status === 'booked' && (
        <a class="button main" href={api.calendarUrl(link)} download>
          {say('addToCalendar')}
        </a>
      )}
      {canChange && !asks && (
        <>
          <p class="told">{say('keepLink')}</p>
          {mine.changeUntil && <p>{say('changeUntil', { time: timeOf(mine.changeUntil, language, mine.timeZone) })}</p>}
          <button type="button" onClick={() => setAsks('move')}>
            {say('change')}
          </button>
          <button type="button" onClick={() => setAsks('cancel')}>
            {say('cancel')}
          </button>
        </>
      )}
      {asks === 'move' && (
        <>
          <Times
            clinic={mine.clinicId}
            type={mine.type.id}
            timeZone={mine.timeZone}
            onChoose={({ slot }) => run(() => api.move(link, slot))}
          />
          <button type="button" onClick={() => setAsks(undefined)}>
            {say('back')}
          </button>
        </>
      )}
      {asks === 'cancel' && (
        <div class="told" role="group" aria-label={say('cancelSure')}>
          <p>
            <strong>{say('cancelSure')}</strong>
          </p>
          <button type="button" class="danger" disabled={isBusy} onClick={() => run(() => api.cancel(link))}>
            {say('cancelYes')}
          </button>
          <button type="button" onClick={() => setAsks(undefined)}>
            {say('cancelNo')}
          </button>
        </div>
      )}
      {!canChange && mine.status !== 'unsettled' && (
        <a class="button" href={`/book/${encodeURIComponent(mine.clinicId)}`}>
          {say('bookAnother')}
        </a>
      )}
    </>
  );
}
