import { act, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, test } from 'vitest';
import { keepFieldsClean, withoutControls } from './typed';

test.each([
  ['a\u0000b', 'ab'],
  ['line\u000bline', 'line\nline'],
  ['page\u000cpage', 'page\npage'],
  ['tab\there\r\nand\nthere', 'tab\there\r\nand\nthere'],
  ['bell\u0007 del\u007f c1\u0090', 'bell del c1'],
  ['half\ud83d', 'half'],
  ['whole 👩‍⚕️ سلام', 'whole 👩‍⚕️ سلام'],
  ['join\u200cer and mark\u200f', 'join\u200cer and mark\u200f'],
])('%j is kept as %j', (typed, kept) => {
  expect(withoutControls(typed, '\n')).toBe(kept);
});

const heard: string[] = [];

function Form() {
  const [text, setText] = useState('ac');
  return (
    <input
      value={text}
      onChange={(event) => {
        heard.push(event.currentTarget.value);
        setText(event.currentTarget.value);
      }}
    />
  );
}

test('a form hears the clean text, and the caret stays where it was', async () => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  keepFieldsClean(document);
  const place = document.createElement('div');
  document.body.append(place);
  const root = createRoot(place);
  await act(async () => root.render(<Form />));
  const field = place.querySelector('input') as HTMLInputElement;
  await act(async () => {
    const native = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
    native?.set?.call(field, 'a\u0000bc');
    field.setSelectionRange(3, 3);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  expect([heard, field.value, field.selectionStart]).toEqual([['abc'], 'abc', 2]);
  await act(async () => root.unmount());
});
