import type { AppointmentShown, DaySheet } from '@holdfast/api';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { GroupPlaces } from './GroupPlaces';

const setStatus = vi.fn();
vi.mock('../useChange', () => ({ useChange: () => ({ setStatus }) }));
vi.mock('../../session/SessionContext', () => ({ useAbilities: () => ({ books: true }) }));

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  // What jsdom lacks of a browser.
  window.matchMedia ??= (() => ({ matches: false, addEventListener() {}, removeEventListener() {} })) as never;
  i18n.loadAndActivate({ locale: 'en', messages: {} });
});
beforeEach(() => setStatus.mockClear());

const place = (id: string, status: AppointmentShown['status']) =>
  ({ id, status, patient: { id, name: `Pat ${id}` }, type: { id: 'g', name: 'Group' } }) as AppointmentShown;
const group = { capacity: 8, taken: 2, places: [place('g1', 'booked'), place('g2', 'arrived')] };

async function shown(sheet: Partial<DaySheet>, onOpen = vi.fn()) {
  const at = document.createElement('div');
  document.body.replaceChildren(at);
  await act(async () =>
    createRoot(at).render(
      <I18nProvider i18n={i18n}>
        <MantineProvider>
          <GroupPlaces group={group} sheet={sheet as DaySheet} onOpen={onOpen} />
        </MantineProvider>
      </I18nProvider>,
    ),
  );
  return (label: string) => at.querySelector<HTMLButtonElement>(`button[aria-label="${label}"]`);
}

test('each of a group is checked in and led on for themselves', async () => {
  const button = await shown({ now: 600 });
  act(() => button('Pat g1: Check in')?.click());
  expect(setStatus).toHaveBeenLastCalledWith(group.places[0], 'arrived', 'Pat g1: Arrived');
  act(() => button('Pat g2: To the nurse')?.click());
  expect(setStatus).toHaveBeenLastCalledWith(group.places[1], 'with-nurse', 'Pat g2: With the nurse');
});

test('each is opened by their own id, and nobody is checked in on another day', async () => {
  const onOpen = vi.fn();
  const button = await shown({}, onOpen);
  expect(button('Pat g1: Check in')).toBeNull();
  expect(button('Pat g2: To the nurse')).not.toBeNull();
  act(() => button('Open the place of Pat g1')?.click());
  expect(onOpen).toHaveBeenCalledWith('g1');
});
