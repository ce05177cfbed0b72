import type { Affected } from '@holdfast/api';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeAll, expect, test, vi } from 'vitest';
import { AffectedList } from './AffectedList';

vi.mock('../names', async (original) => ({
  ...(await original<object>()),
  useNames: () => new Map([['Practitioner/ana', 'Ana']]),
}));

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  i18n.loadAndActivate({ locale: 'en', messages: {} });
});

async function shown(affected: Affected | undefined) {
  const at = document.createElement('div');
  await act(async () =>
    createRoot(at).render(
      <I18nProvider i18n={i18n}>
        <AffectedList affected={affected} timeZone="Europe/Berlin" />
      </I18nProvider>,
    ),
  );
  return at;
}

test('what has to be moved leads to its day at the clinic, and is counted whole', async () => {
  const one = {
    id: 'a1',
    // Half past midnight of the next day in Berlin.
    start: '2031-01-13T23:30:00Z',
    patient: { id: 'p1', name: 'Pat' },
    resources: ['Practitioner/ana'],
  };
  const at = await shown({ appointments: [one], more: 2 } as unknown as Affected);
  expect(at.querySelector('a')?.getAttribute('href')).toBe('/schedule/day/2031-01-14');
  expect(at.textContent).toContain('3 appointments have to be moved or cancelled');
  expect(at.textContent).toContain('Pat');
  expect(at.textContent).toContain('Ana');
});

test('nothing is said where nothing is taken away', async () => {
  expect((await shown(undefined)).textContent).toBe('');
  expect((await shown({ appointments: [], more: 0 })).textContent).toBe('');
});
