import { useEffect, useRef } from 'react';

/** Whether this key event is the one of `keys`, such as "mod+k", "mod+shift+l", "?" or "alt+2". */
export function isPressed(
  keys: string,
  event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  const modifiers = new Set(parts.slice(0, -1));
  if (modifiers.has('mod') !== (event.ctrlKey || event.metaKey)) return false;
  if (modifiers.has('alt') !== event.altKey) return false;
  if (key === '?') return event.key === '?';
  if (modifiers.has('shift') !== event.shiftKey) return false;
  // Letters and digits by their place as well, so that shortcuts work on an Arabic keyboard.
  const code = /^\d$/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`;
  return event.key.toLowerCase() === key || event.code === code;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

const STORED = 'holdfast-single-keys';

/** Whether a single key such as "?" does something on this device; somebody who speaks to their computer turns it off (WCAG 2.1.4). */
export function usesSingleKeys(): boolean {
  return localStorage.getItem(STORED) !== 'off';
}

export function setSingleKeys(on: boolean): void {
  localStorage.setItem(STORED, on ? 'on' : 'off');
}

/** What a text field does by itself. */
const OF_FIELDS = new Set(['mod+z']);

/** Runs on a key combination, wherever the focus is; one without Ctrl or Alt, or that text fields have too, not while somebody types. */
export function useShortcut(keys: string, run: () => void, enabled = true): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!enabled) return;
    const bare = !/mod|alt/.test(keys);
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !isPressed(keys, event) || (bare && !usesSingleKeys())) return;
      if ((bare || OF_FIELDS.has(keys)) && isTyping(event.target)) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [keys, enabled]);
}
