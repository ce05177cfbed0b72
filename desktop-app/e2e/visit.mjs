// Visits, in Chromium at a real node and a real relay in processes of their own: the patient's way and the clinician's, links that
// bring nobody in, how long a join takes, TURN over each transport, encryption end to end, and every screen in front of axe.
//
//   make e2e-visit                            builds and starts all of it: see tests/src/visit_app
//   NODE=…/holdfast-node npm run e2e:visit    with a node that was built with the front ends
//
// ONLY=control,patient-ar-small,joins chooses parts, JOINS=50 how many joins are measured.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { violationsOf } from './axe.mjs';
import { shotsFolder, whatIsSeen } from './browser.mjs';
import { must, Report } from './report.mjs';
import { Clinic } from './visit/clinic.mjs';
import { measureJoins } from './visit/joins.mjs';
import { links } from './visit/links.mjs';
import { patientJourney } from './visit/patient.mjs';
import { staffJourney } from './visit/staff.mjs';
import { startVisitBrowser, visitor } from './visit/visitor.mjs';
import { sealed, throughTurn } from './visit/ways.mjs';

const only = process.env.ONLY?.split(',');
const wanted = (name) => !only || only.some((one) => one === name || name.startsWith(`${one}-`));
const folder = shotsFolder();
const report = new Report('visit');
const clinic = new Clinic();
// However this ends, nothing of it goes on.
process.on('exit', () => clinic.killAll());
process.on('SIGTERM', () => process.exit(1));
await clinic.start();
await clinic.opens();
clinic.someone = await clinic.patient('Sam', 'Jones');
const browser = await startVisitBrowser();
report.onFailure = (name) => whatIsSeen(browser, folder, name);
const all = { report, browser, clinic, folder };

async function part(name, words, run) {
  if (!wanted(name)) return;
  await report.walk(words, run);
  // What a failed walk left open would go on to send.
  for (const context of browser.contexts()) await context.close();
}

await part('control', 'the control: a page that is spoilt on purpose', () =>
  report.step('control: axe sees a button without a name', async () => {
    const { page } = await visitor(browser, (await clinic.visit(clinic.someone)).url);
    await page.locator('main button.main').waitFor();
    await page.evaluate(() => {
      document.querySelector('main').insertAdjacentHTML('beforeend', '<img src="x"><button></button>');
    });
    report.control = (await violationsOf(page)).length;
    must(report.control > 0, 'axe found nothing on a page with a nameless button');
  }),
);
await part('size', 'what comes before "Join"', () =>
  report.step('it is small enough for 3G', () =>
    execFileSync(process.execPath, [fileURLToPath(new URL('size.mjs', import.meta.url))], { stdio: 'inherit' }),
  ),
);
const SIZES = { small: [320, 640], large: [1366, 768] };
for (const language of ['en', 'ar'])
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    const name = `${language}-${size}`;
    await part(`patient-${name}`, `the patient’s way, ${language}, ${width} px`, () =>
      patientJourney(all, language, width, height),
    );
    await part(`links-${name}`, `links that bring nobody in, ${language}, ${width} px`, () =>
      links(all, language, width, height),
    );
  }
for (const [language, size] of [
  ['en', 'large'],
  ['ar', 'large'],
  ['en', 'small'],
])
  await part(`staff-${language}-${size}`, `the clinician’s way, ${language}, ${SIZES[size][0]} px`, () =>
    staffJourney(all, language, ...SIZES[size]),
  );
await part('turn', 'TURN alone', () => throughTurn(all));
await part('sealed', 'encrypted end to end', () => sealed(all));
await part('joins', 'how long a join takes', () => measureJoins(all, Number(process.env.JOINS ?? 50)));
if (report.failed > 0) console.log(`SAID  ${clinic.said()}`);
await browser.close();
await clinic.stop();
process.exit(report.end() ? 0 : 1);
