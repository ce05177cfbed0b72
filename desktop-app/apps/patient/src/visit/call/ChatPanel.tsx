/** @jsxImportSource preact */
import { type ChatLine, LIMITS, type Room } from '@holdfast/visit-room/entry';
import { useEffect, useRef, useState } from 'preact/hooks';
import { timeOf } from '../clock';
import { useWords } from '../words';
import { Sheet } from './Sheet';

interface Props {
  room: Room;
  chat: ChatLine[];
  me?: string;
  onClose: () => void;
}

export function ChatPanel({ room, chat, me, onClose }: Props) {
  const { say, language } = useWords();
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const lines = useRef<HTMLDivElement>(null);
  useEffect(() => {
    lines.current?.scrollTo(0, lines.current.scrollHeight);
  }, [chat.length]);
  const send = (event: Event) => {
    event.preventDefault();
    if (!text.trim() || isBusy) return;
    setBusy(true);
    setFailed(false);
    room
      .say(text.trim())
      // What was not sent stays in its field.
      .then(
        () => setText(''),
        () => setFailed(true),
      )
      .finally(() => setBusy(false));
  };
  return (
    <Sheet title={say('chat')} onClose={onClose}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by keys. */}
      <div ref={lines} class="lines" role="log" tabIndex={0} aria-label={say('chat')}>
        {chat.length === 0 && <p class="hint">{say('chatEmpty')}</p>}
        <ul>
          {chat.map(({ seq, name, member, text: said, atMs }) => (
            <li key={seq} class={member === me ? 'mine' : ''}>
              <span class="hint">
                <bdi>{member === me ? say('you') : name}</bdi> · {timeOf(atMs, language)}
              </span>
              <span dir="auto">{said}</span>
            </li>
          ))}
        </ul>
      </div>
      <form onSubmit={send}>
        <label class="field">
          <span>{say('write')}</span>
          <input
            dir="auto"
            value={text}
            maxLength={LIMITS.chatChars}
            enterKeyHint="send"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        {hasFailed && (
          <p class="fault" role="alert">
            {say('chatFailed')}
          </p>
        )}
        <button type="submit" class="main" disabled={isBusy}>
          {say('send')}
        </button>
      </form>
    </Sheet>
  );
}
