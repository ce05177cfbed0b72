// The watchdog, sound alone, coming back, and the sealed visit, in two real pages of Chromium. The relay is a stand-in (werift), so that
// what is measured here is the pages' part alone.
//
//   npm run build --workspace apps/patient && node e2e/visit/media.mjs
import { shotsFolder } from '../browser.mjs';
import { must, Report } from '../report.mjs';
import { Node } from './node.mjs';
import { framesAgain, joins, linkOf, shown, startVisitBrowser, visitor } from './visitor.mjs';

const KILLS = Number(process.env.KILLS ?? 8);
const CUTS = 5;
const folder = shotsFolder();
const report = new Report('visit_media');
const browser = await startVisitBrowser();
const RIGHT = 'AAECAwQFBgcICQoLDA0ODw';
const WRONG = '__ECAwQFBgcICQoLDA0ODw';

/** Keeps the page's connections where a test finds them. */
const KEEP = `
  const Real = window.RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Real {
    constructor(...all) {
      super(...all);
      window.connections.push(this);
    }
  };`;

/** Of the newest connection: sound that came, and how loud it was in all. */
const sound = (page) =>
  page.evaluate(async () => {
    let packets = 0;
    let energy = 0;
    let concealed = 0;
    for (const stat of (await window.connections.at(-1).getStats()).values()) {
      if (stat.type !== 'inbound-rtp' || stat.kind !== 'audio') continue;
      packets += stat.packetsReceived;
      energy += stat.totalAudioEnergy ?? 0;
      concealed += stat.concealedSamples ?? 0;
    }
    return { packets, energy, concealed };
  });

