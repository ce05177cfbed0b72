import type { Consent } from '@holdfast/api';
import { expect, test } from 'vitest';
import { aboutOf, consentOf, stateOf } from './consent';

const given = consentOf('p1') as Consent;

test.each([
  ['given', {}],
  ['refused', { status: 'rejected' as const }],
  ['refused', { provision: { type: 'deny' as const } }],
  ['refused', { policyRule: { coding: [{ code: 'OPTOUT' }] } }],
  ['withdrawn', { status: 'inactive' as const }],
  ['withdrawn', { provision: { type: 'permit' as const, period: { end: '2026-11-26' } } }],
  ['given', { provision: { type: 'permit' as const, period: { end: '2026-11-27' } } }],
  ['waiting', { status: 'proposed' as const }],
  [undefined, { status: 'entered-in-error' as const }],
])('it is %s', (expected, change) => {
  expect(stateOf({ ...given, ...change }, '2026-11-27')).toBe(expected);
});

test('what it is about is known of ours and of HL7 codes', () => {
  expect(aboutOf(given)).toBe('treatment');
  expect(aboutOf({ ...given, policyRule: { coding: [{ code: 'OPTIN' }] } })).toBe('sharing');
  expect(aboutOf({ ...given, policyRule: { text: 'Research' } })).toBeUndefined();
});
