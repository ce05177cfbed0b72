// The way through TURN alone, over UDP, TCP and TLS; and the visit that is encrypted end to end.
import { must } from '../report.mjs';
import { both, close, framesAgain, hears, pair, pause, received, seen, shown } from './visitor.mjs';

/** Leaves of the servers that the node names only those of one kind. */
const only = (kind) => `
  {
    const Before = window.RTCPeerConnection;
    const isIt = (url) => (${JSON.stringify(kind)} === 'tls' ? /^turns:/ : new RegExp('^turn:.*transport=${kind}')).test(url);
    const pruned = (config) => ({ ...config, iceServers: config?.iceServers?.map((one) => ({ ...one, urls: [one.urls].flat().filter(isIt) })) });
    window.RTCPeerConnection = class extends Before {
      constructor(config, ...rest) { super(pruned(config), ...rest); }
      setConfiguration(config) { super.setConfiguration(pruned(config)); }
    };
  }`;

export async function throughTurn({ report, browser, clinic }) {
  for (const kind of ['udp', 'tcp', 'tls'])
    await report.step(`through TURN alone, over ${kind}: seen and heard, both ways`, async () => {
      const both_ = { init: only(kind) };
      const visit = await pair(browser, clinic, { keys: ['#relay', '#relay'], doc: both_, sam: both_ });
      await both(visit.pages, seen);
      await both(visit.pages, (page) => framesAgain(page));
      await pause(1_500);
      for (const page of visit.pages) {
        await hears(page);
        const { way } = await received(page);
        must(way === `turn-${kind}`, `the way is ${way}`);
      }
      await close(visit, report);
    });
}

const RIGHT = 'AAECAwQFBgcICQoLDA0ODw';
const WRONG = '__ECAwQFBgcICQoLDA0ODw';

export async function sealed({ report, browser, clinic, folder }) {
  for (const way of ['transform', 'streams']) {
    const init =
      way === 'streams' ? 'delete window.RTCRtpScriptTransform; delete RTCRtpSender.prototype.transform;' : '';
    const one = (keys) => pair(browser, clinic, { sealed: true, keys, doc: { init }, sam: { init } });
    await report.step(`sealed, by ${way}, the right key: seen, heard, and the same pictures to compare`, async () => {
      const visit = await one([`#k=${RIGHT}`, `#k=${RIGHT}`]);
      await both(visit.pages, seen);
      await both(visit.pages, (page) => framesAgain(page));
      await pause(2_000);
      for (const page of visit.pages) await hears(page);
      const phrases = await both(visit.pages, async (page) => {
        await page.locator('.controls button').nth(4).click();
        return page.locator('.phrase').textContent();
      });
      must(phrases[0] === phrases[1] && phrases[0].length > 10, `the phrases are ${phrases}`);
      await visit.sam.page.locator('.phrase').scrollIntoViewIfNeeded();
      await visit.sam.page.screenshot({ path: `${folder}/visit-sealed-${way}.png` });
      await close(visit, report);
    });
    await report.step(`sealed, by ${way}, a wrong key: words, silence and no picture; never noise`, async () => {
      const visit = await one([`#k=${RIGHT}`, `#k=${WRONG}`]);
      await both(visit.pages, (page) => page.locator('.call [role=alert].trouble').waitFor());
      await pause(2_000);
      for (const page of visit.pages) {
        const { packets, energy } = await received(page);
        must(packets > 50, 'nothing came at all, so that nothing was proven');
        must(energy === 0, `something was heard: ${energy}`);
        must((await shown(page)) === 0, 'something was seen');
      }
      await visit.sam.page.screenshot({ path: `${folder}/visit-sealed-wrong-${way}.png` });
      await close(visit, report);
    });
  }
  await report.step('sealed, by a link without its key: it is said, and nothing is sent', async () => {
    const visit = await pair(browser, clinic, { sealed: true, keys: [`#k=${RIGHT}`, ''] });
    await visit.sam.page.locator('.call [role=alert].trouble').waitFor();
    await pause(1_000);
    const sending = () =>
      visit.sam.page.evaluate(() => window.connections.filter((one) => one.getSenders().some((s) => s.track)).length);
    must((await sending()) === 0, 'it sends');
    await close(visit, report);
  });
}
