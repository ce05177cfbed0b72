import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { pinFault } from './pin';

const i18n = setupI18n({ locale: 'en', messages: { en: {} } });

test.each(['123456', '987654', '111111', '12345', '1234567890123', '12a456'])('%s is no PIN', (pin) => {
  expect(pinFault(i18n, pin)).not.toBe('');
});

test.each(['130245', '112233', '135791'])('%s is one', (pin) => {
  expect(pinFault(i18n, pin)).toBe('');
});