async function pair({ sealed = false, keys = ['', ''] } = {}) {
  const node = new Node();
  node.sealed = sealed;
  await node.start();
  const doc = await visitor(browser, linkOf(node, 'doc', { hash: keys[0], sealed }), { init: KEEP, width: 700 });
  const sam = await visitor(browser, linkOf(node, 'sam', { hash: keys[1], sealed }), { init: KEEP });
  await joins(doc.page);
  await joins(sam.page);
  const began = Date.now();
  await doc.page.getByRole('button', { name: 'Let in' }).click();
  await sam.page.locator('.call').waitFor();
  return { node, doc, sam, began, pages: [doc.page, sam.page] };
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const both = (pages, run) => Promise.all(pages.map(run));
const seen = (page) => page.locator('.tile video:not(.hidden)').first().waitFor();

async function end({ node, doc, sam }) {
  for (const fault of [...doc.faults, ...sam.faults]) {
    report.failed += 1;
    console.log(`FAIL  ${fault}`);
  }
  await doc.context.close();
  await sam.context.close();
  await node.stop();
}

await report.walk('a visit of two', async () => {
  const visit = await pair();
  const { node, doc, sam, pages } = visit;
  await report.step('both see and hear each other', async () => {
    await both(pages, seen);
    console.log(`figure: visit_page_first_frame_ms ${Date.now() - visit.began} ms`);
    await both(pages, (page) => framesAgain(page));
    await pause(1_500);
    for (const page of pages) must((await sound(page)).energy > 0, 'no sound was heard');
  });
  await report.step(`the relay is killed ${KILLS} times: both pages come back by themselves`, async () => {
    const times = [];
    for (let at = 0; at < KILLS; at += 1) {
      await pause(1_500);
      const killed = Date.now();
      node.log = [];
      await node.relay.kill();
      setTimeout(() => {
        node.relay.isUp = true;
      }, 300);
      await both(pages, async (page) => {
        await page.waitForFunction(
          (count) => window.connections.length > count,
          await page.evaluate(() => window.connections.length),
        );
        await framesAgain(page);
        const took = Date.now() - killed;
        times.push(took);
        if (took > 3_000) for (const [when, ...what] of node.log) console.log(`      ${when - killed} ms`, ...what);
      });
    }
    times.sort((a, b) => a - b);
    const p95 = times[Math.ceil(times.length * 0.95) - 1];
    console.log(`figure: visit_page_relay_kill_p50_ms ${times[Math.floor(times.length / 2)]} ms`);
    console.log(`figure: visit_page_relay_kill_p95_ms ${p95} ms`);
    must(p95 <= 3_000, `frames came back after ${p95} ms`);
  });
  await report.step('a path that is gone comes back by an ICE restart', async () => {
    const times = [];
    const before = await sam.page.evaluate(() => window.connections.length);
    for (let at = 0; at < CUTS; at += 1) {
      await pause(1_500);
      const restarts = node.restarts ?? 0;
      const cut = Date.now();
      node.relay.cut('sam');
      while ((node.restarts ?? 0) === restarts && Date.now() - cut < 5_000) await pause(20);
      if ((node.restarts ?? 0) === restarts)
        for (const [when, ...what] of node.log) console.log(`      ${when - cut} ms`, ...what);
      must((node.restarts ?? 0) > restarts, 'no ICE restart was asked for');
      const asked = Date.now();
      await framesAgain(sam.page);
      times.push({ asked: asked - cut, frames: Date.now() - asked });
    }
    const most = (name) => Math.max(...times.map((one) => one[name]));
    console.log(`figure: visit_page_restart_asked_ms ${most('asked')} ms`);
    console.log(`figure: visit_page_restart_frames_ms ${most('frames')} ms`);
    must(most('asked') <= 1_600, 'it was noticed too late');
    // One second after a restart that has brought nothing there is a new connection: the stand-in is not always that quick.
    const anew = (await sam.page.evaluate(() => window.connections.length)) - before;
    console.log(`figure: visit_page_restart_alone ${CUTS - anew} of ${CUTS}`);
    must(anew < CUTS, 'no restart has mended anything');
  });
  await report.step('the clinic role is away: pictures and sound go on', async () => {
    const levels = () =>
      [...node.people.values()].map(({ level, levelWhy }) => `level ${level} ${levelWhy ?? ''}`).join();
    await both(pages, (page) => framesAgain(page));
    const before = await both(pages, shown);
    node.away(true);
    await pause(4_000);
    const after = await both(pages, shown);
    node.away(false);
    must(
      after.every((count, at) => count > before[at] + 20),
      `frames ${before} → ${after}, ${levels()}`,
    );
    await sam.page.locator('.banner').waitFor({ state: 'detached' });
  });
  await report.step('sound only, in one press, and back', async () => {
    await sam.page.getByRole('button', { name: 'Sound only' }).click();
    await pause(1_000);
    const [frames, heard] = [await shown(doc.page), await sound(doc.page)];
    const kbit = await kbitOf(sam.page);
    await pause(2_000);
    const moved = (await shown(doc.page)) - frames;
    must(moved === 0, `${moved} more frames came`);
    must((await sound(doc.page)).packets > heard.packets + 50, 'sound stopped');
    console.log(`      sent with sound alone: ${await kbitOf(sam.page, kbit)} kbit/s`);
    await sam.page.getByRole('button', { name: 'Video again' }).click();
    await both(pages, (page) => framesAgain(page));
  });
  await report.step('a page that is loaded again comes back without a press', async () => {
    await sam.page.reload();
    await sam.page.locator('.call').waitFor();
    await both(pages, seen);
    await both(pages, (page) => framesAgain(page));
  });
  await end(visit);
});

async function kbitOf(page, since) {
  const now = await page.evaluate(async () => {
    let bytes = 0;
    for (const stat of (await window.connections.at(-1).getStats()).values())
      if (stat.type === 'outbound-rtp') bytes += stat.bytesSent;
    return { bytes, at: performance.now() };
  });
  return since ? Math.round(((now.bytes - since.bytes) * 8) / (now.at - since.at)) : now;
}

if (process.env.ONLY !== 'two')
  for (const way of ['transform', 'streams'])
    await report.walk(`a sealed visit, by ${way}`, async () => {
      const remove =
        way === 'streams' ? 'delete window.RTCRtpScriptTransform; delete RTCRtpSender.prototype.transform;' : '';
      const sealedPair = async (keys) => {
        const node = new Node();
        node.sealed = true;
        await node.start();
        const init = `${KEEP}${remove}`;
        const doc = await visitor(browser, linkOf(node, 'doc', { hash: keys[0], sealed: true }), { init, width: 700 });
        const sam = await visitor(browser, linkOf(node, 'sam', { hash: keys[1], sealed: true }), { init });
        await joins(doc.page);
        await joins(sam.page);
        await doc.page.getByRole('button', { name: 'Let in' }).click();
        await sam.page.locator('.call').waitFor();
        return { node, doc, sam, pages: [doc.page, sam.page] };
      };
      await report.step('the right key: seen, heard, and the same five pictures', async () => {
        const visit = await sealedPair([`#k=${RIGHT}`, `#k=${RIGHT}`]);
        await both(visit.pages, seen);
        await both(visit.pages, (page) => framesAgain(page));
        await pause(2_000);
        for (const page of visit.pages) must((await sound(page)).energy > 0, 'no sound was heard');
        const phrases = await both(visit.pages, async (page) => {
          await page.locator('.controls button').nth(4).click();
          return page.locator('.phrase').textContent();
        });
        must(phrases[0] === phrases[1] && phrases[0].length > 10, `the phrases are ${phrases}`);
        await visit.sam.page.locator('.phrase').scrollIntoViewIfNeeded();
        await visit.sam.page.screenshot({ path: `${folder}/visit-sealed-${way}.png` });
        await end(visit);
      });
      await report.step('a wrong key: words, silence and no picture; never noise', async () => {
        const visit = await sealedPair([`#k=${RIGHT}`, `#k=${WRONG}`]);
        await both(visit.pages, (page) => page.locator('.call [role=alert].trouble').waitFor());
        await pause(3_000);
        for (const page of visit.pages) {
          const { packets, energy } = await sound(page);
          must(packets > 50, 'nothing came at all, so that nothing was proven');
          must(energy === 0, `something was heard: ${energy}`);
          must((await shown(page)) === 0, 'something was seen');
        }
        await visit.sam.page.screenshot({ path: `${folder}/visit-sealed-wrong-${way}.png` });
        await end(visit);
      });
    });

await report.walk('a sealed visit by a link without its key', async () => {
  await report.step('it is said, and nothing is sent', async () => {
    const node = new Node();
    node.sealed = true;
    await node.start();
    const { page, context } = await visitor(browser, linkOf(node, 'doc', { sealed: true }), { init: KEEP });
    await joins(page);
    await page.locator('.call [role=alert].trouble').waitFor();
    await pause(1_000);
    must(
      (await page.evaluate(() => window.connections.filter((one) => one.getSenders().length > 0).length)) === 0,
      'it sends',
    );
    await context.close();
    await node.stop();
  });
});

await browser.close();
console.log(`figure: visit_media_steps_failed ${report.failed} count`);
// A walk that has failed leaves its stand-ins running.
process.exit(report.failed === 0 ? 0 : 1);
