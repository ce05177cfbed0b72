// A bad day for visits, in Chromium at a real node and a real relay: the relay is killed, the node too, the cloud is cut, packets are
// lost, the line is thin, the network changes; and many whole sessions, of which a share may fail.
//
//   make drill-visit                                builds and starts all of it: see tests/src/visit_app
//   NODE=…/holdfast-node node e2e/drill-visit.mjs   with a node that was built with the front ends
//
// ONLY=kill,loss,thin,network,cloud,sessions,control chooses parts; SEED, KILLS, STRETCHES, SECONDS, CHANGES and SESSIONS are sizes.
import { shotsFolder, whatIsSeen } from './browser.mjs';
import { must, Report } from './report.mjs';
import { Clinic, freePort } from './visit/clinic.mjs';
import { cloudCut } from './visit/drill/cloud.mjs';
import { loss, networkChanges, relayKilled, thin } from './visit/drill/faults.mjs';
import { Path, seeded } from './visit/drill/path.mjs';
import { sessions } from './visit/drill/sessions.mjs';
import { both, pair, pause, received, seen, startVisitBrowser } from './visit/visitor.mjs';

const { env } = process;
const only = env.ONLY?.split(',');
const size = (name, otherwise) => Number(env[name] ?? otherwise);
const seed = size('SEED', 20_260_901);
const report = new Report('visit_drill');
const clinic = new Clinic();
// However this ends, nothing of it goes on.
process.on('exit', () => clinic.killAll());
process.on('SIGTERM', () => process.exit(1));
await clinic.start({ port: await freePort() });
const browser = await startVisitBrowser();
report.onFailure = (name) => whatIsSeen(browser, shotsFolder(), name);
const all = { report, browser, clinic, random: seeded(seed) };
console.log(`seed ${seed}`);

async function part(name, words, run) {
  if (only && !only.includes(name)) return;
  await report.walk(words, run);
  // What a failed walk left open would go on to send.
  for (const context of browser.contexts()) await context.close();
}

await part('control', 'the control: a path that loses most of all is seen to freeze', () =>
  report.step('control: freezes are counted', async () => {
    const path = await new Path(clinic.port, all.random).open();
    const { pages } = await pair(browser, clinic, { sam: { init: path.init } });
    await both(pages, seen);
    await pause(3_000);
    const before = await received(pages[1]);
    path.lossPct = 90;
    await pause(1_500);
    path.lossPct = 0;
    await pause(4_000);
    const found = (await received(pages[1])).freezes - before.freezes;
    path.close();
    report.control = found;
    must(found > 0, 'no freeze was counted');
  }),
);
await part('kill', 'relay and node are killed', () => relayKilled(all, size('KILLS', 10)));
await part('loss', 'packets are lost', () =>
  loss(all, { stretches: size('STRETCHES', 5), seconds: size('SECONDS', 10) }),
);
await part('thin', 'a thin line', () => thin(all, { seconds: size('SECONDS', 10) }));
await part('network', 'the network changes', () => networkChanges(all, { times: size('CHANGES', 10) }));
if (env.HOLDFAST_RUN) await part('cloud', 'the cloud is cut', () => cloudCut(all, size('SECONDS', 10)));
else if (!only || only.includes('cloud'))
  console.log('LEFT OUT  the cloud is cut: the environment names no link (HOLDFAST_RUN)');
await part('sessions', 'whole sessions', () => sessions(all, size('SESSIONS', 2_000), Number(env.LEAST_PCT ?? 99.5)));
if (report.failed > 0) console.log(`SAID  ${clinic.said()}`);
await browser.close();
await clinic.stop();
console.log(`figure: visit_drill_control ${report.control ?? 0} count`);
console.log(`figure: visit_drill_steps_failed ${report.failed} count`);
process.exit(report.failed === 0 ? 0 : 1);
