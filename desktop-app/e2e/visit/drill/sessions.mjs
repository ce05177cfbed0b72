// Many whole sessions: a clinician and a patient come in by real tokens, knock, are let in, see and hear each other, and are told the end.
// A session is the pages' own room and engine on Chromium's WebRTC, through the node's socket and the relay; the screens alone are left out.
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { must } from '../../report.mjs';
import { percentile } from '../visitor.mjs';

const AT_ONCE = Number(process.env.AT_ONCE ?? 4);
/** However many are wanted, none is begun later than this: a slow machine tells of fewer, and says how many. */
const LONGEST_S = Number(process.env.LONGEST_S ?? 3_600);
/** A page is thrown away after so many: a browser does not give back all that a connection took at once. */
const PER_PAGE = 60;
/** Two-sided 95 %. */
const Z = 1.959964;

async function bundle() {
  const entry = fileURLToPath(new URL('session.js', import.meta.url));
  const [{ output }] = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry, formats: ['iife'], name: 'drill' }, minify: false },
  });
  return output.find(({ type }) => type === 'chunk').code;
}

/** The lower bound of a share (Wilson 1927), in percent. */
export function wilson(good, all) {
  const share = good / all;
  const square = Z * Z;
  const middle = share + square / (2 * all);
  const spread = Z * Math.sqrt((share * (1 - share)) / all + square / (4 * all * all));
  return (100 * (middle - spread)) / (1 + square / all);
}

export async function sessions({ report, browser, clinic }, count, least) {
  const code = await bundle();
  clinic.someone ??= await clinic.patient('Sam', 'Jones');
  const times = [];
  const failures = [];
  let begun = 0;
  const last = Date.now() + LONGEST_S * 1_000;
  const goesOn = () => begun < count && Date.now() < last;
  const worker = async () => {
    while (goesOn()) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${clinic.url}/v/nobody`);
      await page.evaluate(code);
      for (let of = 0; of < PER_PAGE && goesOn(); of += 1) {
        begun += 1;
        if (begun % 200 === 0) console.log(`      ${begun} sessions begun, ${failures.length} failed`);
        // Setting it up is no part of it.
        const { id } = await clinic.visit(clinic.someone);
        const { links } = await clinic.doctor.must('GET', `/api/visits/${id}`);
        const { token } = await clinic.doctor.must('POST', `/api/visits/${id}/join`, {});
        const sam = links[0].url.split('/v/')[1];
        const { took, failed } = await page
          .evaluate((tokens) => globalThis.session(tokens), { doc: token, sam })
          .catch((error) => ({ failed: String(error).slice(0, 200) }));
        if (failed) failures.push(failed);
        else times.push(took);
      }
      await context.close();
    }
  };
  await report.step(`${count} whole sessions`, async () => {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const all = times.length + failures.length;
    for (const failure of failures.slice(0, 20)) console.log(`      failed: ${failure}`);
    console.log(`figure: visit_sessions ${all} count`);
    console.log(`figure: visit_success_pct ${((100 * times.length) / all).toFixed(2)} %`);
    console.log(`figure: visit_success_wilson_pct ${wilson(times.length, all).toFixed(2)} %`);
    console.log(`figure: visit_session_p95_ms ${percentile(times, 0.95)?.toFixed(0)} ms`);
    must((100 * times.length) / all >= least, `${failures.length} of ${all} failed`);
  });
}
