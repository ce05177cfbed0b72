// The staff app in Chromium against a running host, as people use it: with the mouse, by keyboard alone, and every screen
// in front of axe, from left to right and from right to left.
//
//   HOLDFAST_URL=http://127.0.0.1:8080 HOLDFAST_LOGIN=… HOLDFAST_PIN=… npm run e2e
//
// The sign-in is of somebody who treats patients and manages people. If nobody is there yet, HOLDFAST_SETUP_CODE makes the
// first administrator, who adds that person.
import { newDevice, shotsFolder, startBrowser } from './browser.mjs';
import { byKeyboard } from './by-keyboard.mjs';
import { firstRun } from './first-run.mjs';
import { Report } from './report.mjs';
import { everyScreen } from './screens.mjs';
import { people } from './sign-in.mjs';
import { twoAtOnce, withMouse } from './with-mouse.mjs';

const url = process.env.HOLDFAST_URL ?? 'http://127.0.0.1:8080';
const who = people();
const folder = shotsFolder();
const report = new Report();
const browser = await startBrowser();
const only = process.env.ONLY?.split(',');
const wanted = (name) => !only || only.includes(name);
let patient = process.env.PATIENT ? { id: process.env.PATIENT, family: 'a' } : undefined;

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

const shotOf = (page, prefix) => (name) => page.screenshot({ path: `${folder}/${prefix}-${name}.png` });

if (who.code)
  await onDevice({}, (page) => report.walk('first run', () => firstRun(report, page, who, shotOf(page, 'work'))));
if (wanted('mouse')) {
  await onDevice({}, (page) =>
    report.walk('with the mouse', async () => {
      patient = await withMouse(report, page, who, shotOf(page, 'work'));
      await onDevice({}, (other) => twoAtOnce(report, page, other, who, patient, shotOf(page, 'work')));
    }),
  );
}
if (wanted('keyboard'))
  await onDevice({}, (page) => report.walk('by keyboard alone', () => byKeyboard(report, page, who)));
if (wanted('screens')) {
  if (!patient) {
    report.failed += 1;
    console.log('FAIL  the screens need a patient, who was not registered');
  } else {
    for (const [language, width, height] of [
      ['en', 1366, 768],
      ['ar', 1366, 768],
      ['en', 320, 640],
    ]) {
      await onDevice({ language, width, height }, (page) =>
        report.walk(`every screen, ${language}, ${width} px`, () =>
          everyScreen(report, page, who, patient, { language, shot: shotOf(page, `${language}-${width}`) }),
        ),
      );
    }
  }
}
await browser.close();
process.exitCode = report.end() ? 0 : 1;
