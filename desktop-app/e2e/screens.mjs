import { violationsOf } from './axe.mjs';
import { must } from './report.mjs';
import { signIn } from './sign-in.mjs';

/** Every screen, by its address; what is done there before it is looked at. */
function screensOf(patient) {
  const chart = `/patients/${patient.id}`;
  const wait = (page) => page.waitForTimeout(700);
  const press = (keys) => async (page) => {
    await page.keyboard.press(keys);
    await wait(page);
  };
  return [
    ['today', '/'],
    [
      'search',
      '/',
      async (page) => {
        await page.keyboard.press('Control+k');
        await page.keyboard.type(patient.family);
        await wait(page);
      },
    ],
    ['shortcuts', '/', press('?')],
    ['user-menu', '/', (page) => page.locator('.user-button').click()],
    [
      'register',
      '/register',
      async (page) => {
        await page.locator('input').nth(1).fill(patient.family);
        await wait(page);
      },
    ],
    ['chart', chart],
    ...[
      'notes',
      'vitals',
      'problems',
      'allergies',
      'medicines',
      'results',
      'immunizations',
      'documents',
      'family',
      'timeline',
      'details',
    ].map((part) => [`chart-${part}`, `${chart}/${part}`]),
    ...['notes', 'vitals', 'problems', 'allergies', 'medicines', 'immunizations', 'documents', 'family'].map((part) => [
      `new-${part}`,
      `${chart}/${part}/new`,
    ]),
    ...(patient.child ? [['growth', `/patients/${patient.child.id}/vitals`]] : []),
    ['no-such-patient', '/patients/00000000-0000-4000-8000-000000000000'],
    ['summary', `${chart}/print/summary`],
    ['conflicts', '/conflicts'],
    ['link', '/link'],
    ['pin', '/pin'],
    ['people', '/people'],
    ['break-glass', '/review'],
    ['trail', '/trail'],
    ['nowhere', '/nowhere'],
  ];
}

/**
 * Nothing runs out of the window, a dialog stands within it, who the patient is stands above the parts of the chart, and the
 * rail stands where the language begins.
 */
async function positions(page, isRtl) {
  const { over, width, rail, main, dialog, head, tabs } = await page.evaluate(() => {
    const box = (selector) => document.querySelector(selector)?.getBoundingClientRect().toJSON();
    const width = window.innerWidth;
    const over = document.documentElement.scrollWidth - width;
    const [rail, main, dialog, head, tabs] = ['.rail', '#main', '[role=dialog]', '.chart-head', '.tabs'].map(box);
    return { over, width, rail, main, dialog, head, tabs };
  });
  must(over <= 0, `the page is ${over} px too wide`);
  if (dialog) must(dialog.left >= 0 && dialog.top >= 0 && dialog.right <= width, 'the dialog runs out of the window');
  if (head && tabs) must(head.bottom <= tabs.top + 1, 'the parts of the chart cover who the patient is');
  // On a small screen it is a bar below.
  if (!rail || !main || rail.top >= main.bottom - 1) return;
  must(isRtl ? rail.left >= main.right - 1 : rail.right <= main.left + 1, 'the rail stands on the wrong side');
}

/** Looks at every screen of one device in one language. */
export async function everyScreen(report, page, who, patient, { language, shot }) {
  const isRtl = language === 'ar';
  await report.step(`${language}: the sign-in`, async () => {
    await page.goto('/');
    await page.locator('form').waitFor();
    report.axe(`${language} sign-in`, await violationsOf(page));
    await shot('sign-in');
  });
  await report.step(`${language}: sign in`, () => signIn(page, who));
  for (const [name, address, act] of screensOf(patient)) {
    await report
      .step(`${language}: ${name}`, async () => {
        await page.goto(`/#${address}`);
        await page.reload();
        await page.locator('#main').waitFor();
        await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'));
        await page.waitForTimeout(150);
        await act?.(page);
        await positions(page, isRtl);
        report.axe(`${language} ${name}`, await violationsOf(page));
        await shot(name);
      })
      // One bad screen keeps nobody from looking at the others.
      .catch(() => undefined);
  }
}
