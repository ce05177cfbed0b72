/** @jsxImportSource preact */
import { type CaptionMessage, LIMITS, type Room } from '@holdfast/visit-room/entry';
import { useState } from 'preact/hooks';
import { useWords } from '../words';

/** What an interpreter or a clinician types for those who do not hear well. Off until somebody turns it on. */
export function Captions({ lines }: { lines: CaptionMessage[] }) {
  return (
    <div class="captions" role="log">
      {lines.map(({ name, text }, at) => (
        <p key={at} dir="auto">
          <bdi>{name}</bdi>: {text}
        </p>
      ))}
    </div>
  );
}

export function CaptionField({ room }: { room: Room }) {
  const { say } = useWords();
  const [text, setText] = useState('');
  const send = (event: Event) => {
    event.preventDefault();
    if (text.trim()) room.caption(text.trim());
    setText('');
  };
  return (
    <form onSubmit={send}>
      <label class="field">
        <span>{say('captionWrite')}</span>
        <input
          dir="auto"
          value={text}
          maxLength={LIMITS.captionChars}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit">{say('send')}</button>
    </form>
  );
}
