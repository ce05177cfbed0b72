import type { Continuity } from '@holdfast/api';
import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { messages } from '../../../../packages/i18n/src/locales/en.po';
import { clockWords, headline } from './continuityWords';

const i18n = setupI18n({ locale: 'en', messages: { en: messages } });
const MINUTE = 60_000;
const base: Continuity = {
  nowMs: 0,
  clinic: 'North',
  unsent: 0,
  lanes: [],
  link: { state: 'connected', waitingScopes: 0 },
  changes: 0,
  recordsHeld: 0,
  conflictsOpen: 0,
  scopesHeld: 0,
};

test('a link that is down is told with scope, duration, queue and consequence', () => {
  const report = {
    ...base,
    unsent: 17,
    link: { state: 'waiting' as const, waitingScopes: 0, sinceMs: 0, nextTryMs: 43 * MINUTE },
  };
  const words = headline(i18n, report, 'node', 42 * MINUTE);
  expect(words.head).toBe('Link to head office down for 42 minutes. 17 changes waiting. Nothing is lost.');
  expect(words.kind).toBe('warn');
});

test('a desktop speaks of its node', () => {
  const report = { ...base, unsent: 1, link: { state: 'waiting' as const, waitingScopes: 0, sinceMs: 0 } };
  expect(headline(i18n, report, 'desktop', MINUTE).head).toBe(
    'Link to the clinic’s node down for 1 minute. 1 change waiting. Nothing is lost.',
  );
});

test('nothing is called sent that waits', () => {
  expect(headline(i18n, base, 'node', 0).kind).toBe('ok');
  expect(headline(i18n, { ...base, unsent: 2 }, 'node', 0).kind).toBe('busy');
  expect(headline(i18n, { ...base, link: { state: 'connected', waitingScopes: 3 } }, 'node', 0).kind).toBe('busy');
  expect(headline(i18n, { ...base, link: { state: 'off', waitingScopes: 0 } }, 'node', 0).kind).toBe('off');
});

test('a wrong clock is told, whosever it is, and a small difference is not', () => {
  const ahead = (clockAheadMs: number) => ({ ...base, link: { ...base.link, clockAheadMs } });
  expect(clockWords(i18n, base, 'node', 0)).toBe('');
  expect(clockWords(i18n, ahead(30_000), 'desktop', -90_000)).toBe('');
  expect(clockWords(i18n, base, 'node', -180 * MINUTE)).toMatch(/^The clock of this computer is 3 hours fast\./);
  expect(clockWords(i18n, ahead(-5 * MINUTE), 'desktop', 0)).toMatch(/^The clock of this computer is 5 minutes slow\./);
  expect(clockWords(i18n, ahead(5 * MINUTE), 'node', 0)).toMatch(/^The clock of the clinic’s node is 5 minutes fast\./);
});
