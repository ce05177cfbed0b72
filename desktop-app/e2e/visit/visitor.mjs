import { chromium } from 'playwright-core';

const ARGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  // The certificate of TURN over TLS is made for the run, and known to nobody.
  '--ignore-certificate-errors',
  '--autoplay-policy=no-user-gesture-required',
];

/** Chromium with a camera and a microphone that are not there. */
export function startVisitBrowser(more = []) {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: [...ARGS, ...more, ...sandbox] });
}

/** Somebody on a device of their own, at their link. */
export async function visitor(
  browser,
  url,
  { language = 'en', width = 320, height = 640, init, allow = ['camera', 'microphone'], baseURL } = {},
) {
  const context = await browser.newContext({
    baseURL,
    viewport: { width, height },
    locale: language === 'en' ? 'en-GB' : language,
    reducedMotion: 'reduce',
  });
  await context.grantPermissions(allow);
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  if (init) await page.addInitScript(init);
  await page.goto(url);
  return { page, context, faults };
}

/** Keeps the page's connections where a test finds them. */
export const KEEP = `
  const Real = window.RTCPeerConnection;
  window.connections = [];
  // That of the device check has no sound and no pictures.
  window.visitConnection = () =>
    window.connections.findLast((one) => one.signalingState !== 'closed' && one.getTransceivers().length > 3);
  window.RTCPeerConnection = class extends Real {
    constructor(...all) {
      super(...all);
      window.connections.push(this);
    }
  };`;

/** Of the visit's connection: sound that came, and how loud it was in all; pictures; the way that is taken. */
export const received = (page) =>
  page.evaluate(async () => {
    const sum = {
      packets: 0,
      energy: 0,
      concealed: 0,
      samples: 0,
      lost: 0,
      frames: 0,
      freezes: 0,
      height: 0,
      videoBytes: 0,
      videoLost: 0,
      dropped: 0,
    };
    const stats = [...(await window.visitConnection().getStats()).values()];
    for (const stat of stats) {
      if (stat.type !== 'inbound-rtp') continue;
      if (stat.kind === 'audio') {
        sum.packets += stat.packetsReceived;
        sum.lost += stat.packetsLost;
        sum.energy += stat.totalAudioEnergy ?? 0;
        sum.concealed += (stat.concealedSamples ?? 0) - (stat.silentConcealedSamples ?? 0);
        sum.samples += stat.totalSamplesReceived ?? 0;
      } else {
        sum.frames += stat.framesDecoded ?? 0;
        sum.freezes += stat.freezeCount ?? 0;
        sum.videoLost += stat.packetsLost ?? 0;
        sum.dropped += stat.framesDropped ?? 0;
        sum.height = Math.max(sum.height, stat.frameHeight ?? 0);
        sum.videoBytes += stat.bytesReceived ?? 0;
      }
    }
    const of = (id) => stats.find((stat) => stat.id === id);
    const pair = of(stats.find(({ type }) => type === 'transport')?.selectedCandidatePairId);
    const local = of(pair?.localCandidateId);
    return { ...sum, way: local?.candidateType === 'relay' ? `turn-${local.relayProtocol}` : local?.protocol };
  });

/** Sound of somebody comes, and it is not silence. */
export async function hears(page, withinMs = 6_000) {
  const until = Date.now() + withinMs;
  let now = await received(page);
  while (now.energy === 0 && Date.now() < until) {
    await pause(200);
    now = await received(page);
  }
  if (now.energy === 0) throw new Error(`no sound was heard, of ${now.packets} packets`);
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
export const both = (pages, run) => Promise.all(pages.map(run));

/** Through the device check to the door. */
export async function joins(page) {
  await page.locator('main button.main').click();
  await page.locator('.join button.main').click();
}

/** How many frames of others this page has shown so far, and how many packets of sound it has heard. */
export const shown = (page) =>
  page.evaluate(() => {
    const videos = [...document.querySelectorAll('.tile video')];
    return videos.reduce((sum, video) => sum + video.getVideoPlaybackQuality().totalVideoFrames, 0);
  });

/** Waits until a page shows more frames than it did; gives back after how many milliseconds. */
export async function framesAgain(page, withinMs = 15_000) {
  const began = Date.now();
  await page.evaluate(() => {
    window.lastFrames = undefined;
  });
  await page.waitForFunction(
    () => {
      const frames = [...document.querySelectorAll('.tile video')].reduce(
        (sum, video) => sum + video.getVideoPlaybackQuality().totalVideoFrames,
        0,
      );
      const old = window.lastFrames;
      window.lastFrames = frames;
      // A new connection begins to count anew.
      return old !== undefined && frames > 0 && frames !== old;
    },
    undefined,
    { timeout: withinMs, polling: 100 },
  );
  return Date.now() - began;
}

/** A picture of somebody else is on this page. */
export const seen = (page) => page.locator('.tile video:not(.hidden)').first().waitFor();

/** A clinician and a patient in a visit of their own, on pages that show each other. */
export async function pair(browser, clinic, { keys = ['', ''], sealed, doc = {}, sam = {} } = {}) {
  clinic.someone ??= await clinic.patient('Sam', 'Jones');
  const visit = await clinic.visit(clinic.someone, { sealed });
  const url = await clinic.clinicianUrl(visit.id);
  const more = (given) => ({ ...given, init: `${KEEP}${given.init ?? ''}` });
  const first = await visitor(browser, `${url}${keys[0]}`, { width: 700, ...more(doc) });
  const second = await visitor(browser, `${visit.url}${keys[1]}`, more(sam));
  await joins(first.page);
  await joins(second.page);
  await first.page.getByRole('button', { name: 'Let in' }).click();
  await second.page.locator('.call').waitFor();
  const pages = [first.page, second.page];
  return { visit, doc: first, sam: second, pages, faults: [first.faults, second.faults] };
}

export async function close({ doc, sam }, report) {
  for (const fault of [...doc.faults, ...sam.faults]) {
    report.failed += 1;
    console.log(`FAIL  ${fault}`);
  }
  await doc.context.close();
  await sam.context.close();
}

/** The value below which that share of them lies. */
export const percentile = (all, share) =>
  [...all].sort((a, b) => a - b)[Math.max(0, Math.ceil(all.length * share) - 1)];
