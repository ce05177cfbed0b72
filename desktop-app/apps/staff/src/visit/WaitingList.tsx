import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import type { ClinicStatus, Person, Room } from '@holdfast/visit-room';
import { tone } from '@holdfast/visit-room';
import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { languageNames } from '../schedule/languageNames';
import { durationWords } from '../time/duration';
import { roleWords } from './words';

interface Props {
  room: Room;
  people: Person[];
  status?: ClinicStatus;
}

const SOON_MIN = 5;

/** Who has knocked; and what those who wait are told. */
export function WaitingList({ room, people, status }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const waiting = people.filter(({ state }) => state === 'waiting');
  const count = useRef(waiting.length);
  useEffect(() => {
    if (waiting.length > count.current) tone().catch(() => undefined);
    count.current = waiting.length;
  }, [waiting.length]);
  if (waiting.length === 0) return null;
  const ask = (work: Promise<unknown>) => work.catch(() => undefined);
  return (
    <section className="panel visit-waiting" aria-label={i18n.t('Waiting')}>
      <ul className="rows" aria-live="polite">
        {waiting.map(({ member, name, role, language, sinceMs }) => (
          <li key={member}>
            <span className="main">
              <bdi>{name}</bdi>
            </span>
            <span className="soft">
              {roleWords(i18n, role)}
              {language && ` · ${languageNames([language], locale)}`} ·{' '}
              {durationWords(i18n, Math.max(0, room.nodeNow() - sinceMs))}
            </span>
            <span className="end">
              <Button size="compact-md" onClick={() => ask(room.admit(member))}>
                {i18n.t('Let in')}
              </Button>
              <Button size="compact-md" variant="default" onClick={() => ask(room.decline(member))}>
                {i18n.t('Not now')}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      <div className="panel-foot day-actions">
        <Mark kind="off">{statusWords(status)}</Mark>
        <Button size="compact-xs" variant="default" onClick={() => ask(room.tellWaiting('busy'))}>
          {i18n.t('Tell them: busy')}
        </Button>
        <Button size="compact-xs" variant="default" onClick={() => ask(room.tellWaiting('soon', SOON_MIN))}>
          {i18n.t('Tell them: in 5 minutes')}
        </Button>
      </div>
    </section>
  );

  function statusWords(now?: ClinicStatus): string {
    switch (now?.state) {
      case 'ready':
        return i18n.t('They are told that you are here.');
      case 'busy':
        return i18n.t('They are told that you are busy.');
      case 'soon':
        return i18n.t('They are told that it takes some minutes.');
      default:
        return i18n.t('They are told that nobody is here yet.');
    }
  }
}
