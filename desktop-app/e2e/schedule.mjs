// The schedule in the staff app, in Chromium at a running node: a morning at the desk by keyboard and by mouse, days on which
// clocks change, what stands where from left to right and from right to left, and every screen in front of axe.
//
//   HOLDFAST_URL=http://127.0.0.1:8080 HOLDFAST_LOGIN=… HOLDFAST_PIN=… node e2e/schedule.mjs
//
// The sign-in is of a manager who treats patients. The clinic has at least two practitioners at work on SCHEDULE_DAY (a date that
// is ahead; tomorrow unless it is named), a type named SCHEDULE_TYPE, and two patients whose names are in SCHEDULE_PATIENTS
// (with | between them). ONLY=keyboard,mouse,waitlist,geometry,clocks,screens chooses parts.
import { violationsOf } from './axe.mjs';
import { newDevice, shotsFolder, startBrowser } from './browser.mjs';
import { must, Report } from './report.mjs';
import { atKeyboard } from './schedule/at-keyboard.mjs';
import { clocksChange } from './schedule/clocks.mjs';
import { geometry } from './schedule/geometry.mjs';
import { everyPart } from './schedule/screens.mjs';
import { theWaitlist } from './schedule/waitlist.mjs';
import { withTheMouse } from './schedule/with-mouse.mjs';
import { people, signIn } from './sign-in.mjs';

const { env } = process;
const url = env.HOLDFAST_URL ?? 'http://127.0.0.1:8080';
const who = people();
const folder = shotsFolder();
const report = new Report('schedule');
const browser = await startBrowser();
const only = env.ONLY?.split(',');
const [first, second] = (env.SCHEDULE_PATIENTS ?? '').split('|');
must(first && second, 'SCHEDULE_PATIENTS names no two patients');
const clinic = {
  day: env.SCHEDULE_DAY ?? tomorrow(),
  type: env.SCHEDULE_TYPE ?? 'Consultation',
  patients: [first, second],
  clocks: { forward: env.SCHEDULE_FORWARD ?? '2027-03-28', back: env.SCHEDULE_BACK ?? '2027-10-31' },
};

async function part(name, words, run, options = {}) {
  if (only && !only.includes(name)) return;
  const { context, page, faults } = await newDevice(browser, { url, ...options });
  const shot = async (what) => {
    report.axe(`${name} ${what}`, await violationsOf(page));
    await page.screenshot({ path: `${folder}/schedule-${name}-${options.language ?? 'en'}-${what}.png` });
  };
  try {
    await report.walk(words, async () => {
      await report.step(`${name}: sign in`, () => signIn(page, who));
      await run(report, page, clinic, shot);
    });
    for (const fault of faults) {
      report.failed += 1;
      console.log(`FAIL  ${fault}`);
    }
  } finally {
    await context.close();
  }
}

await part('keyboard', 'a morning by keyboard', atKeyboard);
await part('mouse', 'a morning with the mouse', withTheMouse);
await part('waitlist', 'the waiting list, requests and set-up', theWaitlist);
for (const language of ['en', 'ar']) {
  await part('geometry', `what stands where, ${language}`, geometry, { language });
  await part('clocks', `days on which clocks change, ${language}`, clocksChange, { language });
  await part('screens', `every screen, ${language}`, everyPart, { language });
}
await part('screens', 'every screen, 320 px', everyPart, { width: 320, height: 640 });
await browser.close();
process.exitCode = report.end() ? 0 : 1;

function tomorrow() {
  const at = new Date(Date.now() + 86_400_000);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((one) => String(one).padStart(2, '0')).join('-');
}
