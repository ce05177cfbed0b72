// The schedule in the staff app, in Chromium at a running node: a morning at the desk by keyboard and by mouse, what another desk
// sees of it, a link that is cut, days on which clocks change, what stands where from left to right and from right to left, and
// every screen in front of axe.
//
//   make e2e-schedule       starts all of it: see tests/src/schedule_app
//   HOLDFAST_URL=http://127.0.0.1:8080 HOLDFAST_LOGIN=… HOLDFAST_PIN=… npm run e2e:schedule       a node that runs already
//
// The sign-in is of a manager who treats patients. The clinic has at least two practitioners at work on SCHEDULE_DAY (a date that
// is ahead; the next working day unless it is named) and a type named SCHEDULE_TYPE. ONLY=keyboard,geometry-ar,screens chooses parts.
import { violationsOf } from './axe.mjs';
import { newDevice, shotsFolder, startBrowser, whatIsSeen } from './browser.mjs';
import { control } from './control.mjs';
import { newFamily, Report } from './report.mjs';
import { asPatient } from './schedule/as-patient.mjs';
import { atKeyboard } from './schedule/at-keyboard.mjs';
import { clocksChange } from './schedule/clocks.mjs';
import { atTwoDesks } from './schedule/follow.mjs';
import { canFail, geometry } from './schedule/geometry.mjs';
import { linkCut } from './schedule/link.mjs';
import { registerAll } from './schedule/patients.mjs';
import { whoSeesWhat } from './schedule/roles.mjs';
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
report.onFailure = (name) => whatIsSeen(browser, folder, name);
const only = env.ONLY?.split(',');
const family = newFamily('Matin');
const clinic = {
  day: env.SCHEDULE_DAY ?? nextWorkday(),
  type: env.SCHEDULE_TYPE ?? 'Consultation',
  // One for each walk: nobody is booked while they are expected elsewhere.
  patients: [`Amélie ${family}`, `بشرى ${family}`, `Zoé ${family}`, `Karim ${family}`, `Inès ${family}`],
  clocks: { forward: env.SCHEDULE_FORWARD ?? '2027-03-28', back: env.SCHEDULE_BACK ?? '2027-10-31' },
};
const wanted = (name) => !only || only.some((one) => one === name || name.startsWith(`${one}-`));

/** Runs on a device of its own. A script that fails on the page fails the walk. */
async function onDevice(options, run) {
  const { context, page, faults } = await newDevice(browser, { url, ...options });
  try {
    await run(page);
    for (const fault of faults) {
      report.failed += 1;
      console.log(`FAIL  ${fault}`);
    }
  } finally {
    await context.close();
  }
}

async function part(name, words, run, options = {}) {
  if (!wanted(name)) return;
  await onDevice(options, async (page) => {
    const shot = async (what) => {
      report.axe(`${name} ${what}`, await violationsOf(page));
      await page.screenshot({ path: `${folder}/${name}-${what}.png` });
    };
    await report.walk(words, async () => {
      await report.step(`${name}: sign in`, () => signIn(page, options.who ?? who));
      await run(report, page, clinic, shot);
    });
  });
}

if (wanted('control')) {
  await onDevice({}, (page) => report.walk('a spoilt page', () => control(report, page)));
  await part('control', 'a spoilt sheet', canFail);
}
only?.push('patients');
await part('patients', 'those who are booked', registerAll);
await part('keyboard', 'a morning by keyboard', atKeyboard);
await part('mouse', 'a morning with the mouse', withTheMouse);
await part('waitlist', 'the waiting list, requests and set-up', theWaitlist);
await part('follow', 'what another desk sees', (_, page, given, shot) =>
  onDevice({}, (other) => atTwoDesks(report, { page, other, who }, given, shot)),
);
const atHub = env.HOLDFAST_CODES ? { width: 320, height: 640 } : undefined;
if (env.HOLDFAST_RUN)
  await part('link', 'the link is cut and healed', (_, page, given, shot) =>
    atHub ? onDevice(atHub, (other) => linkCut(report, page, given, shot, other)) : linkCut(report, page, given, shot),
  );
else if (wanted('link')) console.log('LEFT OUT  the link is cut and healed: the environment names no link');
if (env.HOLDFAST_DESK && wanted('roles'))
  await report.walk('who sees what', () => whoSeesWhat(report, onDevice, clinic));
for (const language of ['en', 'ar']) {
  await part(`geometry-${language}`, `what stands where, ${language}`, geometry, { language });
  await part(`clocks-${language}`, `days on which clocks change, ${language}`, clocksChange, { language });
  await part(`screens-${language}`, `every screen, ${language}`, everyPart, { language });
}
for (const language of ['en', 'ar'])
  await part(`screens-small-${language}`, `every screen, ${language}, 320 px`, everyPart, {
    language,
    width: 320,
    height: 640,
  });
if (wanted('patient')) {
  if (env.HOLDFAST_CODES) await report.walk('patients book at the hub', () => asPatient(report));
  else console.log('LEFT OUT  patients book at the hub: the environment names no codes (HOLDFAST_CODES)');
}
await browser.close();
process.exitCode = report.end() ? 0 : 1;

/** Monday to Friday, by the clock of this machine. */
function nextWorkday() {
  const at = new Date(Date.now() + 86_400_000);
  while (at.getDay() % 6 === 0) at.setDate(at.getDate() + 1);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((one) => String(one).padStart(2, '0')).join('-');
}
