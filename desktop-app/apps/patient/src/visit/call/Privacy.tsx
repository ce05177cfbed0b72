/** @jsxImportSource preact */
import { picturesOf } from '@holdfast/visit-room/call';
import type { SealState } from '@holdfast/visit-room/entry';
import { useWords } from '../words';

/** That nothing is recorded, and who could listen: with the pictures that show it. */
export function Privacy({ seal }: { seal: SealState }) {
  const { say, language } = useWords();
  const phrase = 'phrase' in seal ? seal.phrase : undefined;
  return (
    <section>
      <h3>{say('privacyHead')}</h3>
      <p>{say('notRecorded')}</p>
      <p>{phrase ? say('sealOn') : say('sealOff')}</p>
      {phrase && (
        <ol class="phrase">
          {picturesOf(phrase, language).map(({ at, picture, name }) => (
            <li key={at}>
              <span aria-hidden="true">{picture}</span>
              {name}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
