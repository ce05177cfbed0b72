import { expect, test } from 'vitest';
import { addressOf, payloadOf, socketUrls } from './address';

const tokenOf = (payload: object) =>
  `${btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(payload))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')}.c2ln`;

test('an address has its token in the path, and secrets behind the #', () => {
  const token = tokenOf({ v: 1, visit: 'v', member: 'm' });
  expect(addressOf(`/v/${token}`, '#k=abc&relay')).toEqual({ token, secret: 'abc', forceRelay: true });
  expect(addressOf(`/v/${token}/`, '')).toEqual({ token, secret: undefined, forceRelay: false });
  expect(addressOf('/book/north', '')).toBeUndefined();
  expect(addressOf('/v/assets/a.js/b', '')).toBeUndefined();
});

test('a token says who it is for, in any script', () => {
  const payload = { v: 1, visit: 'v1', member: 'm1', name: 'أمل', role: 'patient' };
  expect(payloadOf(tokenOf(payload))).toEqual(payload);
});

test.each(['', 'x', 'x.y', '....', tokenOf({ v: 2, visit: 'v', member: 'm' }), tokenOf({})])(
  '%s is no token',
  (token) => {
    expect(payloadOf(token)).toBeUndefined();
  },
);

test('sockets are tried where the page came from, then at the other endpoints, each once', () => {
  expect(socketUrls('https://a.example', ['https://a.example', 'https://b.example/', 'nonsense'])).toEqual([
    'wss://a.example/api/visit/socket',
    'wss://b.example/api/visit/socket',
  ]);
  expect(socketUrls('http://127.0.0.1:8080')).toEqual(['ws://127.0.0.1:8080/api/visit/socket']);
});
