import type { Update } from '@holdfast/api';
import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { messages } from '../../../../packages/i18n/src/locales/en.po';
import { updateWords } from './updateWords';

const i18n = setupI18n({ locale: 'en', messages: { en: messages } });
const words = (update: Omit<Update, 'ownVersion'>) => updateWords(i18n, { ownVersion: '0.1.0', ...update });

test('each stage is told, with the version that it is about', () => {
  const version = '0.2.0';
  expect(words({ stage: 'current' })).toEqual(['ok', 'The clinic’s node has no newer version.']);
  expect(words({ stage: 'off' })[0]).toBe('off');
  expect(words({ stage: 'ready', version })).toEqual(['busy', 'Version 0.2.0 is here and is about to be installed.']);
  expect(words({ stage: 'installed', version })).toEqual([
    'ok',
    'Version 0.2.0 is installed. It starts when the app is opened again.',
  ]);
});

test('nothing is called here to its end before it is', () => {
  const half = words({ stage: 'downloading', version: '0.2.0', doneBytes: 999, sizeBytes: 1000 });
  expect(half).toEqual(['busy', 'Version 0.2.0 is being fetched: 99 % is here.']);
  expect(words({ stage: 'downloading', version: '0.2.0' })[1]).toContain('0 %');
});
