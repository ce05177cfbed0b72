import { beforeEach, expect, test } from 'vitest';
import { forgetPerson, recentPeople, rememberPerson } from './recentPeople';

beforeEach(() => localStorage.clear());

test('the last person comes first, once, and only login and name are kept', () => {
  rememberPerson({ login: 'amina', name: 'Amina' });
  rememberPerson({ login: 'ben', name: 'Ben' });
  rememberPerson({ login: 'amina', name: 'Amina H.', pin: '1' } as never);
  expect(recentPeople()).toEqual([
    { login: 'amina', name: 'Amina H.' },
    { login: 'ben', name: 'Ben' },
  ]);
});

test('eight people at most; one can be forgotten', () => {
  for (let i = 0; i < 10; i++) rememberPerson({ login: `p${i}`, name: `P${i}` });
  expect(recentPeople()).toHaveLength(8);
  forgetPerson('p9');
  expect(recentPeople()[0]?.login).toBe('p8');
});

test('what is not readable counts as nobody', () => {
  localStorage.setItem('holdfast-people', '{broken');
  expect(recentPeople()).toEqual([]);
});
