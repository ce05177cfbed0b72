import { chromium } from 'playwright-core';
import { tokenOf } from './token.mjs';

const ARGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

/** Chromium with a camera and a microphone that are not there. */
export function startVisitBrowser(more = []) {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: [...ARGS, ...more, ...sandbox] });
}

export const NAMES = { doc: 'Dr Ada Byron', sam: 'Sam Jones', voice: 'Nour Haddad' };
const ROLES = { doc: 'clinician', sam: 'patient', voice: 'interpreter' };

export const linkOf = (node, member, { hash = '', ...payload } = {}) =>
  `${node.url}/v/${tokenOf({ visit: 'v1', member, name: NAMES[member], role: ROLES[member], ...payload })}${hash}`;

/** Somebody on a device of their own, at their link. */
export async function visitor(browser, url, { language = 'en', width = 320, height = 640, init } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language === 'en' ? 'en-GB' : language,
    reducedMotion: 'reduce',
  });
  await context.grantPermissions(['camera', 'microphone']);
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
