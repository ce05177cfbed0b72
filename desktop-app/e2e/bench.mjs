// How long staff wait for the screen: every time runs in the page, from the key that was pressed to the frame that shows what
// came of it. `make bench-ui` starts what it is measured on.
import { newDevice, startBrowser } from './browser.mjs';
import { watch } from './painted.mjs';
import { signIn } from './sign-in.mjs';

const { HOLDFAST_URL: url, PATIENT: patient, FAMILY: family } = process.env;
const who = { login: process.env.HOLDFAST_LOGIN, pin: process.env.HOLDFAST_PIN };
const rounds = Number(process.env.ROUNDS ?? 40);
const browser = await startBrowser();

function figure(name, times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
  console.log(`figure: ${name}_p50_ms ${at(0.5).toFixed(1)} ms`);
  console.log(`figure: ${name}_p95_ms ${at(0.95).toFixed(1)} ms`);
  console.log(`figure: ${name}_n ${sorted.length} count`);
}

/** Every keystroke of names being typed, until the list for what stands in the box is painted. */
async function search(page) {
  const times = [];
  for (const name of JSON.parse(process.env.TYPED)) {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    let typed = '';
    for (const letter of name) {
      typed += letter;
      const painted = await watch(page, 'search', typed.trim());
      await page.keyboard.type(letter);
      const time = await painted();
      if (letter !== ' ') times.push(time);
    }
    await page.keyboard.press('Escape');
    await page.getByRole('combobox').waitFor({ state: 'detached' });
  }
  return times;
}

/** From Enter in the search box to the whole chart. */
async function chart(page) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    await page.goto('/#/');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill(family);
    await page.getByRole('option').first().waitFor();
    await page.locator('.search[aria-busy=false]').waitFor();
    const painted = await watch(page, 'chart', family);
    await page.keyboard.press('Enter');
    times.push(await painted());
  }
  return times;
}

/** From Ctrl+Enter in the form to the value in the chart behind it; `beside` looks on from another device. */
async function save(page, beside) {
  const [saved, followed] = [[], []];
  for (let round = 0; round < rounds; round++) {
    // A pulse that no other value of the record has.
    const pulse = String(103 + (round % 40));
    await page.goto(`/#/patients/${patient}`);
    await page.locator('.chart-head').waitFor();
    await page.keyboard.press('Alt+v');
    await page.getByRole('dialog').getByLabel('Pulse').fill(pulse);
    await page.waitForTimeout(900);
    const painted = await watch(page, 'vital', pulse);
    const there = beside && (await watch(beside, 'vital', pulse, Date.now()));
    await page.keyboard.press('Control+Enter');
    saved.push(await painted());
    if (there) followed.push(await there());
    await page.waitForTimeout(300);
  }
  return { saved, followed };
}

const { page } = await newDevice(browser, { url });
await signIn(page, who);
figure('search', await search(page));
figure('chart', await chart(page));
figure('save', (await save(page)).saved);

// Two desktops below the node: what is saved at one is seen at the other.
const [first, second] = (process.env.HOLDFAST_DESKTOPS ?? '').split(' ').filter(Boolean);
if (first && second) {
  const pages = [];
  for (const address of [first, second]) {
    const { page: one } = await newDevice(browser, { url: new URL(address).origin });
    await one.goto(address);
    await signIn(one, who);
    await one.goto(`/#/patients/${patient}`);
    await one.locator('.chart-head').waitFor({ timeout: 120_000 });
    pages.push(one);
  }
  const { saved, followed } = await save(pages[0], pages[1]);
  figure('desktop_save', saved);
  figure('follow', followed);
}
await browser.close();
