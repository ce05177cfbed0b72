import type { VisitLink } from '@holdfast/api';
import { expect, test } from 'vitest';
import { addressOf } from './links';

const link: VisitLink = {
  id: 'l1',
  member: 'm1',
  role: 'patient',
  name: 'Sam',
  singleDevice: true,
  expires: '2026-12-01T00:00:00Z',
  url: 'https://clinic.example/v/a.b',
};

test('the secret of a sealed visit stands behind the #, where no server sees it', () => {
  const address = addressOf(link, 'c2VjcmV0');
  expect(address).toBe('https://clinic.example/v/a.b#k=c2VjcmV0');
  expect(new URL(address ?? '').pathname).toBe('/v/a.b');
});

test('a visit that is not sealed has none, and a link that was taken back has no address', () => {
  expect(addressOf(link)).toBe(link.url);
  expect(addressOf({ ...link, url: undefined }, 'c2VjcmV0')).toBeUndefined();
});
