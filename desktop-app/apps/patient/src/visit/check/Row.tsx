/** @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Icon, type IconName } from '../icons';
import { type Key, useWords } from '../words';

export type Found = 'wait' | 'ok' | 'bad' | 'none' | 'open';

const WORDS: Record<Found, [IconName, Key]> = {
  wait: ['wait', 'checking'],
  ok: ['ok', 'works'],
  bad: ['bad', 'problem'],
  none: ['none', 'without'],
  open: ['none', 'notYet'],
};

/** One thing that is looked at: what it is, how it stands, and what to do. */
export function Row({ name, found, children }: { name: string; found: Found; children?: ComponentChildren }) {
  const { say } = useWords();
  const id = useId();
  const [icon, key] = WORDS[found];
  return (
    <section class={`check ${found}`} aria-labelledby={id}>
      <div class="check-head">
        <h2 id={id}>{name}</h2>
        <p class="state" role="status">
          <Icon name={icon} /> {say(key)}
        </p>
      </div>
      {children}
    </section>
  );
}
