// The staff app in Chromium against running nodes, as people use it: with the mouse, by keyboard alone, at two nodes at once,
// and every screen in front of axe, from left to right and from right to left.
//
//   make e2e-staff       starts all of it: see tests/src/staff_app
//   HOLDFAST_URL=http://127.0.0.1:8080 HOLDFAST_LOGIN=… HOLDFAST_PIN=… npm run e2e       a node that runs already
//
// The sign-in is of somebody who treats patients and manages people. ONLY=mouse,screens-ar chooses parts; those that need a
// second or an empty node are left out, and say so, when the environment names none.
import { violationsOf } from './axe.mjs';
import { newDevice, shotsFolder, startBrowser, whatIsSeen } from './browser.mjs';
import { byKeyboard } from './by-keyboard.mjs';
import { control } from './control.mjs';
import { documentShots } from './docs.mjs';
import { firstRun } from './first-run.mjs';
import { aChild, longKnown } from './known.mjs';
import { somebody } from './patient.mjs';
import { Report } from './report.mjs';
import { everyScreen } from './screens.mjs';
import { people, signIn } from './sign-in.mjs';
import { atTwoNodes } from './two-nodes.mjs';
import { twoWindows } from './two-windows.mjs';
import { twoAtOnce, withMouse } from './with-mouse.mjs';

const env = process.env;
const url = env.HOLDFAST_URL ?? 'http://127.0.0.1:8080';
const who = people();
const folder = shotsFolder();
const report = new Report();
const browser = await startBrowser();
report.onFailure = (name) => whatIsSeen(browser, folder, name);
const only = env.ONLY?.split(',');
const wanted = (name) => !only || only.includes(name);
const shotOf = (page, prefix) => (name) => page.screenshot({ path: `${folder}/${prefix}-${name}.png` });
/** In the midst of work: a picture, and what axe says of it. */
const lookAt = (page) => async (name) => {
  report.axe(`work ${name}`, await violationsOf(page));
  await shotOf(page, 'work')(name);
};
let patient = env.PATIENT ? { id: env.PATIENT, family: env.FAMILY ?? 'a' } : undefined;

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

async function part(name, words, run, needs = true) {
  if (!wanted(name)) return;
  if (!needs) console.log(`LEFT OUT  ${words}: the environment names no node for it`);
  else await onDevice({}, (page) => report.walk(words, () => run(page, lookAt(page))));
}

await part('control', 'a spoilt page', (page) => control(report, page));
const setup = { login: 'erste', pin: '480217', code: env.HOLDFAST_EMPTY_CODE };
if (wanted('first') && env.HOLDFAST_EMPTY_URL) {
  await onDevice({ url: env.HOLDFAST_EMPTY_URL }, (page) =>
    report.walk('first run', () => firstRun(report, page, setup, lookAt(page))),
  );
}
await part('mouse', 'with the mouse', async (page, shot) => {
  patient = await withMouse(report, page, who, shot);
  await onDevice({}, (other) => twoAtOnce(report, page, other, who, patient, shot));
  await twoWindows(report, page, patient);
});
await part('keyboard', 'by keyboard alone', (page) => byKeyboard(report, page, who));
await part(
  'nodes',
  'at two nodes',
  (page, shot) =>
    onDevice({ url: env.HOLDFAST_SECOND_URL }, async (other) => {
      patient ??= await somebody(report, page, who);
      await atTwoNodes(report, { page, who }, { page: other, who: secondPerson() }, patient, shot);
    }),
  Boolean(env.HOLDFAST_SECOND_URL),
);
for (const [name, language, width, height] of [
  ['screens-en', 'en', 1366, 768],
  ['screens-ar', 'ar', 1366, 768],
  ['screens-small', 'en', 320, 640],
  ['screens-small-ar', 'ar', 320, 640],
]) {
  if (!wanted(name) && !only?.includes('screens')) continue;
  await onDevice({ language, width, height }, (page) =>
    report.walk(`every screen, ${language}, ${width} px`, async () => {
      const seen = await fullest();
      await everyScreen(report, page, who, seen, { language, shot: shotOf(page, `${language}-${width}`) });
    }),
  );
}
// Only when it is asked for: `npm run shots`.
if (only?.includes('docs'))
  await onDevice({}, (page) =>
    report.walk('pictures for the documents', () => documentShots(report, page, who, secondPerson(), onDevice, folder)),
  );
await browser.close();
process.exitCode = report.end() ? 0 : 1;

/** Whose screens have most on them: a record of many years, or whoever was registered; and a child, who grows. */
async function fullest() {
  if (env.PATIENT) return patient;
  let found;
  await onDevice({}, async (page) => {
    await signIn(page, who);
    found = (await longKnown(page)) ?? patient ?? (await somebody(report, page, who));
    found = { ...found, child: await aChild(page) };
  });
  return found;
}

function secondPerson() {
  return { login: env.HOLDFAST_SECOND_LOGIN, pin: env.HOLDFAST_SECOND_PIN };
}
