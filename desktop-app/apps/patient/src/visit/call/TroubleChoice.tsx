/** @jsxImportSource preact */
import type { Room, TroubleKind } from '@holdfast/visit-room/entry';
import { useState } from 'preact/hooks';
import { type Key, useWords } from '../words';

const KINDS: [TroubleKind, Key][] = [
  ['no-sound', 'tNoSound'],
  ['no-picture', 'tNoPicture'],
  ['not-heard', 'tNotHeard'],
  ['not-seen', 'tNotSeen'],
  ['breaks-up', 'tBreaksUp'],
  ['help', 'tHelp'],
];

/** Tells the clinic that something is wrong, in one press. */
export function TroubleChoice({ room }: { room: Room }) {
  const { say } = useWords();
  const [told, setTold] = useState<'yes' | 'failed'>();
  const tell = (kind: TroubleKind) =>
    room.raise(kind).then(
      () => setTold('yes'),
      () => setTold('failed'),
    );
  return (
    <section>
      <h3>{say('troubleHead')}</h3>
      <div class="pair">
        {KINDS.map(([kind, key]) => (
          <button key={kind} type="button" onClick={() => tell(kind)}>
            {say(key)}
          </button>
        ))}
      </div>
      <p role="status" class={told ? 'told' : 'unseen'}>
        {told === 'yes' && say('troubleTold')}
        {told === 'failed' && say('errOther')}
      </p>
    </section>
  );
}
