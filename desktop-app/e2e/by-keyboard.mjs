import { must, newFamily } from './report.mjs';

const MOST_TABS = 90;
const FOCUS_MS = 2000;

/** What has the focus: its name as a screen reader would say it, nearly; without one, its id. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element) return '';
    const label = element.labels?.[0]?.textContent;
    const name = (element.getAttribute('aria-label') ?? label ?? element.textContent ?? '').trim();
    return element.id === 'main' ? 'main' : name;
  });
}

/** The focus comes to what has this name, by itself and soon. */
async function focusComesTo(page, name) {
  const until = Date.now() + FOCUS_MS;
  while ((await focused(page)) !== name) {
    must(Date.now() < until, `the focus is on "${await focused(page)}", not on "${name}"`);
    await page.waitForTimeout(20);
  }
}

/** Presses Tab until the focus is on what has this name. */
async function tabTo(page, name) {
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    const at = await focused(page);
    if (name instanceof RegExp ? name.test(at) : at.startsWith(name)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${name}`);
}

async function type(page, name, text) {
  await tabTo(page, name);
  await page.keyboard.type(text);
}

/** The same day's work without a mouse. */
export async function byKeyboard(report, page, who) {
  const family = newFamily('Clavier');
  await report.step('keyboard: sign in; the focus goes name, PIN, button', async () => {
    await page.goto('/');
    await page.getByLabel('Login name').waitFor();
    await focusComesTo(page, 'Login name');
    await page.keyboard.type(who.login);
    await page.keyboard.press('Tab');
    await focusComesTo(page, 'PIN');
    await page.keyboard.type(who.pin);
    await page.keyboard.press('Enter');
    await page.locator('#main').waitFor();
  });
  await report.step('keyboard: the first Tab skips to the content', async () => {
    await page.keyboard.press('Tab');
    await focusComesTo(page, 'Skip to the content');
    await page.keyboard.press('Enter');
    await focusComesTo(page, 'main');
  });
  await report.step('keyboard: ? tells the shortcuts, Escape closes and gives the focus back', async () => {
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Find a patient').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await focusComesTo(page, 'main');
  });
  await report.step('keyboard: what is typed right behind Ctrl K is all there, on a slow computer too', async () => {
    const slow = await page.context().newCDPSession(page);
    const text = `Zoé ${family}`;
    for (const rate of [1, 4, 12, 20]) {
      await slow.send('Emulation.setCPUThrottlingRate', { rate });
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('Control+k');
      await page.keyboard.type(text);
      const typed = await page.getByRole('combobox', { name: 'Find a patient' }).inputValue();
      must(typed === text, `of "${text}" only "${typed}" is there`);
      for (let left = 2; left > 0 && (await page.getByRole('dialog').count()) > 0; left--) {
        await page.keyboard.press('Escape');
        await page.waitForTimeout(100);
      }
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await slow.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    await slow.detach();
  });
  await report.step('keyboard: search finds nobody and goes on to registration', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type(`Zoé ${family}`);
    await page.getByText('Nobody was found.').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByLabel('Family name').waitFor();
    must((await page.getByLabel('Family name').inputValue()) === family, 'the name was not taken along');
  });
  await report.step('keyboard: register', async () => {
    await type(page, 'Birth date', '2/5/1990');
    await tabTo(page, 'Sex');
    await page.keyboard.type('Fem');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'Registered' }).waitFor();
    await tabTo(page, 'Open the chart');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: family }).waitFor();
  });
  await report.step('keyboard: vitals', async () => {
    await page.keyboard.press('Alt+v');
    await page.getByRole('dialog').getByLabel('Systolic').waitFor();
    await focusComesTo(page, 'Systolic');
    await page.keyboard.type('120');
    await page.keyboard.press('Tab');
    await page.keyboard.type('80');
    await page.waitForTimeout(800);
    await page.keyboard.press('Control+Enter');
    await page.locator('.toast', { hasText: 'Saved: vitals' }).waitFor();
  });
  await report.step('keyboard: note, signed', async () => {
    await page.keyboard.press('Alt+n');
    await page.getByLabel('Subjective').waitFor();
    await focusComesTo(page, 'Subjective');
    await page.keyboard.type('Headache since this morning.');
    await page.keyboard.press('Control+Enter');
    await page.locator('.toast', { hasText: 'Signed' }).waitFor();
  });
  const short = async (key, field, text, said) => {
    await page.keyboard.press(key);
    await page.getByRole('dialog').waitFor();
    await type(page, field, text);
    await page.waitForTimeout(900);
    await page.keyboard.press('Control+Enter');
    await page.locator('.toast', { hasText: said }).waitFor();
  };
  await report.step('keyboard: problem by arrows', async () => {
    await page.keyboard.press('Alt+p');
    await page.getByRole('dialog').waitFor();
    await type(page, 'Problem', 'migraine');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText(/^Code /).waitFor();
    await page.keyboard.press('Control+Enter');
    await page.locator('.toast', { hasText: 'Saved' }).first().waitFor();
  });
  await report.step('keyboard: allergy', () => short('Alt+a', 'To what', 'Latex', 'allergy to Latex'));
  await report.step('keyboard: medicine', () => short('Alt+m', 'Medicine', 'Paracetamol 1 g', 'Paracetamol 1 g'));
  await report.step('keyboard: lock, and back to the same screen', async () => {
    const before = page.url();
    await page.keyboard.press('Control+Shift+L');
    await page.getByRole('heading', { name: 'Locked' }).waitFor();
    must(!(await page.locator('#main').isVisible()), 'the screen can still be seen');
    must((await page.locator('.toast:visible').count()) === 0, 'a message with a name can still be seen');
    await focusComesTo(page, 'PIN');
    await page.keyboard.type(who.pin);
    await page.keyboard.press('Enter');
    await page.locator('#main').waitFor();
    must(page.url() === before, 'the screen is another one');
  });
}
