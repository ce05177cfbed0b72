// How long the desk waits for a day of the schedule: from the key that opens the next day to the frame that shows it. Every day is one
// that nobody has looked at yet. `make bench-schedule` starts what it is measured on.
import { newDevice, startBrowser } from './browser.mjs';
import { watch } from './painted.mjs';
import { must } from './report.mjs';
import { open } from './schedule/sheet.mjs';
import { signIn } from './sign-in.mjs';

const { HOLDFAST_URL: url, HOLDFAST_LOGIN: login, HOLDFAST_PIN: pin, DAY: day } = process.env;
const rounds = Number(process.env.ROUNDS ?? 40);
const browser = await startBrowser();
const { page, faults } = await newDevice(browser, { url });
await signIn(page, { login, pin });
await open(page, `day/${day}`);
await page.locator('.block').first().waitFor();
const next = page.locator('.day-nav').getByRole('button', { name: 'The day after' });
const times = [];
const shown = [];
while (times.length < rounds) {
  await next.focus();
  const painted = await watch(page, 'day', await page.getByRole('heading', { level: 1 }).textContent());
  await page.keyboard.press('Enter');
  const time = await painted();
  const blocks = await page.locator('.block').count();
  // Nobody works at the weekend.
  if (blocks === 0) continue;
  times.push(time);
  shown.push(blocks);
}
must(faults.length === 0, `the page has faults: ${faults[0]}`);
const sorted = [...times].sort((a, b) => a - b);
const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
console.log(`figure: daysheet_p50_ms ${at(0.5).toFixed(1)} ms`);
console.log(`figure: daysheet_p95_ms ${at(0.95).toFixed(1)} ms`);
console.log(`figure: daysheet_n ${times.length} count`);
console.log(
  `figure: daysheet_appointments ${Math.round(shown.reduce((sum, one) => sum + one, 0) / shown.length)} count`,
);
await browser.close();
