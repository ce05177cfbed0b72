import { expect, test } from 'vitest';
import { isPressed } from './useShortcut';

const key = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

test.each([
  ['mod+k', key('k', { ctrlKey: true }), true],
  ['mod+k', key('k', { metaKey: true }), true],
  ['mod+k', key('k'), false],
  ['mod+k', key('ن', { ctrlKey: true, code: 'KeyK' }), true],
  ['mod+shift+l', key('L', { ctrlKey: true, shiftKey: true }), true],
  ['mod+shift+l', key('l', { ctrlKey: true }), false],
  ['alt+2', key('2', { altKey: true }), true],
  ['alt+2', key('é', { altKey: true, code: 'Digit2' }), true],
  ['?', key('?', { shiftKey: true }), true],
])('%s and a pressed key', (keys, event, expected) => {
  expect(isPressed(keys, event)).toBe(expected);
});
