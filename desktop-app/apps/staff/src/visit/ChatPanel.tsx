import { useLingui, useLocale } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { type ChatLine, LIMITS, type Room } from '@holdfast/visit-room';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { showClock } from '../time/dates';

interface Props {
  room: Room;
  chat: ChatLine[];
  me?: string;
}

/** Messages of the visit; they are kept with its record. */
export function ChatPanel({ room, chat, me }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const [text, setText] = useState('');
  const [hasFailed, setFailed] = useState(false);
  const lines = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it runs with each new line.
  useEffect(() => {
    lines.current?.scrollTo(0, lines.current.scrollHeight);
  }, [chat.length]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!text.trim()) return;
    setFailed(false);
    room.say(text.trim()).then(
      () => setText(''),
      () => setFailed(true),
    );
  };
  return (
    <Panel title={i18n.t('Messages')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by keys. */}
      <div ref={lines} className="visit-lines" role="log" tabIndex={0} aria-label={i18n.t('Messages')}>
        {chat.length === 0 && <p className="soft">{i18n.t('No messages yet.')}</p>}
        {chat.map(({ seq, member, name, atMs, text: said }) => (
          <p key={seq} dir="auto">
            <span className="soft small">
              <bdi>{member === me ? i18n.t('You') : name}</bdi> {showClock(new Date(atMs).toISOString(), locale)}
            </span>{' '}
            {said}
          </p>
        ))}
      </div>
      <form className="visit-say" onSubmit={send}>
        <TextInput
          aria-label={i18n.t('Write a message')}
          placeholder={i18n.t('Write a message')}
          dir="auto"
          value={text}
          maxLength={LIMITS.chatChars}
          onChange={(event) => setText(event.currentTarget.value)}
          error={hasFailed && i18n.t('Not sent. Try again.')}
        />
        <Button type="submit" variant="default">
          {i18n.t('Send')}
        </Button>
      </form>
    </Panel>
  );
}
