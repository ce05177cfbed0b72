import { expect, test } from 'vitest';
import { Outbox } from './outbox';

const chat = (id: string) => ({ type: 'chat' as const, id, text: 'hello' });
const offer = (id: string) => ({ type: 'offer' as const, id, sdp: 'v=0', restart: false });

test('a command waits for its answer, and is sent again until then with the same id', async () => {
  const box = new Outbox();
  const done = box.add(chat('a'), true);
  box.broke();
  expect(box.resend().map(({ id }) => id)).toEqual(['a']);
  expect(box.take({ type: 'done', id: 'a' })).toBe(true);
  await expect(done).resolves.toEqual({ type: 'done', id: 'a' });
  expect(box.resend()).toEqual([]);
  expect(box.take({ type: 'done', id: 'a' })).toBe(false);
});

test('an offer is not sent again: it has failed as away', async () => {
  const box = new Outbox();
  const answer = box.add(offer('b'), false);
  box.broke();
  await expect(answer).rejects.toMatchObject({ code: 'away' });
  expect(box.resend()).toEqual([]);
});

test('a refusal has its code, and when to come back', async () => {
  const box = new Outbox();
  const answer = box.add(offer('c'), false);
  box.take({ type: 'problem', id: 'c', code: 'relay-full', retryAfterMs: 9_000 });
  await expect(answer).rejects.toMatchObject({ code: 'relay-full', retryAfterMs: 9_000 });
});

test('news of somebody else is no answer', () => {
  expect(new Outbox().take({ type: 'problem', code: 'too-fast' })).toBe(false);
});

test('it does not grow without end', async () => {
  const box = new Outbox();
  for (let at = 0; at < 64; at += 1) box.add(chat(String(at)), true).catch(() => undefined);
  await expect(box.add(chat('one more'), true)).rejects.toMatchObject({ code: 'too-fast' });
  box.end();
  expect(box.resend()).toEqual([]);
});
