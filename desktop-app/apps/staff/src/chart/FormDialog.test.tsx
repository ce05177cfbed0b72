import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { DirectionProvider, MantineProvider } from '@mantine/core';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeAll, expect, test, vi } from 'vitest';
import { FormDialog } from './FormDialog';

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  // What jsdom lacks of a browser.
  window.matchMedia ??= (() => ({ matches: false, addEventListener() {}, removeEventListener() {} })) as never;
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  } as never;
  i18n.loadAndActivate({ locale: 'en', messages: {} });
});

async function open(isKept: boolean) {
  const place = document.createElement('div');
  document.body.replaceChildren(place);
  const onClose = vi.fn();
  const root = createRoot(place);
  await act(async () =>
    root.render(
      <I18nProvider i18n={i18n}>
        <DirectionProvider>
          <MantineProvider>
            <FormDialog title="Add" onClose={onClose} onSave={() => undefined} isKept={isKept}>
              <input data-autofocus />
            </FormDialog>
          </MantineProvider>
        </DirectionProvider>
      </I18nProvider>,
    ),
  );
  const press = (name: string) =>
    act(async () => {
      const all = [...document.querySelectorAll('button')];
      all.find(({ textContent }) => textContent?.includes(name))?.click();
    });
  const type = () =>
    act(async () => {
      document.querySelector('form input')?.dispatchEvent(new Event('input', { bubbles: true }));
    });
  const unloads = () => {
    const event = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(event);
    return !event.defaultPrevented;
  };
  return { onClose, press, type, unloads, end: () => act(async () => root.unmount()) };
}

test('an untouched form is left at once', async () => {
  const { onClose, press, unloads, end } = await open(false);
  expect(unloads()).toBe(true);
  await press('Cancel');
  expect(onClose).toHaveBeenCalledOnce();
  await end();
});

test('whoever has typed is told so, and asked before it is gone', async () => {
  const { onClose, press, type, unloads, end } = await open(false);
  await type();
  expect(document.body.textContent).toContain('Not saved yet');
  expect(unloads()).toBe(false);
  await press('Cancel');
  expect(onClose).not.toHaveBeenCalled();
  expect(document.activeElement?.textContent).toBe('Go on writing');
  await press('Go on writing');
  await press('Cancel');
  await press('Leave without saving');
  expect(onClose).toHaveBeenCalledOnce();
  await end();
  expect(unloads()).toBe(true);
});

test('what is kept as a draft is left without a question', async () => {
  const { onClose, press, type, unloads, end } = await open(true);
  await type();
  expect(unloads()).toBe(true);
  await press('Cancel');
  expect(onClose).toHaveBeenCalledOnce();
  await end();
});
