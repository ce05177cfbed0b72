/** @jsxImportSource preact */
import type { Person, Room } from '@holdfast/visit-room/entry';
import { useWords } from '../words';

/** For a clinician in a window of their own: who waits to be let in. */
export function AskedList({ room, people }: { room: Room; people: Person[] }) {
  const { say } = useWords();
  const waiting = people.filter(({ state }) => state === 'waiting');
  if (waiting.length === 0) return null;
  return (
    <section class="told" aria-label={say('admitHead')} role="status">
      {waiting.map(({ member, name }) => (
        <div key={member} class="pair">
          <p>
            <strong>
              <bdi>{name}</bdi>
            </strong>
          </p>
          <button type="button" class="main" onClick={() => room.admit(member).catch(() => undefined)}>
            {say('admit')}
          </button>
          <button type="button" onClick={() => room.decline(member).catch(() => undefined)}>
            {say('decline')}
          </button>
        </div>
      ))}
    </section>
  );
}
